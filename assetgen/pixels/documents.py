"""Base pictures of any form as pictures and reels: PNG and GIF, Aseprite files, Aseprite JSON, globs of frames."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from posixpath import dirname, isabs, join, normpath

from msgspec.structs import replace

from assetgen.catalog.tags import WHOLE
from assetgen.model.errors import AssetError, LayoutError, PictureError
from assetgen.model.layout import Layout
from assetgen.model.manifest import Asset
from assetgen.pixels import aseprite, cutting, png, reel
from assetgen.pixels.aseprite import Document
from assetgen.pixels.picture import Picture, decode, decode_frames, sniff
from assetgen.pixels.recipe import apply, cleaning
from assetgen.pixels.reel import Reel, read_reel

Files = Sequence[bytes]
"""The bytes of a base picture: one file, an Aseprite JSON followed by its picture, or the frames of a glob."""


def described(data: bytes) -> bool:
    """Whether the content may be an Aseprite JSON, which needs its picture beside it."""
    return sniff(data) is None and data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def document(files: Files, what: str) -> Document | None:
    """The Aseprite document that the files are; None for ordinary pictures."""
    first = files[0]
    if aseprite.is_document(first):
        return aseprite.read(first, what)
    if described(first) and len(files) > 1:
        return aseprite.read_json(first, decode(files[1], what=f"the picture of {what}"), what)
    return None


def still(files: Files, what: str) -> Picture:
    """The one picture that the files give: as it is, or the first frame."""
    found = document(files, what)
    return decode(files[0], what=what) if found is None else found.frames[0]


def reel_of(asset: Asset, files: Files, layout: Layout | None, what: str) -> Reel:
    """Cells, and tags and durations where the files bring them. LayoutError or PictureError name `what`."""
    found = document(files, what)
    if found is None and len(files) == 1:
        return read_reel(asset, files[0], layout, what)
    if found is None:
        return _frames(files, what)
    sheet = asset.kind == "tileset" or layout is not None or asset.grid is not None
    if sheet and (asset.kind == "tileset" or len(found.frames) == 1):
        return read_reel(asset, png.encode_truecolor(found.frames[0]), layout, what)
    tags = tuple(replace(tag, name=_plain(tag.name)) for tag in found.resolved_tags(WHOLE)) if found.tags else ()
    return Reel(found.frames, len(found.frames), 1, tags=tags, durations=found.durations)


def _plain(name: str) -> str:
    """A tag's name as one of ours: it becomes part of file names."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or WHOLE


def frames_of(files: Files, what: str) -> list[Picture]:
    """All frames of all files."""
    found = document(files, what)
    if found is not None:
        return list(found.frames)
    return [frame for data in files for frame in decode_frames(data, what=what).frames]


def base_piece(asset: Asset, files: Files, layout: Layout | None, piece: str, directions: Mapping[str, str]) -> Picture:
    """One frame (`TAG_NN`, or `NN` counting cells), tile (`NN`) or cut piece of a base picture, without its recipe.

    The sheet of a `cut` is cleaned first: what its pieces are follows from that. AssetError where there is none.
    """
    if asset.cut is None:
        return reel.base_piece(asset, reel_of(asset, files, layout, asset.name), layout, piece, directions)
    sheet = apply([still(files, asset.name)], cleaning(asset.recipe)).frames[0]
    pieces = cutting.cut(sheet, asset.cut, asset.name)
    found = next((item.picture for item in pieces if item.name == piece), None)
    if found is None:
        message = f"{asset.name} has no piece '{piece}': there are {', '.join(item.name for item in pieces)}"
        raise AssetError(message, asset=asset.name, position=asset.position)
    return found


def with_slices(asset: Asset, files: Files, what: str) -> Asset:
    """The asset with the pivot and the nine-slice of the document's slices, where its entry gives none.

    A nine-slice comes along only while the recipe leaves the picture's frame as it is.
    """
    found = document(files, what)
    if found is None:
        return asset
    height, width = found.frames[0].shape[:2]
    pivot, borders = asset.pivot, asset.nine_slice
    for item in found.slices:
        left, top = item.box[:2]
        if pivot is None and item.pivot is not None:
            pivot = (left + item.pivot[0], top + item.pivot[1])
        if borders is None and item.center is not None and asset.kind == "sprite" and not reframed(asset):
            x, y = left + item.center[0], top + item.center[1]
            sides = (x, y, width - x - item.center[2], height - y - item.center[3])
            borders = sides if min(sides) >= 0 else None
    return replace(asset, pivot=pivot, nine_slice=borders)


_FRAMING = frozenset({"grid", "trim", "canvas", "outline", "shadow", "mirror", "rotate"})


def reframed(asset: Asset) -> bool:
    return asset.cut is not None or any(operation.name in _FRAMING for operation in asset.recipe)


def _frames(files: Files, what: str) -> Reel:
    """A glob: one frame a file."""
    cells = [still((data,), what) for data in files]
    sizes = sorted({(cell.shape[1], cell.shape[0]) for cell in cells})
    if len(sizes) > 1:
        shown = ", ".join(f"{w}×{h}" for w, h in sizes)
        raise LayoutError(f"the frames of {what} are not all of one size: {shown}")
    return Reel(cells, len(cells), 1)


def picture_beside(path: str, data: bytes) -> str:
    """The path of an Aseprite JSON's picture, relative to the project as `path` is. PictureError if it leads out."""
    name = aseprite.picture_name(data, path)
    found = normpath(join(dirname(path), name))
    if isabs(name) or found.startswith("../") or ":" in name:
        raise PictureError(f"{path}: its picture '{name}' does not lie in the project: export both into one folder")
    return found
