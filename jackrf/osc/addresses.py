"""Every address that jackrf answers to or speaks on, in one table.

The dispatcher, the feedback, the layouts, OSCQuery and osc/README.md are all made from `TABLE`:
adding an address is adding a row. `{mix}` and `{strip}` stand for an id or a number from 1.
"""

from typing import Final

from jackrf.osc.rows import OFF_DB, Address, Direction, Role, Told, row, value

__all__ = ["BY_NAME", "OFF_DB", "TABLE", "Address", "Direction", "Role", "Told"]

_SENDS = (
    value(
        "send", "fader", "fader", "level as a position: 0 dB is 0.75, +10 dB is 1, 0 is off",
        "Ardour `/cue/send/fader/ID`, X32 `level`", parameter="gain", essential=True,
    ),
    value(
        "send", "gain", "decibels", f"the same level in dB; {OFF_DB:g}, and below -90, is off",
        "Ardour `/strip/send/gain`, KLANG `gaindB`, Non-Mixer `/unscaled`", parameter="gain",
    ),
    value(
        "send", "pan", "pan", "-1 left, 0 centre, 1 right; constant power",
        "X32 has 0..1: `pan01`", parameter="pan", essential=True,
    ),
    value(
        "send", "mute", "switch", "1 is silent", "Ardour `/cue/mute`",
        parameter="mute", essential=True,
    ),
    value(
        "send", "solo", "switch", "solo inside this mix alone", "JPMixer, Jamulus",
        parameter="solo",
    ),
    value(
        "send", "on", "inverse", "mute turned around: 0 is silent", "X32 `on`",
        parameter="mute", told="when asked",
    ),
    value(
        "send", "pan01", "pan01", "pan from 0 to 1: 0.5 is the centre", "X32 `pan`",
        parameter="pan", told="when asked",
    ),
    value(
        "send", "fader/touch", "switch", "a finger is on the fader",
        "Ardour `/strip/fader/touch`, TouchOSC value `touch`", told="when asked",
    ),
    value(
        "send", "nudge", "step", "moves the level by so much; upwards, off counts as -60",
        "encoders: cannot jump", direction="in", told="when asked",
    ),
    value(
        "send", "safe", "switch", "recalling a scene leaves this send alone",
        "`recall safe` of consoles", parameter="safe",
    ),
    value(
        "send", "name", "name", "the input's name", "Ardour `/cue/send/name/ID`",
        direction="out", parameter="name", owner="strip",
    ),
    value(
        "send", "text", "text", "the level in words: `-6.5 dB`, `off`",
        "Ardour writes it over the name; a label of its own is clearer",
        direction="out", parameter="gain",
    ),
    value(
        "send", "meter", "meter", "the input's peak before the send, scale of IEC 60268-18",
        "Ardour `/strip/meter`", direction="out", told="meter",
    ),
)  # fmt: skip

_MIXES = (
    value(
        "mix", "fader", "fader", "level of the whole mix as a position", "Ardour `/cue/fader`",
        parameter="gain", essential=True,
    ),
    value("mix", "gain", "decibels", "the same level in dB", parameter="gain"),
    value("mix", "mute", "switch", "1 is silent", "Ardour `/cue/mute`",
           parameter="mute", essential=True),
    value("mix", "on", "inverse", "mute turned around: 0 is silent", "X32 `on`",
           parameter="mute", told="when asked"),
    value("mix", "fader/touch", "switch", "a finger is on the fader",
           "Ardour `/strip/fader/touch`", told="when asked"),
    value("mix", "name", "name", "the mix's name", "Ardour `/cue/name`",
           role=Role.ENGINEER, parameter="name", essential=True),
    value("mix", "text", "text", "the level in words", direction="out", parameter="gain"),
    value("mix", "safe", "switch", "recalling a scene leaves the whole mix alone",
           "`recall safe` of consoles", parameter="safe"),
    value("mix", "meter/l", "meter", "peak on the left, as it is sent", direction="out",
           told="meter"),
    value("mix", "meter/r", "meter", "peak on the right, as it is sent", direction="out",
           told="meter"),
    value("mix", "limit", "reduction", "what the limiter takes away to protect the ear",
           direction="out", told="meter"),
    value("mix", "moreme", "tilt", "1: own input 6 dB up, the rest 6 dB down; 0: as it was",
           "`more me` of personal mixers"),
    value("mix", "follow", "name",
          "of the cue mix: hears what another mix hears, by its id; empty for no more",
          role=Role.ENGINEER, told="health"),
    row("/mix/{mix}/copy", "s", "in", Role.MUSICIAN,
         "takes levels, pans and mutes over from another mix, by its id or number", "KLANG copy"),
    row("/mix/{mix}/undo", "", "command", Role.MUSICIAN,
         "takes back the last burst of changes of this mix", "REAPER, Ardour `/undo`"),
    row("/mix/{mix}/scene/list", "", "command", Role.MUSICIAN,
         'answers `/mix/{mix}/scene/item ,is number name` for each of its scenes, then `-1 ""`'),
    row("/mix/{mix}/scene/item", "is", "out", Role.MUSICIAN, "answer to `/mix/{mix}/scene/list`"),
    row("/mix/{mix}/scene/preview", "s|i", "command", Role.MUSICIAN,
         "answers `/scene/diff` with what recalling a scene of this mix would change"),
    row("/mix/{mix}/scene/recall", "s|i|sf", "command", Role.MUSICIAN,
         "recalls a scene of this mix, by name or number, faded over seconds",
         "KLANG presets, JPMixer ear scenes"),
    row("/mix/{mix}/scene/save", "s|i", "command", Role.MUSICIAN, "saves this mix as a scene",
         "KLANG presets, JPMixer ear scenes"),
    value("mix", "stream/state", "text",
           "of the radio stream: `sending`, `off`, or what is in the way", direction="out",
           reader=Role.OBSERVER, told="health"),
    value("mix", "stream/loss", "share",
           "packets of the last second that did not leave, or that a receiver misses; 1 is all",
           direction="out", told="health"),
    value("mix", "stream/delay", "milliseconds", "what waits on this side before it is sent",
           direction="out", told="health"),
    value("mix", "stream/jitter", "milliseconds",
           "how unevenly packets arrive, as receivers tell by RTCP", direction="out",
           told="health"),
    value("mix", "stream/listeners", "count", "how many are sent to without trouble",
           direction="out", told="health"),
)  # fmt: skip

