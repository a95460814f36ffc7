"""jackrf: personal monitor mixes from JACK, sent by a link that drops rather than lags."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("jackrf")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0+checkout"
