"""What is alive of a kind in this process: to see that nothing stays behind."""

import gc


class Remains:
    """Counts the objects that have come since, as tests that failed may still hold older ones.

    Args:
        kinds: types whose instances are counted; those of subclasses are not.
    """

    def __init__(self, *kinds: type) -> None:
        self._kinds = kinds
        gc.unfreeze()
        gc.collect()
        self._before = {id(one) for one in gc.get_objects() if type(one) in kinds}

    def more(self) -> list[int]:
        """Return how many of each kind have come and not gone, garbage included. Nothing is
        collected, and what was set aside (`gc.freeze`) is not seen.
        """
        new = [type(one) for one in gc.get_objects() if id(one) not in self._before]
        return [new.count(kind) for kind in self._kinds]
