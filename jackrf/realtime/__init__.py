"""What the audio thread runs: Python compiled by Numba, and the memory that it works in.

Rules of this folder: no allocation, no lock, no Python object, no system call but ``send*``,
``recv*``, ``clock_gettime``; input buffers are only read; nothing here imports anything of jackrf
but this folder. ``docs/realtime.md`` says why.
"""
