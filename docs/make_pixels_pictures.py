"""Draws the pictures of docs/pixels.md with assetgen's own operations, from art of the simulator.

    python docs/make_pixels_pictures.py

Each step shows the picture before on the left and after on the right, on a checkerboard where it is transparent.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assetgen.catalog.layouts import CORNERS
from assetgen.catalog.styles import find
from assetgen.model.manifest import Cut, Operation
from assetgen.model.request import Json
from assetgen.pixels import autotile, cutting, png
from assetgen.pixels.colors import index_picture
from assetgen.pixels.operations.framing import enlarge, place
from assetgen.pixels.picture import Picture
from assetgen.pixels.quantize import extract
from assetgen.pixels.recipe import apply
from assetgen.simulator.art import Order, draw

FOLDER = Path(__file__).parent / "images" / "pixels"
DUSK = ["1a1c2c", "5d275d", "b13e53", "ef7d57", "ffcd75", "a7f070", "38b764", "257179", "29366f", "3b5dc9", "41a6f6",
        "73eff7", "f4f4f4", "94b0c2", "566c86", "333c57"]  # fmt: skip
GAP = 4


def art(style: str, prompt: str, size: int, *, clear: bool = False, outside: str = "") -> Picture:
    found = find(style)
    assert found is not None
    order = Order(found, (size, size), prompt=prompt, outside=outside, seed=7, remove_bg=clear)
    return draw(order)[0]


def shown(picture: Picture, zoom: int) -> Picture:
    """Enlarged, on a checkerboard of 4 screen pixels a square."""
    large = enlarge(picture, zoom).astype(np.int32)
    y, x = np.indices(large.shape[:2]) // 4
    ground = np.where((x + y) % 2, 214, 236)[..., None]
    alpha = large[..., 3:]
    rgb = (large[..., :3] * alpha + ground * (255 - alpha)) // 255
    return np.dstack([rgb, np.full(rgb.shape[:2], 255)]).astype(np.uint8)


def row(pictures: Sequence[Picture]) -> Picture:
    """Pictures side by side, centred, on white."""
    height = max(picture.shape[0] for picture in pictures)
    width = sum(picture.shape[1] for picture in pictures) + GAP * (len(pictures) - 1)
    result = np.full((height, width, 4), 255, np.uint8)
    left = 0
    for picture in pictures:
        top = (height - picture.shape[0]) // 2
        result[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        left += picture.shape[1] + GAP
    return result


def save(name: str, *pictures: Picture, zoom: int = 3) -> None:
    (FOLDER / f"{name}.png").write_bytes(png.encode(row([shown(picture, zoom) for picture in pictures])))


def step(name: str, frames: Sequence[Picture], params: dict[str, Json], zoom: int = 3, file: str = "") -> list[Picture]:
    """Shows one operation, and gives its result."""
    done = apply(frames, [Operation(name, params)]).frames
    save(file or name, *frames, *done, zoom=zoom)
    return done


def cells_of(sheet: Picture, columns: int, rows: int) -> list[Picture]:
    height, width = sheet.shape[0] // rows, sheet.shape[1] // columns
    return [
        np.ascontiguousarray(sheet[y * height : (y + 1) * height, x * width : (x + 1) * width])
        for y in range(rows)
        for x in range(columns)
    ]


def recipes() -> None:
    knight = art("rd_plus__default", "a lantern-bearing knight", 64, clear=True)
    walk = cells_of(art("animation__walking_and_idle", "a lantern-bearing knight", 48), 4, 4)[1:4]
    potion = art("rd_fast__mc_item", "a red potion bottle", 32, clear=True)

    opaque = knight.copy()
    opaque[knight[..., 3] == 0] = (86, 108, 134, 255)
    step("background", [opaque], {"flood": 8})

    large = enlarge(potion, 4)[3:, 2:]
    save("grid", large, apply([np.ascontiguousarray(large)], [Operation("grid", {"scale": "auto"})]).frames[0], zoom=1)

    soft = knight.copy()
    edge = (knight[..., 3] == 255) & (np.roll(knight[..., 3], 1, axis=1) == 0)
    soft[edge, 3] = 90
    step("alpha", [soft], {"threshold": 128})

    dusty = potion.copy()
    for x, y in ((3, 4), (4, 4), (27, 6), (28, 25), (2, 27)):
        dusty[y, x] = (239, 125, 87, 255)
    step("specks", [dusty], {"size": 2}, zoom=4)

    step("trim", walk, {}, zoom=2)
    trimmed = apply([potion], [Operation("trim", {})]).frames
    step("canvas", trimmed, {"size": [40, 40], "align": "bottom", "margin": 2}, zoom=4)

    mapped = step("palette", [knight], {"colors": DUSK})
    save("dither", *(
        apply([shade()], [Operation("palette", {"colors": DUSK[:5], "dither": dither})]).frames[0]
        for dither in ("none", "bayer2", "bayer4", "bayer8")
    ))  # fmt: skip
    step("colors", [knight], {"count": 8})
    step("outline", trimmed, {"color": "1a1c2c"}, zoom=4)
    step("outline", trimmed, {"color": "f4f4f4", "side": "inside"}, zoom=4, file="outline_inside")
    step("shadow", trimmed, {"offset": [2, 2]}, zoom=4)
    step("shadow", [knight], {"kind": "ground", "offset": [0, 0]}, file="shadow_ground")
    step("mirror", [knight], {"axis": "x"})
    step("rotate", [knight], {"degrees": 90})
    swapped = [*DUSK[:1], *DUSK[8:11], *DUSK[4:8], *DUSK[1:4], *DUSK[11:]]
    step("recolor", mapped, {"from": {"colors": DUSK}, "to": {"colors": swapped}})
    save("scale", *(enlarge(potion, factor) for factor in (1, 2, 3)), zoom=1)

    colors = extract(mapped, 16)
    table = np.array([[*bytes.fromhex(color), 255] for color in colors], np.uint8)[None]
    save("extract", knight, enlarge(table, 8), zoom=2)
    index = index_picture(mapped[0], colors)
    index[..., :3] *= 255 // len(colors)
    save("index", mapped[0], index, zoom=2)


def shade() -> Picture:
    """A lightness ramp."""
    values = np.linspace(20, 235, 48).astype(np.uint8)
    return np.dstack([np.tile(values, (24, 1))] * 3 + [np.full((24, 48), 255, np.uint8)])


def cuts() -> None:
    names = ("a red potion bottle", "an iron sword", "a gold coin", "a wooden shield")
    items = [art("rd_fast__mc_item", name, 24, clear=True) for name in names]
    sheet = np.vstack([np.hstack([place(item, (30, 30), 3, 3) for item in pair]) for pair in (items[:2], items[2:])])
    pieces = cutting.cut(sheet, Cut("auto"), "items")
    save("cut", sheet, *(piece.picture for piece in pieces), zoom=3)


def tilesets() -> None:
    sheet = art("rd_tile__tileset_advanced", "grey stones", 16, outside="lush grass")
    tiles = cells_of(sheet, 4, 5)
    save("corners", sheet, zoom=2)
    for kind in ("blob47", "dual_grid", "rpgmaker_a2", "blob47_approx", "rpgmaker_a2_approx"):
        picture = autotile.sheet_picture(autotile.build(kind, tiles, CORNERS))
        save(kind, picture, zoom=1 if kind == "blob47" else 2)
    cells = np.random.default_rng(4).random((6, 9)) < 0.6
    blob = autotile.build("blob47", tiles, CORNERS)
    by_mask = {
        mask: cell for mask, cell in zip(blob.peering, blob.cells, strict=True) if mask is not None and cell is not None
    }
    outside = np.tile(tiles[0], (2, 2, 1))
    save("blob47_map", autotile.draw_blob(cells, by_mask, outside), zoom=1)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    recipes()
    cuts()
    tilesets()
