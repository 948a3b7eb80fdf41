"""Names that engines forbid: how they are spelled there, and which two become one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

_NO_WORD = re.compile(r"[^A-Za-z0-9_]")


def plain(name: str) -> str:
    """Letters, digits and `_` only, never a digit first: `ui/key-2` is `ui_key_2`."""
    text = _NO_WORD.sub("_", name)
    return f"_{text}" if text[:1].isdigit() else text


def flat(name: str) -> str:
    """Without folders: `ui/key-2` is `ui_key-2`."""
    return name.replace("/", "_")


def in_use(manifest: Manifest, name: str) -> Engine | None:
    """The engine's entry in the manifest."""
    return next((engine for engine in manifest.engines if engine.name == name), None)


def equal_names(
    manifest: Manifest, engine: str, spell: Callable[[str], str], *, kinds: Iterable[str] | None = None
) -> list[Problem]:
    """A problem for each exported asset whose spelling another one already has. `kinds` None: all of them."""
    wanted = None if kinds is None else set(kinds)
    first: dict[str, str] = {}
    found = []
    for asset in manifest.assets.values():
        if not asset.export or (wanted is not None and asset.kind not in wanted):
            continue
        spelled = spell(asset.name)
        other = first.setdefault(spelled, asset.name)
        if other != asset.name:
            message = f"{asset.name!r} and {other!r} are one name for {engine} ({spelled}): rename one of them"
            found.append(Problem(asset.position, message))
    return found


def missing_project(manifest: Manifest, engine: str) -> list[Problem]:
    """A problem where ids must be derived and `project` does not seed them."""
    entry = in_use(manifest, engine)
    if manifest.project or entry is None:
        return []
    message = f"{engine} needs `project: NAME` at the top of the manifest: the ids in its files are derived from it"
    return [Problem(entry.position, message)]


def missing_roles(manifest: Manifest, engine: str, always: Iterable[str]) -> list[Problem]:
    """A problem where `write` leaves out pictures without which the engine has no file for some kind of asset."""
    entry = in_use(manifest, engine)
    if entry is None or manifest.write is None:
        return []
    found = []
    for kind, _, role in sorted(item.partition(":") for item in always):
        assets = [asset.name for asset in manifest.assets.values() if asset.kind == kind and asset.export]
        if assets and role not in manifest.write:
            message = f"{engine} refers to the {role} of {assets[0]!r}, which `write` leaves out: add {role!r} to it"
            found.append(Problem(entry.position, message))
    return found
