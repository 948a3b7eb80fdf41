"""What stays with an asset under a new name: its ids in engine files, and what a person added to those files."""

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
