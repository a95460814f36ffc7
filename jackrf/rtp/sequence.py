"""Serial number arithmetic (RFC 1982): numbers that wrap around, as in RFC 3550 appendix A.1."""


def distance(later: int, earlier: int, bits: int) -> int:
    """Return how far `later` is ahead of `earlier`, negative when it is behind.

    Args:
        later: 0..2**bits - 1.
        earlier: 0..2**bits - 1.
        bits: 16 for sequence numbers, 32 for timestamps.

    Returns:
        -2**(bits - 1) .. 2**(bits - 1) - 1.
    """
    half = 1 << (bits - 1)
    return ((later - earlier + half) % (1 << bits)) - half
