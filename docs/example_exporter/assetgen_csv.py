"""`engines: {csv: {separator: ";"}}` writes frames.csv: where each frame lies, and how long it is shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from assetgen.export.base import Context, Output, option
from assetgen.export.names import in_use
from assetgen.export.regions import View
from assetgen.model.built import Built
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "csv"
needs = frozenset({"sheet", "atlas"})  # the pictures that the file refers to: they are written by default
always: frozenset[str] = frozenset()  # and those that it wants although an asset is packed, as "tileset:sheet"
options = frozenset({"separator"})  # what may stand under the engine's name, beside `output`


def check(manifest: Manifest) -> list[Problem]:
    """Mistakes to tell before anything is built, each with its place in the manifest."""
    entry = in_use(manifest, name)
    if entry is None or len(str(option(entry, "separator", ","))) == 1:
        return []
    return [Problem(entry.position, "csv: separator must be one character")]


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """A pure function from the finished assets to files: nothing is opened, nothing is written."""
    table = io.StringIO()
    rows = csv.writer(table, delimiter=str(option(engine, "separator", ",")), lineterminator="\n")
    rows.writerow(["frame", "picture", "x", "y", "width", "height", "left", "top", "milliseconds"])
    pictures = []
    for group in View(built).sets():  # every atlas, and every animation that has a sheet of its own
        times = {
            frame: time for tag in group.tags for frame, time in zip(tag.tag.frames, tag.tag.durations, strict=True)
        }
        for page in group.textures:
            pictures.append(page.file)
            for region in page.regions.values():
                place = [region.x, region.y, region.w, region.h, region.ox, region.oy]
                rows.writerow([region.name, page.file, *place, times.get(region.name, "")])
    yield Output("frames.csv", table.getvalue(), f"export:{name}", pictures=tuple(pictures))
