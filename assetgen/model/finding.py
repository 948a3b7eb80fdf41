"""What a quality check found."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Level = Literal["error", "warn"]


class Finding(Struct, frozen=True):
    """One defect: which check found it, how bad it is, and what and where for people."""

    check: str
    level: Level
    message: str
