"""What two counters say of a client: every case by hand, with a clock of the test's own."""

import pytest

from jackrf.graph.watchdog import LOOK_SECONDS, Health, Watchdog


class Graph:
    """A server and a client as the watchdog sees them after the alarm has rung."""

    def __init__(self, *, wordless: bool = False) -> None:
        self.now = 100.0
        self.cycles = self.graph_time = 0
        self.dog = Watchdog(wordless=wordless)

    def after(
        self, seconds: float = LOOK_SECONDS, *, called: bool, moving: bool, freewheel: bool = False
    ) -> Health:
        """Let time pass and look; where all was well the alarm has rung."""
        self.dog.doubt(self.cycles, self.graph_time, self.now)
        self.now += seconds
        self.cycles += called
        self.graph_time += 128 * moving
        assert self.dog.due is not None
        assert self.dog.due <= self.now
        return self.dog.look(self.cycles, self.graph_time, self.now, freewheel=freewheel)


def test_it_looks_when_there_is_doubt() -> None:
    """Not before, not at once, and until it finds that the client is called; doubt that comes
    again meanwhile changes nothing.
    """
    assert Watchdog().due is None
    dog = Watchdog()
    dog.doubt(7, 128, 5.0)
    assert dog.due == 5.0 + LOOK_SECONDS
    dog.doubt(8, 256, 6.0)
    assert dog.due == 5.0 + LOOK_SECONDS
    dog.look(7, 256, 7.0)
    assert dog.due == 7.0 + LOOK_SECONDS
    dog.look(8, 384, 9.0)
    assert dog.due is None


def test_who_is_called_is_well() -> None:
    """One period since the last look is enough: with 8192 frames at 8 kHz there are one or two."""
    graph = Graph()
    assert [graph.after(called=True, moving=True) for _ in range(5)] == [Health.CALLED] * 5


def test_a_client_that_is_not_called_is_forgotten() -> None:
    """The graph's time moves, the client's counter does not: known at the second look, and what is
    opened instead is well again.
    """
    graph = Graph()
    graph.after(called=True, moving=True)
    found = [graph.after(called=False, moving=True) for _ in range(3)]
    assert found == [Health.CALLED, Health.FORGOTTEN, Health.FORGOTTEN]
    assert Watchdog().health is Health.CALLED


def test_a_client_that_never_was_called_is_forgotten() -> None:
    """Neither does it need a first period."""
    graph = Graph()
    found = [graph.after(called=False, moving=True) for _ in range(2)]
    assert found == [Health.CALLED, Health.FORGOTTEN]


def test_a_server_that_stands_still_is_waited_for() -> None:
    """However long: suspended, or its sound card hangs. When it goes on, so does the client."""
    graph = Graph()
    graph.after(called=True, moving=True)
    found = {graph.after(called=False, moving=False) for _ in range(100)}
    assert found == {Health.STANDING}
    assert graph.after(called=True, moving=True) is Health.CALLED


def test_a_server_that_dies_without_a_word_is_opened_again() -> None:
    """Where standing still may mean that, two looks are enough; one is not."""
    graph = Graph(wordless=True)
    graph.after(called=True, moving=True)
    found = [graph.after(called=False, moving=False) for _ in range(2)]
    assert found == [Health.STANDING, Health.FORGOTTEN]
    assert graph.after(called=True, moving=True) is Health.CALLED
    assert graph.after(called=False, moving=False) is Health.STANDING


def test_a_resuming_server_forgets_nobody() -> None:
    """A look between the server's first step and the client's first call finds nothing wrong."""
    graph = Graph()
    graph.after(called=True, moving=True)
    graph.after(called=False, moving=False)
    assert graph.after(called=False, moving=True) is Health.STANDING
    assert graph.after(called=True, moving=True) is Health.CALLED


def test_our_own_suspend_forgets_nobody() -> None:
    """Stopped for an hour: the graph has moved, the callback has not run again yet."""
    graph = Graph()
    graph.after(called=True, moving=True)
    assert graph.after(3600.0, called=False, moving=True) is Health.CALLED
    assert graph.after(called=True, moving=True) is Health.CALLED


@pytest.mark.parametrize("moving", [True, False])
def test_an_export_takes_the_time_that_it_takes(moving: bool) -> None:
    """While it freewheels nothing is wrong, and looks from before do not count afterwards."""
    graph = Graph()
    graph.after(called=True, moving=True)
    graph.after(called=False, moving=True)
    for _ in range(10):
        assert graph.after(called=False, moving=moving, freewheel=True) is Health.CALLED
    assert graph.after(called=False, moving=True) is Health.CALLED
