"""docs/pixels.md names and shows what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assetgen.pixels.quality import CHECKS
from assetgen.pixels.versions import ORDER

PAGE = Path(__file__).parent.parent / "docs" / "pixels.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ORDER)
def test_every_operation_is_described_and_shown(name: str) -> None:
    assert re.search(rf"^### .*`{name}\b", TEXT, re.MULTILINE)
    assert f"images/pixels/{name}.png" in TEXT


@pytest.mark.parametrize(
    "kind", ["corners", "blob47", "dual_grid", "rpgmaker_a2", "blob47_approx", "rpgmaker_a2_approx"]
)
def test_every_autotile_sheet_is_shown(kind: str) -> None:
    assert f"| `{kind}` |" in TEXT
    assert f"images/pixels/{kind}.png" in TEXT


def test_every_check_stands_with_its_thresholds() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*\|[^|]*) \|$", TEXT, re.MULTILINE))
    shown = {name: tuple(part.strip() for part in cells.split("|")) for name, cells in rows.items()}
    limits = {
        name: tuple("" if value is None else f"{value:g}" for value in (limit.warn, limit.error))
        for name, limit in CHECKS.items()
    }
    assert {name: shown.get(name) for name in CHECKS} == limits


def test_every_picture_is_there() -> None:
    for name in re.findall(r"\((images/[^)]+)\)", TEXT):
        assert (PAGE.parent / name).is_file(), name
