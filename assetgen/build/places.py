"""Files that lie ready, and the places that they are given: by this process, or by others that it tells to."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from assetgen.model.errors import StoreError
from assetgen.store import atomic
from assetgen.store.paths import inside, problem
from assetgen.store.stamps import Stamps


class Staged(Struct, frozen=True):
    """A complete file that waits for its place: its path, the number of its bytes, and their SHA-256."""

    path: str
    size: int
    sha256: str


class Move(NamedTuple):
    """Where a staged file goes: its place, what was seen there, and the path at which it lies."""

    path: str
    seen: str
    staged: str


class Placed(NamedTuple):
    """The state of a file that was just given its place, as `os.stat` tells it; of no size if it was gone by then."""

    st_size: int
    st_mtime_ns: int
    st_ctime_ns: int
    st_ino: int


WhatBecame = Mapping[str, Placed | StoreError | None]
"""Of staged files, by path, what `place_staged` says of each; None for one that is left to us, too."""

Placer = Callable[[Sequence[Move]], Callable[[], WhatBecame]]
"""Begins to give staged files their places, as `place_staged` does; what it returns waits for that."""


def stage(root: Path, path: str, data: bytes, checked: set[str], *, new: bool, folder: str | None = None) -> Staged:
    """Lays a file beside its place, or into `folder`. StoreError. `checked` as for `place_of`, `new` as for
    `atomic.stage`."""
    file = atomic.stage(place_of(root, path, checked), data, new=new, folder=folder)
    return Staged(file, len(data), hashlib.sha256(data).hexdigest())


def place_staged(root: Path, stamps: Stamps, move: Move, checked: set[str]) -> Placed | None:
    """Gives a staged file its place; None where that is not as it was seen, and is to be judged anew.

    StoreError where that cannot be; then the staged file is gone.
    """
    place = place_of(root, move.path, checked)
    if stamps.state_of(move.path) != move.seen:
        return None
    atomic.place(move.staged, place)
    try:
        found = os.stat(place)  # noqa: PTH116  (many thousands of times)
    except OSError:
        return Placed(-1, 0, 0, 0)
    return Placed(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def place_of(root: Path, path: str, checked: set[str]) -> str:
    """Where a file is to be written, inside of the project: StoreError elsewhere.

    `checked` are folders found to be inside since the batch began: a link at the file's own place is replaced, never
    followed.
    """
    folder = path.rpartition("/")[0]
    if folder not in checked or problem(path) is not None:
        inside(root, f"{folder}/x" if folder else "x")
        checked.add(folder)
        inside(root, path)
    return os.path.join(root, path)  # noqa: PTH118  (many thousands of times)
