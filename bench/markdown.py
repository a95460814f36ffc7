"""Markdown tables."""

from collections.abc import Iterable


def rows(header: Iterable[str], *lines: Iterable[str]) -> list[str]:
    """Return a Markdown table: the first column to the left, all others to the right."""
    titles = list(header)
    rule = ["---", *["---:"] * (len(titles) - 1)]
    return ["| " + " | ".join(cells) + " |" for cells in (titles, rule, *lines)]
