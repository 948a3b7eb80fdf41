"""From a request that passed to the files of its result: the art, enlarged, as PNG or GIF, extra pictures behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from msgspec.structs import replace

from assetgen.catalog.layouts import layout_for
from assetgen.catalog.types import Style
from assetgen.model.layout import Layout
from assetgen.pixels.picture import Picture, canonical
from assetgen.simulator import images
from assetgen.simulator.jobs import File, Output
from assetgen.simulator.strict import Ask

if TYPE_CHECKING:
    from assetgen.simulator.art import Order

ENLARGED = 8
"""What `upscale_output_factor: null` means."""

GIF_MS = 100
"""Milliseconds a frame of a GIF."""

_EXPANDED = (2, 0, 2, 2, 1, 2, 3, 2, 1, 2, 3)
"""Columns of each row in the 44-frame GIF of walking_and_idle: an order of our own, the real one is not known."""

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Run in a worker thread, so that the event loop goes on."""
    import anyio.to_thread

    return await anyio.to_thread.run_sync(work)


def generate(ask: Ask) -> Output:
    """Draw what was asked for: the pictures, then those before the palette, then those before background removal."""
    from assetgen.simulator import art

    order = _order(ask)
    files = [File(data) for data in _encoded(ask, art.draw(order))]
    if ask.flag("return_pre_palette") and ask.palette is not None and ask.style.palette:
        before = art.draw(replace(order, palette=None))
        files += [File(data, "pre_palette") for data in _encoded(ask, before)]
    if ask.flag("return_non_bg_removed") and ask.flag("remove_bg"):
        before = art.draw(replace(order, remove_bg=False))
        files += [File(data, "background") for data in _encoded(ask, before)]
    data = None
    if ask.style.downloadable and ask.flag("include_downloadable_data"):
        data = item_atlas(art.draw(replace(order, remove_bg=True))[0], ask.payload.get("prompt", ""))
    return Output(tuple(files), data)


def _order(ask: Ask) -> Order:
    """The request as the artist wants it."""
    from assetgen.simulator.art import Order

    payload = ask.payload
    return Order(
        style=ask.style,
        size=ask.size,
        count=ask.count,
        prompt=payload.get("prompt", ""),
        outside=payload.get("extra_prompt", ""),
        seed=payload.get("seed"),
        input=ask.input,
        outside_input=ask.outside,
        strength=payload.get("strength", 0.75),
        references=ask.references,
        palette=colors_of(ask.palette),
        remove_bg=ask.flag("remove_bg"),
        tile_x=ask.flag("tile_x"),
        tile_y=ask.flag("tile_y"),
        frames=payload.get("frames_duration"),
    )


def colors_of(palette: Picture | None) -> tuple[tuple[int, int, int], ...] | None:
    """The distinct colours of a palette's picture, in reading order."""
    if palette is None:
        return None
    pixels = [(int(r), int(g), int(b)) for r, g, b in palette[..., :3].reshape(-1, 3)]
    return tuple(dict.fromkeys(pixels))


def _encoded(ask: Ask, pictures: Sequence[Picture]) -> list[bytes]:
    payload = ask.payload
    factor = payload.get("upscale_output_factor", 1)
    factor = ENLARGED if factor is None else factor
    ground = _HEX.fullmatch(payload.get("output_bg_color", ""))
    if ground:
        pictures = [on_ground(picture, bytes.fromhex(ground[1])) for picture in pictures]
    if ask.style.makes == "animation" and not ask.flag("return_spritesheet"):
        return [
            images.gif([images.enlarged(frame, factor) for frame in gif_frames(ask, picture)], GIF_MS)
            for picture in pictures
        ]
    return [images.encode_rgba(images.enlarged(picture, factor)) for picture in pictures]


def on_ground(picture: Picture, color: bytes) -> Picture:
    """The picture on an opaque colour."""
    result = picture.copy()
    alpha = picture[..., 3:].astype(np.uint16)
    ground = np.frombuffer(color, np.uint8).astype(np.uint16)
    result[..., :3] = ((picture[..., :3] * alpha + ground * (255 - alpha)) // 255).astype(np.uint8)
    result[..., 3] = 255
    return result


def gif_frames(ask: Ask, sheet: Picture) -> list[Picture]:
    """The frames of a sheet in the order in which the service's GIF of that style shows them."""
    width, height = ask.size
    columns, rows = sheet.shape[1] // width, sheet.shape[0] // height
    cells = [
        canonical(np.ascontiguousarray(sheet[y * height : (y + 1) * height, x * width : (x + 1) * width]))
        for y in range(rows)
        for x in range(columns)
    ]
    return [cells[index] for index in _gif_order(ask.style, ask.payload.get("frames_duration"), columns, rows)]


def _gif_order(style: Style, frames: int | None, columns: int, rows: int) -> Sequence[int]:
    layout: Layout | None = layout_for(style, frames)
    if layout is not None and layout.gif_order is not None:
        return layout.gif_order
    if layout is not None and layout.cell is not None:
        return [row * columns + column for row in range(rows) for column in _EXPANDED]
    return range(columns * rows)


def item_atlas(sheet: Picture, prompt: str) -> dict[str, Any]:
    """`downloadable_data` of inventory items: the boxes of the drawn items, in reading order."""
    words = [word.strip() for word in prompt.split(",") if word.strip()]
    sprites = [
        {"x": x, "y": y, "w": w, "h": h, "id": index, "name": words[index] if index < len(words) else f"item {index}"}
        for index, (x, y, w, h) in enumerate(boxes_of(sheet))
    ]
    meta = {"image_w": sheet.shape[1], "image_h": sheet.shape[0], "count": len(sprites)}
    return {"downloadable_json": {"data": {"meta": meta, "sprites": sprites}, "type": "item_atlas"}}


def boxes_of(sheet: Picture) -> list[tuple[int, int, int, int]]:
    """The boxes (x, y, width, height) of what is drawn on a transparent sheet, in reading order.

    Parts at most two pixels apart are one item: a sparkle belongs to its sword.
    """
    from assetgen.pixels.components import label

    solid = sheet[..., 3] > 0
    wide = np.pad(solid, 1)
    near = solid | wide[2:, 1:-1] | wide[:-2, 1:-1] | wide[1:-1, 2:] | wide[1:-1, :-2]
    labels, count = label(near, diagonal=True)
    found = []
    for number in range(1, count + 1):
        ys, xs = np.nonzero((labels == number) & solid)
        found.append((int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1))
    return found


def edit(tool: str, fields: Mapping[str, Any], pictures: Mapping[str, Picture]) -> Output:
    """The result of one edit tool."""
    from assetgen.simulator import art

    return Output((File(images.encode_rgba(art.edit(tool, pictures, fields))),))


def fix(picture: Picture, kind: str, width: int | None, height: int | None) -> bytes:
    """The result of a pixel fixer, as PNG."""
    from assetgen.simulator import art

    return images.encode_rgba(art.fix(picture, kind, width, height))
