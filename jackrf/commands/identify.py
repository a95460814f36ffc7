"""``jackrf identify``: a soft tone into one mix, to find out which ears it is."""

from jackrf.control import request


def identify(mix: str, *, seconds: float, client: str) -> None:
    """Have a running jackrf play the tone into a mix, or stop it.

    Args:
        mix: its id.
        seconds: 0 to 60; 0 stops it.
        client: name of the JACK client to ask.

    Raises:
        JackrfError: nobody runs, or has no such mix.
    """
    request(client, {"do": "identify", "mix": mix, "seconds": seconds})
    if seconds > 0.0:
        print(f"{mix}: one low ping left, two high ones right, for {seconds:g} s")
    else:
        print(f"{mix}: no tone")
