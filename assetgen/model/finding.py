"""What a quality check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warn"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: which check found it, how bad it is, and what and where for people."""

    check: str
    level: Level
    message: str
