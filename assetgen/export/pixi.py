"""PixiJS: the core file `atlases/A-0.json` is its own format, so only an own output folder needs a copy of it."""

from __future__ import annotations

from collections.abc import Iterable

from assetgen.export.base import Context, Output
from assetgen.export.texturepacker import core
from assetgen.model.built import Built
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "pixi"
needs = frozenset({"single", "sheet", "atlas"})
always: frozenset[str] = frozenset()
options: frozenset[str] = frozenset()


def check(manifest: Manifest) -> list[Problem]:
    """Nothing: PixiJS takes any name."""
    return []


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """The hash files again, where the engine has a folder of its own."""
    return core(built) if engine.output is not None else []
