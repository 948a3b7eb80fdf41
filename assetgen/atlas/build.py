"""One atlas of the manifest: frames to placements and page keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from msgspec import Struct

from assetgen.atlas.grid import grid
from assetgen.atlas.pack import pack, too_large
from assetgen.atlas.types import Options, Packing, Rect
from assetgen.model.built import Box, Frame, Placement, Size
from assetgen.model.errors import AssetError
from assetgen.model.manifest import Atlas
from assetgen.model.request import Json


class AtlasPlan(Struct, frozen=True):
    """An atlas without its pixels. `keys` identify what each page shows: an equal key is an equal picture.

    `remembered` goes into the lock. `fresh` is the occupancy of a packing from scratch where that was worth finding
    out; `worth_repacking` says that the report should mention `--repack`.
    """

    placements: Mapping[str, Placement]
    sizes: tuple[Size, ...]
    keys: tuple[str, ...]
    occupancy: float
    remembered: Json
    fresh: float | None = None
    worth_repacking: bool = False


def plan_atlas(
    atlas: Atlas,
    frames: Sequence[Frame],
    previous: Json = None,
    *,
    repack: bool = False,
    groups: Mapping[str, str] | None = None,
) -> AtlasPlan:
    """Place all frames, in manifest order for `layout: grid`, else in any order with the same result.

    `previous` is what an earlier plan asked to be remembered; `repack` ignores it. `groups` names, by frame, what must
    share a page (an animation's name); frames without an entry stand alone. Raises AssetError for a frame larger than
    a page.
    """
    options = options_of(atlas)
    cuts = {frame.name: _cut(frame, atlas) for frame in frames}
    for frame in frames:
        size = frame.size if atlas.layout == "grid" else cuts[frame.name][2:]
        if max(size) + 2 * options.extrude > options.limit:
            message = too_large(f"frame {frame.name}", size, options, atlas.name)
            raise AssetError(message, asset=f"atlas:{atlas.name}", position=atlas.position)
    packing = (
        grid(frames, options)
        if atlas.layout == "grid"
        else _packed(atlas, frames, cuts, options, groups, None if repack else previous)
    )
    placements = {
        frame.name: Placement(frame, spot.page, spot.x, spot.y, cuts[frame.name])
        for frame in frames
        for spot in (packing.spots[frame.name],)
    }
    remembered = None if packing.remembered is None else {**packing.remembered, "trim": atlas.trim}
    return AtlasPlan(
        placements,
        packing.sizes,
        tuple(_page_key(placements, page, size, options) for page, size in enumerate(packing.sizes)),
        packing.occupancy,
        remembered,
        packing.fresh,
        packing.worth_repacking,
    )


def options_of(atlas: Atlas) -> Options:
    """The packer's options of a manifest entry."""
    return Options(atlas.max_size, atlas.padding, atlas.extrude, atlas.pot, atlas.square)


def _cut(frame: Frame, atlas: Atlas) -> Box:
    return frame.trim if atlas.trim and atlas.layout == "pack" else (0, 0, *frame.size)


def _packed(
    atlas: Atlas, frames: Sequence[Frame], cuts: Mapping[str, Box], options: Options,
    groups: Mapping[str, str] | None, previous: Json,
) -> Packing:  # fmt: skip
    of = (groups or {}).get
    rects = [Rect(f.name, *cuts[f.name][2:], f.pixels, of(f.name)) for f in frames]
    # Trimmed and whole frames differ in size throughout: old places would only be in the way.
    same = isinstance(previous, dict) and previous.get("trim") == atlas.trim
    return pack(rects, options, previous if same else None)


def _page_key(placements: Mapping[str, Placement], page: int, size: Size, options: Options) -> str:
    shown = {(p.x, p.y, *p.trim, p.frame.pixels) for p in placements.values() if p.page == page}
    text = json.dumps([size, options.extrude, sorted(shown)], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
