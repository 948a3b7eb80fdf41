"""Words for people: quoting, lists, and the nearest valid word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SHOWN = 60
_MANY = 500


def quoted(text: str) -> str:
    """The offending text in quotes, control characters escaped, shortened when long."""
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
    return f"'{shown}'"


def any_of(words: Iterable[str], last: str = "or") -> str:
    """`a, b or c`."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def some_of(names: Sequence[str], most: int) -> str:
    """`a, b, c and 4 more`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant, or None."""
    from difflib import get_close_matches

    candidates = list(known)
    lowered = word.lower()
    for candidate in candidates:
        if candidate.lower() == lowered:
            return candidate
    if len(candidates) > _MANY:
        # Among thousands of names the search itself must stay cheap: a typo rarely hits the beginning.
        candidates = [candidate for candidate in candidates if candidate.startswith(lowered[:2])][:_MANY]
    found = get_close_matches(word, candidates, 1, 0.6) if len(word) <= 100 else []
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str], *, limit: int = 12, noun: str = "known") -> str:
    """`did you mean 'prompt'?`, or the known words when they are few, or nothing."""
    words = list(known)
    near = nearest(word, words)
    if near is not None:
        return f"did you mean {quoted(near)}?"
    if 0 < len(words) <= limit:
        return f"{noun}: {', '.join(words)}"
    return ""


def count_of(number: int, noun: str) -> str:
    """`1 frame`, `3 frames`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
