"""Markdown: tables, sections with one, and how figures stand in them."""

from collections.abc import Iterable, Sequence


def rows(header: Iterable[str], *lines: Iterable[str]) -> list[str]:
    """Return a Markdown table: the first column to the left, all others to the right."""
    titles = list(header)
    rule = ["---", *["---:"] * (len(titles) - 1)]
    return ["| " + " | ".join(cells) + " |" for cells in (titles, rule, *lines)]


def section(
    title: str, header: Iterable[str], table: Iterable[Iterable[str]], *notes: str
) -> list[str]:
    """Return a section of the page: its heading, a table, and what is to be said of that."""
    lines = [f"## {title}", "", *rows(header, *table), ""]
    return lines + [line for note in notes for line in (note, "")]


def span(values: Sequence[float], form: str = ".1f") -> str:
    """Return the least and the largest of some figures, each written in a form."""
    return f"{min(values):{form}} to {max(values):{form}}"
