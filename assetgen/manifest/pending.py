"""Keys of the grammar that do not work yet: they are known, and using one is an error that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assetgen.manifest.expand import Expanded
from assetgen.manifest.messages import quoted
from assetgen.manifest.nodes import Map, Problems

PENDING: Mapping[str, str] = {}
"""Key → what it will do. `KEY` is an entry's key, `process.KEY` a recipe step, `top.KEY` a top-level key."""


def refuse(top: Map, entries: Iterable[Expanded], problems: Problems) -> None:
    """A problem for each use of a pending key."""
    if not PENDING:
        return
    for key, entry in top.entries.items():
        if f"top.{key}" in PENDING:
            problems.add(entry.position, f"{quoted(key)} does not work yet", tail=PENDING[f"top.{key}"])
    for expanded in entries:
        steps = {f"process.{step}": ("process", step) for step in expanded.values.get("process") or ()}
        for key, path in [*((k, (k,)) for k in expanded.values), *steps.items()]:
            if key in PENDING:
                head = f"{quoted(path[-1])} does not work yet"
                problems.add(expanded.within(*path), head, where=expanded.where, tail=PENDING[key])
