"""What an asset looks like, as one digest: an approval holds for these pixels and no others."""

from __future__ import annotations

import hashlib

from assetgen.build.session import Session
from assetgen.build.shelf import Shelf
from assetgen.build.work import finished_of, prepare
from assetgen.model.built import BuiltAnimation, BuiltAsset, BuiltSprite


def looks(session: Session, name: str, shelf: Shelf | None = None) -> str | None:
    """A digest of the asset's finished pictures in order; None while it has none. Names and tools do not matter."""
    work = prepare(session.project, session.disk, name, session.palette)
    if work is None:
        return None
    finished = finished_of(work, session.shelf if shelf is None else shelf, pictures=False)
    digests = [digest for built in finished.built for digest in _pictures(built)]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]


def _pictures(built: BuiltAsset) -> list[str]:
    if isinstance(built, BuiltSprite):
        return [built.frame.pixels]
    if isinstance(built, BuiltAnimation):
        return [built.frames[name].pixels for tag in built.tags for name in tag.frames]
    return [*(tile.frame.pixels for tile in built.tiles), *(frame.pixels for frame in built.objects)]
