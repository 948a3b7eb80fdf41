"""What stays with an asset under a new name: ids in engine files, what a person added there, places in atlases."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TypeVar

from msgspec.structs import replace

from assetgen.model.lock import Block

T = TypeVar("T")


def ids_carried(index: Block, renamed: Mapping[str, str], assets: AbstractSet[str]) -> Block:
    """The index's block with the ids of renamed assets and their pieces under the new names: scenes find them by these.

    `renamed` gives new names by former ones, `assets` all names of the lock and of the manifest: `ui/button` may be a
    piece of `ui`, or an asset of its own. Once more changes nothing.
    """
    return replace(index, ids=_carried(index.ids, renamed, assets))


def places_carried(atlas: Block, renamed: Mapping[str, str], assets: AbstractSet[str]) -> Block:
    """An atlas's block with the remembered places of renamed assets' frames under the new names: no page is drawn for
    a new name. `renamed` and `assets` as for `ids_carried`."""
    memory = atlas.pages
    if not isinstance(memory, dict) or not isinstance(memory.get("pages"), list):
        return atlas
    pages = [_carried(page, renamed, assets) if isinstance(page, dict) else page for page in memory["pages"]]
    return replace(atlas, pages={**memory, "pages": pages})


def _carried(found: Mapping[str, T], renamed: Mapping[str, str], assets: AbstractSet[str]) -> dict[str, T]:
    """What was kept by `OWNER PURPOSE`, under new names. What stood under such a name gives way."""
    owners = {key: _first(key.partition(" ")[0], assets) for key in found}
    taken = {renamed[owner] for owner in owners.values() if owner in renamed}
    return {
        renamed[owner] + key.removeprefix(owner) if owner in renamed else key: found[key]
        for key, owner in owners.items()
        if owner in renamed or owner not in taken
    }


def former_path(path: str, owner: str, renamed: Mapping[str, str]) -> str | None:
    """Where an engine's file (`KIND/NAME…`, below its output folder) lay before its asset was renamed.

    `renamed` gives former names by new ones.
    """
    kind, _, rest = path.partition("/")
    new = _first(owner, renamed.keys())
    return f"{kind}/{renamed[new]}{rest.removeprefix(new)}" if new and rest.startswith(new) else None


def _first(piece: str, names: AbstractSet[str]) -> str:
    """The nearest of the names that a piece belongs to: itself, or what it lies in. Empty where there is none."""
    while piece and piece not in names:
        piece = piece.rpartition("/")[0]
    return piece
