"""The errors a user meets: one line each, saying what, where, what was found and how to mend it.

JackrfError            exit code 1: jackrf could not
├── JackServerError    no JACK server, or it went away
├── StorageError       a file cannot be written: full disk, read-only folder
└── InputError         exit code 2: the input was wrong
    └── SessionError   a session file: file, key, found, allowed
"""


class JackrfError(Exception):
    """Something could not be done. The message is one whole line, shown to the user as it is."""

    exit_code = 1


class JackServerError(JackrfError):
    """The JACK server is not there, refused, or went away."""


class StorageError(JackrfError):
    """A file cannot be written; what was there before is untouched."""


class InputError(JackrfError):
    """What the user gave is wrong: an argument, an address, a file."""

    exit_code = 2


class SessionError(InputError):
    """A session file is wrong; the message names file, key, what was found and what is allowed."""
