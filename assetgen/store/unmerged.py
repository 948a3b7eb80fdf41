"""Files that a merge left in conflict."""

from __future__ import annotations

import re

_MARKS = re.compile(r"^<<<<<<< .*^=======$.*^>>>>>>> ", re.MULTILINE | re.DOTALL)


def in_conflict(text: str) -> bool:
    """Whether git's marks stand in a text: both versions between them are in git, and nobody wrote it as it is."""
    return _MARKS.search(text.replace("\r\n", "\n")) is not None
