"""The numbers in the README, and what makes them: ``python -m bench``.

cases       what is mixed: so many inputs, so many mixes, every send open
neighbours  the same job in C and in plain numpy, and the rig that feeds and drains a client
programs    a program that is started, watched and ended; its CPU time
clients     how each client is started and asked for its figures
cpu         CPU time and callback durations, in turns
latency     frames from a JACK port through the network to a JACK port
interference  the callback while Python is busy; `busy` is the program it measures
first_packet, soak  how soon it sends, and what it holds after minutes
age         how old audio gets over links that are too slow for it; needs root
listeners   what one more listener costs
starved     what a listener gets late when a link was starved; needs root
sealed      what encryption costs
attack      a running jackrf under attack by RTSP
results, table, picture  one JSON file, and how it is shown
"""
