"""A message function for libjack that says nothing: no thread of JACK's waits for Python."""

from numba import types

from jackrf.realtime.compiling import callback


@callback(types.void(types.voidptr))
def quiet(_message):
    """Be what ``jack_set_error_function`` and ``jack_set_info_function`` take."""
