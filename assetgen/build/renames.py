"""What stays with an asset under a new name: ids in engine files, what a person added there, places in atlases."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from assetgen.model.lock import Block


def ids_carried(index: Block, old: str, name: str, assets: frozenset[str]) -> Block:
    """The index's block with the ids of asset `old` and its pieces under `name`: scenes find them by these ids.

    `assets` are all names in the lock: `ui/button` may be a piece of `ui`, or an asset of its own.
    """
    others = assets - {old, name}
    kept = {key: value for key, value in index.ids.items() if not _is_of(name, key, others)}
    ids = {name + key.removeprefix(old) if _is_of(old, key, others) else key: value for key, value in kept.items()}
    return replace(index, ids=ids)


def places_carried(atlas: Block, old: str, name: str, assets: frozenset[str]) -> Block:
    """An atlas's block with the remembered places of `old`'s frames under `name`: no page is drawn for a new name.

    `assets` as for `ids_carried`.
    """
    memory = atlas.pages
    if not isinstance(memory, dict) or not isinstance(memory.get("pages"), list):
        return atlas
    others = assets - {old, name}
    pages = [
        {name + key.removeprefix(old) if _is_of(old, key, others) else key: place for key, place in page.items()}
        if isinstance(page, dict) and not any(_is_of(name, key, others) for key in page)
        else page
        for page in memory["pages"]
    ]
    return atlas if pages == memory["pages"] else replace(atlas, pages={**memory, "pages": pages})


def _is_of(name: str, key: str, others: frozenset[str]) -> bool:
    """Whether an id (`OWNER PURPOSE`) is that of an asset or of one of its pieces."""
    owner = key.partition(" ")[0]
    return owner == name or (owner.startswith(f"{name}/") and owner not in others)


def former_path(path: str, owner: str, renamed: Mapping[str, str]) -> str | None:
    """Where an engine's file (`KIND/NAME…`, below its output folder) lay before its asset was renamed.

    `renamed` gives former names by new ones.
    """
    kind, _, rest = path.partition("/")
    for new, old in renamed.items():
        if (owner == new or owner.startswith(f"{new}/")) and rest.startswith(new):
            return f"{kind}/{old}{rest.removeprefix(new)}"
    return None
