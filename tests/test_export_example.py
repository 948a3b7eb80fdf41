"""The exporter of docs/example_exporter is found and used as an installed package would be; so are the page's words."""

from __future__ import annotations

import csv
import io
import re
import sys
import tomllib
from pathlib import Path

import pytest
from export_sample import sample

from assetgen.export.base import BUILTIN, exporter, names, problems
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Position

DOCS = Path(__file__).parent.parent / "docs"
EXAMPLE = DOCS / "example_exporter"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example on the path, with the metadata that pip would have laid beside it."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    info = tmp_path / "assetgen_csv-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [f"{key} = {value}" for key, value in project["entry-points"]["assetgen.exporters"].items()]
    (info / "entry_points.txt").write_text("[assetgen.exporters]\n" + "\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(EXAMPLE)
    monkeypatch.delitem(sys.modules, "assetgen_csv", raising=False)


@pytest.mark.usefixtures("installed")
def test_the_example_works() -> None:
    assert "csv" in names()
    project = sample()
    (output,) = project.export("csv", separator=";")
    assert isinstance(output.content, str)
    rows = list(csv.DictReader(io.StringIO(output.content), delimiter=";"))
    row = next(row for row in rows if row["frame"] == "hero/walk_down_01")
    placement = project.built.atlases["characters"].placements["hero/walk_down_01"]
    assert (int(row["x"]), int(row["y"])) == (placement.x, placement.y)
    assert row["milliseconds"] == "150"
    assert set(output.pictures) <= set(project.files)


@pytest.mark.usefixtures("installed")
def test_the_example_checks_its_options() -> None:
    engine = Engine("csv", {"separator": "::"}, Position("assets.yaml", 3, 5))
    assert [str(problem) for problem in problems(Manifest("/game", "assets.yaml", engines=(engine,)))] == [
        "assets.yaml:3:5: csv: separator must be one character"
    ]


def test_the_page_describes_every_engine_and_option() -> None:
    page = (DOCS / "engines.md").read_text(encoding="utf-8")
    for name in BUILTIN:
        section = re.search(rf"^## .*\(`{name}`\)\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
        assert section is not None, f"no section for {name}"
        for option in exporter(name).options - {"templates"}:
            assert f"`{option}" in section.group(1), f"{name}: {option}"


@pytest.mark.parametrize(
    "path", sorted(re.findall(r"\]\(([^)#:]+)\)", (DOCS / "engines.md").read_text(encoding="utf-8")))
)
def test_links_of_the_page_lead_somewhere(path: str) -> None:
    assert (DOCS / path).exists()