_STRIPS = (
    value("strip", "name", "name", "the input's name", role=Role.ENGINEER, parameter="name",
           essential=True),
    value("strip", "trim", "decibels", "level in every mix", role=Role.ENGINEER,
           parameter="trim", essential=True),
    value("strip", "mute", "switch", "1 is silent in every mix", role=Role.ENGINEER,
           parameter="mute", essential=True),
    value("strip", "pan", "pan", "added to the pan of every send", role=Role.ENGINEER,
           parameter="pan"),
    value("strip", "pfl", "switch", "heard alone in the cue mix, before its sends",
          role=Role.ENGINEER, told="health"),
    value("strip", "meter", "meter", "peak after the trim, scale of IEC 60268-18",
           direction="out", told="meter"),
)  # fmt: skip

_DESK = (
    row("/scene/list", "", "command", Role.OBSERVER,
         'answers `/scene/item ,is number name` for each, then `-1 ""`',
         "`nsmd` at `/nsm/server/list`"),
    row("/scene/item", "is", "out", Role.OBSERVER, "answer to `/scene/list`"),
    row("/scene/recall", "s|i|sf", "command", Role.ENGINEER,
         "recalls a scene by name or number, faded over seconds"),
    row("/scene/save", "s", "command", Role.ENGINEER, "saves everything as a scene"),
    row("/scene/undo", "", "command", Role.ENGINEER, "takes back the last recall"),
    row("/scene/preview", "s|i", "command", Role.ENGINEER,
         'answers `/scene/diff` for each mix that a recall would change, then `"" ""`'),
    row("/scene/diff", "ss", "out", Role.MUSICIAN, "whose mix, or `inputs`, and what: `3 sends`"),
    row("/scene/skipped", "ss", "out", Role.MUSICIAN,
         "what a recall left alone, and why: `held`, `safe`, `not in the scene`"),
    row("/scene/current", "s", "out", Role.OBSERVER, "the scene recalled last", told="health"),
    row("/scene/dirty", "i", "out", Role.OBSERVER, "1: changed since it was recalled",
         told="health"),
    row("/session/save", "", "command", Role.ENGINEER, "saves the session file"),
    row("/session/dirty", "i", "out", Role.OBSERVER, "1: changed since it was saved",
         told="health"),
    row("/session/name", "s", "out", Role.OBSERVER, "the session's name", told="health"),
    row("/jack/state", "s", "out", Role.OBSERVER,
         "`running`, `freewheel`, `waiting for JACK`, `JACK stands still`, `fading`",
         told="health"),
    row("/jack/xruns", "i", "out", Role.OBSERVER, "xruns since the start", told="health"),
    row("/jack/load", "f", "out", Role.OBSERVER, "JACK's CPU load in percent", told="health"),
    row("/jack/missing", "s", "out", Role.OBSERVER,
         "JACK ports that are to be connected and are not, one after another, `, ` between",
         told="health"),
    row("/subscribe", "|s|si|sii", "command", Role.OBSERVER,
         "feedback below a prefix for 10 s, to a port of the sender's, with the challenge's number",
         "X32 `/subscribe`"),
    row("/challenge", "i", "out", Role.OBSERVER,
         "the number with which an unknown host has to `/subscribe` once more"),
    row("/xremote", "", "command", Role.OBSERVER, "`/subscribe` to all that one may see", "X32"),
    row("/unsubscribe", "|s", "command", Role.OBSERVER, "ends it", "X32"),
    row("/sync", "|s", "command", Role.OBSERVER,
         "sends everything below a prefix once more, between `/sync/begin` and `/sync/end`"),
    row("/sync/begin", "si", "out", Role.OBSERVER, "prefix, revision"),
    row("/sync/end", "sii", "out", Role.OBSERVER, "prefix, revision, how many messages"),
    row("/pair", "s", "command", Role.OBSERVER, "a PIN: who sends it becomes that musician"),
    row("/ping", "*", "command", Role.OBSERVER, "answers `/pong` with the same arguments"),
    row("/pong", "*", "out", Role.OBSERVER, "answer to `/ping`"),
    row("/heartbeat", "ii", "out", Role.OBSERVER,
         "each second: revision, 1; a gap in the revisions asks for `/sync`", "Ardour"),
    row("/info", "", "command", Role.OBSERVER,
         "answers `/info ,ssss` version, name, model, session", "X32"),
    row("/reply", "ss", "out", Role.OBSERVER, "path, text", "NSM, Non-Mixer"),
    row("/error", "sis", "out", Role.OBSERVER, "path, code, text", "NSM, Non-Mixer"),
)  # fmt: skip

TABLE: Final = (*_SENDS, *_MIXES, *_STRIPS, *_DESK)
BY_NAME: Final = {address.name: address for address in TABLE}
