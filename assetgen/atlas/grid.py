"""`layout: grid`: equal cells in the order of the frames, untrimmed, for engines that count cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from assetgen.atlas.types import Options, Packing, Spot
from assetgen.model.built import Frame


def grid(frames: Sequence[Frame], options: Options) -> Packing:
    """Every frame in a cell as large as the largest frame, at the cell's top left, row by row.

    Each animation tag and each tileset begins a row; sprites follow one another. All have their own cell, equal ones
    too. Frames must fit a page (see `pack.too_large`).
    """
    if not frames:
        return Packing((), {}, 1.0, None)
    stride_x = max(frame.size[0] for frame in frames) + options.around
    stride_y = max(frame.size[1] for frame in frames) + options.around
    side = options.limit + options.padding
    runs = [[frame.name for frame in run] for _, run in groupby(frames, key=lambda frame: _row_of(frame.name))]
    tags = [len(run) for run in runs if run[0].rstrip("0123456789").endswith("_") and "/" in run[0]]
    columns = min(side // stride_x, max([math.ceil(math.sqrt(len(frames))), *tags]))
    rows = [run[start : start + columns] for run in runs for start in range(0, len(run), columns)]
    per_page = side // stride_y
    spots = {
        name: Spot(row // per_page, column * stride_x + options.extrude, row % per_page * stride_y + options.extrude)
        for row, names in enumerate(rows)
        for column, name in enumerate(names)
    }
    sizes = []
    for first in range(0, len(rows), per_page):
        page = rows[first : first + per_page]
        width = max(map(len, page)) * stride_x - options.padding
        sizes.append(options.page_size(width, len(page) * stride_y - options.padding))
    placed = sum(math.prod(frame.size) for frame in frames)
    return Packing(tuple(sizes), spots, round(placed / sum(map(math.prod, sizes)), 4), None)


def _row_of(name: str) -> str:
    """What shares rows: the steps of a tag (`hero/walk_down_`), tiles or pieces of one asset (`meadow`), sprites."""
    asset, slash, piece = name.rpartition("/")
    if not slash:
        return ""
    stem = piece.rstrip("0123456789")
    return f"{asset}/{stem}" if stem.endswith("_") and stem != piece else asset
