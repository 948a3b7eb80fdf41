"""Places seen from above: lands, dungeons, isometric blocks, hexagons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assetgen.simulator.art.buildings import SCENERY
from assetgen.simulator.art.canvas import Canvas, Picture, over
from assetgen.simulator.art.color import generator, pick
from assetgen.simulator.art.items import paint_for
from assetgen.simulator.art.noise import fractal
from assetgen.simulator.art.scenes import sprite, tiled
from assetgen.simulator.art.terrain import texture
from assetgen.simulator.art.treasures import draw_item
from assetgen.simulator.art.words import Brief, read


def topdown_map(width: int, height: int, brief: Brief, key: str) -> Picture:
    """A land from above: sea, beach, meadow, woods, mountains, houses."""
    rng = generator(key, "map")
    land = fractal(width, height, 3, 4, rng)
    y, x = np.mgrid[:height, :width]
    if brief.has("island", "islands", "sea", "ocean", "coast", "pirate"):
        land = land + 0.28 - np.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5) * 1.25
    desert, snowy = brief.has("desert", "sand"), brief.has("snow", "snowy", "winter", "ice")
    names = [
        "water",
        "water",
        "sand",
        "sand" if desert else "snow" if snowy else "grass",
        "leaves" if not desert else "dirt",
    ]
    limits = (0.30, 0.36, 0.44, 0.72)
    layers = [tiled(n, width, height, f"{key}{i}") for i, n in enumerate(names)]
    layers[0][..., :3] = (layers[0][..., :3] * 0.82).astype(np.uint8)
    step: NDArray[np.intp] = np.zeros((height, width), np.intp)
    for limit in limits:
        step += land > limit
    out = layers[0].copy()
    for k in range(1, len(layers)):
        out[step == k] = layers[k][step == k]
    shore = (step >= 2) & ((np.roll(step, 1, 0) < 2) | (np.roll(step, 1, 1) < 2))
    out[shore, :3] = (250, 236, 190)
    foam = (step == 1) & (np.roll(step, 1, 0) >= 2)
    out[foam, :3] = (210, 240, 250)
    edge = (step < 4) & (np.roll(step, 1, 0) == 4)
    out[edge, :3] = (out[edge, :3] * 0.6).astype(np.uint8)
    size = max(14, min(28, min(width, height) // 7))
    stamps = ["tree", "tree", "pine", "mountain", "mountain", "house", "house", "castle"]
    stamps += [subject for kind, subject in brief.nouns if kind == "scenery" and subject in SCENERY]
    placed: list[tuple[int, int, str, int]] = []
    for k in range(len(stamps) * 3):
        px, py = int(rng.integers(0, max(1, width - size))), int(rng.integers(0, max(1, height - size)))
        foot = step[min(height - 1, py + size - 3), px + size // 2]
        if foot >= 3 and all(abs(px - qx) > size * 0.7 or abs(py - qy) > size * 0.6 for qx, qy, _, _ in placed):
            placed.append((px, py, stamps[k % len(stamps)], k))
    for px, py, name, k in sorted(placed, key=lambda p: p[1]):
        out = over(out, sprite(name, size, None, f"{key}{k}"), px, py)
    return out


def dungeon(width: int, height: int, brief: Brief, key: str) -> Picture:
    """Rooms and corridors from above, in cells of 16 pixels, with chests and torches."""
    rng = generator(key, "dungeon")
    unit = max(8, min(16, min(width, height) // 11))
    columns, rows = -(-width // unit), -(-height // unit)
    open_cells = np.zeros((rows, columns), np.bool_)
    rooms: list[tuple[int, int]] = []
    sectors = [(i, j) for j in range(max(1, rows // 5)) for i in range(max(1, columns // 5))]
    for i, j in sorted(sectors, key=lambda s: (s[1], s[0] if s[1] % 2 == 0 else -s[0])):
        w, h = int(rng.integers(2, 5)), int(rng.integers(2, 4))
        x, y = 1 + i * 5 + int(rng.integers(0, 6 - w)), 2 + j * 5 + int(rng.integers(0, 5 - h))
        open_cells[y : min(y + h, rows - 1), x : min(x + w, columns - 1)] = True
        center = (x + w // 2, y + h // 2)
        if rooms:
            ox, oy = rooms[-1]
            open_cells[min(oy, rows - 2), min(ox, center[0]) : max(ox, center[0]) + 1] = True
            open_cells[min(oy, center[1]) : max(oy, center[1]) + 1, min(center[0], columns - 2)] = True
        rooms.append((min(center[0], columns - 2), min(center[1], rows - 2)))
    open_cells[:, 0] = open_cells[:, -1] = False
    open_cells[0] = open_cells[-1] = False
    mask = open_cells.repeat(unit, 0).repeat(unit, 1)[:height, :width]
    floor_name = next((s for k, s in brief.nouns if k == "terrain"), "stone")
    floor = tiled(floor_name, width, height, key)
    floor[..., :3] = (floor[..., :3] * np.array([0.84, 0.82, 0.88])).astype(np.uint8)
    out = tiled("void", width, height, key)
    out[..., :3] = (18, 14, 26)
    out[mask] = floor[mask]
    # The wall's face shows on the far side of every room.
    wall = tiled("brick", width, height, key)
    grey = wall[..., :3].mean(axis=-1, keepdims=True) * np.array([0.95, 0.95, 1.12])
    tall = unit // 2 + unit // 4
    face = ~mask & np.roll(mask, -tall, axis=0)
    face[-tall:] = False
    out[face, :3] = np.clip(grey, 0, 255).astype(np.uint8)[face]
    top = face & ~np.roll(face, 1, axis=0)
    out[top, :3] = (176, 172, 190)
    rim = ~mask & ~face & (np.roll(mask, 1, 1) | np.roll(mask, -1, 1) | np.roll(mask, 1, 0))
    out[rim, :3] = (70, 64, 86)
    shade = mask & ~np.roll(mask, 2, axis=0)
    out[shade, :3] = (out[shade, :3] * 0.6).astype(np.uint8)
    for k, (x, y) in enumerate(rooms):
        name = ("chest", "torch", "skull", "potion", "gem", "barrel", "coin")[k % 7]
        if name == "barrel":
            piece = sprite("barrel", unit, None, f"{key}{k}")
        else:
            c = Canvas(unit, unit, scale=(unit - 2) / 32, origin=(1, 1))
            draw_item(c, name, paint_for(name, None, f"{key}{k}"))
            c.outline()
            piece = c.picture()
        if open_cells[y, x]:
            out = over(out, piece, x * unit, y * unit)
    return out


def iso_block(
    width: int, height: int, top_name: str, key: str, brief: Brief | None = None, share: float = 0.92
) -> tuple[Picture, tuple[int, int]]:
    """A block of ground in isometric view near the bottom, and the pixel where things stand on it."""
    out = np.zeros((height, width, 4), np.uint8)
    half = max(4.0, round(min(width * share, height * share * 1.25) / 2))
    quarter = half / 2
    depth = max(3.0, half * 0.42)
    cx, cy = width / 2, height - depth - quarter - max(2, height * 0.04)
    y, x = np.mgrid[:height, :width]
    gx, gy = x + 0.5 - cx, y + 0.5 - cy
    side = 32
    top = texture(brief or read(top_name, ("terrain",)), side, side, key, top_name)
    below = texture(
        read("dirt"),
        side,
        side,
        key,
        {
            "sand": "sand",
            "stone": "stone",
            "snow": "ice",
            "water": "water",
            "lava": "stone",
            "metal": "metal",
            "wood": "wood",
        }.get(top_name, "dirt"),
    )
    u = np.floor(gx / 1.0 + gy * 2).astype(np.intp) // 2
    v = np.floor(gy * 2 - gx / 1.0).astype(np.intp) // 2
    on_top = np.abs(gx) / half + np.abs(gy) / quarter <= 1
    out[on_top] = top[v[on_top] % side, u[on_top] % side]
    slope = quarter * (1 - np.abs(gx) / half)
    wall = (np.abs(gx) <= half) & (gy > slope) & (gy <= slope + depth)
    height_in = (gy - slope).astype(np.intp)
    out[wall] = below[height_in[wall] % side, (x[wall] + 64) % side]
    left, right = wall & (gx < 0), wall & (gx >= 0)
    out[left, :3] = (out[left, :3] * np.array([0.84, 0.82, 0.88])).astype(np.uint8)
    out[right, :3] = (out[right, :3] * np.array([0.60, 0.56, 0.68])).astype(np.uint8)
    ragged = 2 + (np.abs(np.sin(x * 1.7) * 2.4)).astype(np.intp)
    lip = wall & (height_in < ragged) & (top_name in ("grass", "snow", "moss", "leaves", "sand"))
    out[lip] = top[height_in[lip] % side, x[lip] % side]
    out[lip & (gx >= 0), :3] = (out[lip & (gx >= 0), :3] * 0.72).astype(np.uint8)
    rim = on_top & ~np.roll(on_top, 1, axis=0)
    out[rim, :3] = np.clip(out[rim, :3].astype(np.int32) + 26, 0, 255).astype(np.uint8)
    return _outlined(out), (round(cx), round(cy + quarter * 0.25))


def _outlined(picture: Picture) -> Picture:
    """A dark line around what is opaque."""
    solid = picture[..., 3] > 0
    grown = np.zeros_like(solid)
    grown[1:] |= solid[:-1]
    grown[:-1] |= solid[1:]
    grown[:, 1:] |= solid[:, :-1]
    grown[:, :-1] |= solid[:, 1:]
    out = picture.copy()
    out[grown & ~solid] = (34, 28, 44, 255)
    return out


def hexagons(width: int, height: int, brief: Brief, key: str) -> Picture:
    """A field of hexagonal tiles, transparent between them."""
    names = [s for k, s in brief.nouns if k == "terrain"] + [
        "grass",
        "leaves",
        "sand",
        "water",
        "stone",
        "snow",
        "dirt",
        "lava",
        "swamp",
    ]
    names = list(dict.fromkeys(names))[:9]
    out = np.zeros((height, width, 4), np.uint8)
    columns = 3
    w = width // columns
    h = height // 3
    y, x = np.mgrid[:h, :w]
    gx, gy = np.abs(x + 0.5 - w / 2), np.abs(y + 0.5 - h * 0.44)
    r = min(w, h) * 0.45
    flat = (gy <= r * 0.80) & (gx <= r) & (gx * 0.5 + gy * 1.0 <= r * 0.96)
    for k, name in enumerate(names):
        cell = np.zeros((h, w, 4), np.uint8)
        depth = max(2, h // 10)
        for d in range(depth, -1, -1):
            mask = np.roll(flat, d, axis=0)
            source = texture(read(name, ("terrain",)), 32, 32, f"{key}{k}", name)
            pixels = source[y % 32, x % 32]
            if d:
                pixels = pixels.copy()
                pixels[..., :3] = (pixels[..., :3] * np.array([0.55, 0.5, 0.6])).astype(np.uint8)
            cell[mask] = pixels[mask]
        stamp = {
            "grass": "tree",
            "leaves": "pine",
            "stone": "mountain",
            "sand": "cactus",
            "snow": "pine",
            "dirt": "house",
        }.get(name)
        cell = _outlined(cell)
        if stamp:
            size = round(h * 0.52)
            cell = over(
                cell, sprite(stamp, size, None, f"{key}{k}"), (w - size) // 2, round(h * 0.50) - size + size // 8
            )
        out[k // columns * h : k // columns * h + h, k % columns * w : k % columns * w + w] = cell
    return out


def ground_of(brief: Brief, key: str) -> str:
    """The terrain that suits a prompt's things: named, or by what stands on it."""
    named = [s for k, s in brief.nouns if k == "terrain"]
    if named:
        return named[0]
    if brief.has("snow", "snowy", "winter", "frozen"):
        return "snow"
    return {
        "cactus": "sand",
        "palm": "sand",
        "ship": "water",
        "gravestone": "dirt",
        "anvil": "stone",
        "spaceship": "metal",
    }.get(brief.subject) or pick(("grass", "grass", "stone"), key, "ground")
