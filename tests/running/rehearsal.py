"""The session that the tests of a running one open."""

SESSION = """\
format = 2
name = "Rehearsal"
[inputs.kick]
name = "Kick"
trim = 3.0
connect = ["system:capture_1", "late:out"]
[inputs.vox]
name = "Vox"
[mixes.drums]
name = "Drums"
gain = -3.0
encoding = "L24"
ceiling = -6.0
send_to = ["udp://127.0.0.1:50140", "udp://127.0.0.1:50142"]
sends = { kick = { gain = -6.0, pan = 0.5 } }
[mixes.anna]
name = "Anna"
limiter = false
"""
