"""Both callbacks without JACK: the same work on arrays whose addresses stand in the rows already.

`jackrf.testing` drives them. They are compiled apart, so that a cold start does not wait for them.
"""

from numba import carray

from jackrf.realtime.compiling import OFFLINE, callback
from jackrf.realtime.context import CONTEXT, INPUT, MIX
from jackrf.realtime.libc import pointer
from jackrf.realtime.process import run_period
from jackrf.realtime.receive import receive_simulated
from jackrf.realtime.reception import RECEPTION


@callback(OFFLINE)
def process_offline(argument, frames, frame_time, now):
    """Do the work of `jackrf.realtime.process.process` for one period."""
    context = carray(argument, (1,), CONTEXT)[0]
    inputs = carray(pointer(context.inputs_at), (context.inputs,), INPUT)
    mixes = carray(pointer(context.mixes_at), (context.mixes,), MIX)
    run_period(context, inputs, mixes, frames, frame_time, now)
    context.cycles += 1


@callback(OFFLINE)
def receive_offline(argument, frames, frame_time, now):
    """Do the work of `jackrf.realtime.receive.receive` for one period."""
    reception = carray(argument, (1,), RECEPTION)[0]
    receive_simulated(reception, frames, frame_time, now)
    reception.cycles += 1
