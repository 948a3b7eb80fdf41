"""Which finished picture a reference to another asset means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assetgen.model.built import BuiltAnimation, BuiltSprite
from assetgen.model.manifest import Asset, AssetRef, Ref

if TYPE_CHECKING:
    from assetgen.build.finish import Finished

COMPOSED = frozenset({"copy", "parts", "tiles"})
"""Sources that have no picture of their own: they are made of other assets."""


def source_key(ref: AssetRef) -> str:
    """The name under which `Sources.made_of` holds what a reference is taken from."""
    return ref.name if ref.stage == "final" else f"{ref.name}@base"


def sources_of(asset: Asset) -> dict[str, AssetRef]:
    """The assets that an asset is put together from, by `source_key`: not those that its requests take."""
    refs: list[Ref | None] = [asset.start] if asset.source == "copy" else []
    refs += [part.of for part in asset.parts]
    refs += [entry.of for entry in asset.tileset.tiles]
    refs += asset.tileset.objects
    found = {source_key(ref): ref for ref in refs if isinstance(ref, AssetRef)}
    return found | {sheet: AssetRef(sheet, None, "final", asset.position) for sheet in asset.tileset.terrains}


def digest_of(finished: Finished, name: str, piece: str | None) -> str | None:
    """The pixel digest of a sprite, or of one frame (`TAG_NN`, or `NN` counting cells), tile or cut piece.

    None where there is none, and for a whole animation, tileset or cut, which are no single picture.
    """
    if piece is not None and piece.isdigit() and finished.cells:
        return finished.cells[int(piece)] if int(piece) < len(finished.cells) else None
    wanted = name if piece is None else f"{name}/{piece}"
    for built in finished.built:
        if isinstance(built, BuiltSprite):
            frames = [built.frame]
        elif isinstance(built, BuiltAnimation):
            frames = [built.frames[wanted]] if wanted in built.frames else []
        else:
            frames = [*(tile.frame for tile in built.tiles), *built.objects]
        found = next((frame.pixels for frame in frames if frame.name == wanted), None)
        if found is not None:
            return found
    return None
