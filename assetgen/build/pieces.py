"""Which finished picture a reference to another asset means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assetgen.model.built import BuiltAnimation, BuiltSprite, BuiltTileset

if TYPE_CHECKING:
    from assetgen.build.finish import Finished
    from assetgen.model.built import Picture


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


def sheet_of(finished: Finished) -> Picture | None:
    """The whole sheet of an animation or a tileset, as it is written; None for sprites."""
    from assetgen.build.files import animation_sheet, tileset_sheet

    built = finished.built[0]
    if isinstance(built, BuiltAnimation):
        return animation_sheet(built, finished.pictures.__getitem__)
    return tileset_sheet(built, finished.pictures.__getitem__) if isinstance(built, BuiltTileset) else None
