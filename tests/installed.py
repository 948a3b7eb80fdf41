"""What `.ci/engines.sh` installs for the tests in engines and browsers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("ASSETGEN_ENGINES_CACHE") or Path.home() / ".cache" / "assetgen-engines")
HINT = "run .ci/engines.sh to install it"


def need(found: bool, what: str) -> None:
    """Skips the test where something is missing; fails it where the machine was to have everything."""
    if found:
        return
    if os.environ.get("ASSETGEN_ENGINES") == "required":
        pytest.fail(f"{what} is not installed: {HINT}")
    pytest.skip(f"{what} is not installed: {HINT}")
