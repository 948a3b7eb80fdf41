"""The edit tools and the pixel fixers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from assetgen.pixels.colors import map_to, oklab
from assetgen.pixels.operations import grid
from assetgen.pixels.quantize import extract
from assetgen.simulator.art.actors import LIVING, actor_for
from assetgen.simulator.art.backdrop import cut_out
from assetgen.simulator.art.buildings import SCENERY
from assetgen.simulator.art.canvas import Canvas, Mask, Picture, over
from assetgen.simulator.art.color import generator
from assetgen.simulator.art.items import paint_for
from assetgen.simulator.art.noise import fractal
from assetgen.simulator.art.repaint import repainted
from assetgen.simulator.art.rig import Pose
from assetgen.simulator.art.scenery import stuff_for
from assetgen.simulator.art.terrain import TERRAINS, texture
from assetgen.simulator.art.treasures import draw_item
from assetgen.simulator.art.words import read

Fields = Mapping[str, Any]
Pictures = Mapping[str, Picture]


def edit(tool: str, pictures: Pictures, fields: Fields) -> Picture:
    """`pictures["input_image"]` changed by a tool; further pictures and fields under their wire names."""
    picture = _TOOLS[tool](pictures["input_image"], pictures, fields)
    out = np.ascontiguousarray(picture).copy()
    out[out[..., 3] == 0] = 0
    return out


def fix(picture: Picture, kind: str, width: int | None = None, height: int | None = None) -> Picture:
    """The picture on its own pixel grid, or reduced to a wanted size; `kind` is the fixer's name."""
    if width and height:
        return k_centroid(picture, width, height)
    found = grid.detect([picture])
    if found.confidence >= grid.CONFIDENT and found.scale > 1:
        return grid.reduce(picture, found)
    return map_to(picture, extract([picture], 64 if kind == "fix_standard" else 48))


def _image_edit(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    return repainted(picture, fields.get("prompt", ""), int(fields.get("seed") or 0))


def _marked(mask: Picture) -> Mask:
    """What a mask repaints: alpha above 12, or grey above 12 where the mask is opaque all over."""
    if (mask[..., 3] < 255).any():
        return np.asarray(mask[..., 3] > 12)
    return np.asarray(mask[..., :3].max(axis=-1) > 12)


def _filled(picture: Picture, hole: Mask) -> Picture:
    """The picture with a hole filled from the nearest pixels on the left and right, else above and below."""
    out = picture.copy()
    for row, missing in zip(out, hole, strict=True):
        known = np.flatnonzero(~missing)
        gone = np.flatnonzero(missing)
        if len(known) and len(gone):
            row[gone] = row[known[np.clip(np.searchsorted(known, gone), 0, len(known) - 1)]]
    return out


def _thing(prompt: str, width: int, height: int, key: str) -> Picture:
    """Whatever a prompt names, drawn to fill a box."""
    brief = read(prompt)
    if brief.kind == "terrain" and brief.subject in TERRAINS:
        return texture(brief, width, height, key)
    side = max(4, min(width, height))
    c = Canvas(width, height, scale=(side - 2) / 32, origin=((width - side) / 2 + 1, (height - side) / 2 + 1))
    if brief.kind == "scenery" and brief.subject in SCENERY:
        c = Canvas(width, height, scale=(side - 2) / 48, origin=((width - side) / 2 + 1, height - side + 1))
        SCENERY[brief.subject](c, stuff_for(brief, brief.subject, brief.key))
    elif brief.kind in LIVING:
        actor = actor_for(prompt)
        c = Canvas(width, height, scale=side / (actor.tall + 3), origin=(width / 2, height - 2))
        actor.draw(c, 0.0, Pose())
    else:
        draw_item(c, brief.subject if brief.kind == "item" else "gem", paint_for(brief.subject, brief, key))
    c.outline()
    return c.picture()


def _inpainting(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    hole = _marked(pictures["mask_image"])
    ys, xs = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    if not len(ys):
        return picture
    prompt, seed = fields.get("prompt", ""), fields.get("seed") or 0
    out = _filled(picture, hole)
    x0, y0, x1, y1 = int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1
    whole = over(out, _thing(prompt, x1 - x0, y1 - y0, f"{prompt}{seed}"), x0, y0)
    if np.array_equal(whole, picture):
        whole = repainted(picture, prompt, int(seed))
    result = picture.copy()
    result[hole] = whole[hole]
    return result


def _outpainting(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    left, right, top, bottom = (int(fields.get(f"expand_{side}") or 0) for side in ("left", "right", "top", "bottom"))
    out = np.pad(picture, ((top, bottom), (left, right), (0, 0)), mode="symmetric")
    h, w = picture.shape[:2]
    rng = generator(fields.get("prompt", ""), fields.get("seed") or 0, "outpainting")
    new = np.ones(out.shape[:2], np.bool_)
    new[top : top + h, left : left + w] = False
    if (picture[..., 3] > 0).all():
        # Mirrored parts are stirred a little, so that the mirror does not show.
        stir = np.round((fractal(out.shape[1], out.shape[0], 4, 2, rng) - 0.5) * 6).astype(np.intp)
        y, x = np.indices(new.shape)
        moved = out[np.clip(y + stir, 0, out.shape[0] - 1), np.clip(x - stir, 0, out.shape[1] - 1)]
        out[new] = moved[new]
    else:
        out[new] = 0
    brief = read(fields.get("prompt", ""))
    if brief.known and brief.kind != "terrain":
        wide = max((right, left + w, w + left + right), (left, 0, left)) if max(left, right) >= 12 else None
        if wide is not None:
            size = min(wide[0], max(12, h * 2 // 3))
            piece = _thing(fields["prompt"], size, size, brief.key)
            drawn = over(out, piece, wide[1] + (wide[0] - size) // 2, top + h - size - max(1, h // 12))
            out[new] = drawn[new]
    return out


def _seam_tiling(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    width = fields.get("repair_window_size") or fields.get("seam_width")
    out = picture
    if fields.get("tile_x"):
        out = _wrapped(out, int(width or max(4, out.shape[1] // 4)), fields.get("seed") or 0)
    if fields.get("tile_y"):
        turned = _wrapped(
            np.ascontiguousarray(out.transpose(1, 0, 2)),
            int(width or max(4, out.shape[0] // 4)),
            fields.get("seed") or 0,
        )
        out = np.ascontiguousarray(turned.transpose(1, 0, 2))
    return out


def _wrapped(picture: Picture, window: int, seed: int) -> Picture:
    """The picture made to repeat along x: near its sides the half-rolled picture, which joins there, shows through."""
    h, w = picture.shape[:2]
    window = max(2, min(window, w // 2))
    rolled = np.roll(picture, w // 2, axis=1)
    x = np.arange(w)
    reach = np.minimum(x, w - 1 - x)[None, :] / window
    ragged = fractal(w, h, max(3, w // 5), 2, generator(seed, "seam", w, h))
    # The outer three pixels always join; between them and the window's end the border is ragged.
    use = (reach < 0.25 + 0.7 * ragged) | (np.minimum(x, w - 1 - x)[None, :] < 3)
    return np.where(use[..., None], rolled, picture)


def _background_remover(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    out = cut_out(picture)
    if fields.get("force_solid_pixels"):
        threshold = float(fields.get("transparency_threshold") or 128)
        out[..., 3] = np.where(out[..., 3] >= max(1.0, threshold), 255, 0)
    return out


def _color_style_transfer(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    """Each colour takes the other picture's colour of the same rank in lightness, near in hue."""
    palette = extract([pictures["extra_input_image"]], 32)
    if not palette:
        return picture
    solid = picture[..., 3] > 0
    unique, inverse = np.unique(picture[solid][:, :3], axis=0, return_inverse=True)
    target = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in palette], np.uint8)
    mine, theirs = oklab(unique), oklab(target)
    rank = np.empty(len(unique))
    rank[np.argsort(mine[:, 0], kind="stable")] = np.linspace(0, 1, len(unique))
    wanted = np.interp(rank, np.linspace(0, 1, len(target)), np.sort(theirs[:, 0]))
    cost = np.abs(wanted[:, None] - theirs[None, :, 0]) * 2.0 + np.hypot(
        mine[:, None, 1] - theirs[None, :, 1], mine[:, None, 2] - theirs[None, :, 2]
    )
    out = picture.copy()
    out[solid, :3] = target[cost.argmin(axis=1)][inverse.reshape(-1)]
    return out


def _dither(fields: Fields) -> tuple[Any, float]:
    mode = fields.get("dither_mode") or "none"
    names = {"bayer_2x2": "bayer2", "bayer_4x4": "bayer4", "bayer_8x8": "bayer8"}
    strength = fields.get("dither_strength")
    return names.get(mode, "none"), (100 if strength is None else strength) / 100


def _color_reducer(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    return map_to(picture, extract([picture], int(fields.get("color_count") or 16)), *_dither(fields))


def _palette_converter(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    pixels = pictures["input_palette"][..., :3].reshape(-1, 3)
    palette = list(dict.fromkeys(f"{r:02x}{g:02x}{b:02x}" for r, g, b in pixels.tolist()))
    return map_to(picture, palette, *_dither(fields))


def k_centroid(picture: Picture, width: int, height: int) -> Picture:
    """Scaled down: each new pixel is a real pixel of the commonest kind in its block, never a blend."""
    h, w = picture.shape[:2]
    if width >= w or height >= h:
        return np.asarray(picture[np.arange(height)[:, None] * h // height, np.arange(width)[None, :] * w // width])
    taps = max(2, min(6, max(w // width, h // height)))
    ys = np.minimum(((np.arange(height * taps) + 0.5) * h / (height * taps)).astype(np.intp), h - 1)
    xs = np.minimum(((np.arange(width * taps) + 0.5) * w / (width * taps)).astype(np.intp), w - 1)
    blocks = (
        picture[ys[:, None], xs[None, :]]
        .reshape(height, taps, width, taps, 4)
        .transpose(0, 2, 1, 3, 4)
        .reshape(height, width, taps * taps, 4)
    )
    values = blocks.astype(np.float64)
    light = values[..., :3] @ np.array([0.30, 0.59, 0.11]) + values[..., 3] * 4
    # Two groups, split at the mean; the larger one wins, and its member nearest its own mean is taken.
    high = light > light.mean(axis=-1, keepdims=True)
    larger = np.where((high.sum(axis=-1) * 2 > taps * taps)[..., None], high, ~high)
    weight = larger.astype(np.float64)
    mean = (values * weight[..., None]).sum(axis=2) / np.maximum(weight.sum(axis=-1), 1)[..., None]
    distance = np.square(values - mean[:, :, None]).sum(axis=-1) + (1 - weight) * 1e9
    best = distance.argmin(axis=-1)
    return np.asarray(np.take_along_axis(blocks, best[..., None, None], axis=2)[:, :, 0])


def _k_centroid_downscale(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    return k_centroid(picture, int(fields["width"]), int(fields["height"]))


def _pixel_correction(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    return fix(picture, "fix_standard")


def _rotate(picture: Picture, pictures: Pictures, fields: Fields) -> Picture:
    """Turned clockwise: exactly at right angles, else by nearest pixels on a canvas that holds it."""
    degrees = float(fields["rotation_degrees"]) % 360
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(picture, -int(degrees // 90)))
    h, w = picture.shape[:2]
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    nw, nh = math.ceil(abs(w * cos) + abs(h * sin) - 1e-9), math.ceil(abs(w * sin) + abs(h * cos) - 1e-9)
    y, x = np.mgrid[:nh, :nw]
    gx, gy = x + 0.5 - nw / 2, y + 0.5 - nh / 2
    sx, sy = (
        np.floor(gx * cos + gy * sin + w / 2).astype(np.intp),
        np.floor(gy * cos - gx * sin + h / 2).astype(np.intp),
    )
    inside = (sx >= 0) & (sx < w) & (sy >= 0) & (sy < h)
    out = np.zeros((nh, nw, 4), np.uint8)
    out[inside] = picture[sy[inside], sx[inside]]
    return out


_TOOLS: dict[str, Callable[[Picture, Pictures, Fields], Picture]] = {
    "image_edit": _image_edit,
    "inpainting": _inpainting,
    "outpainting": _outpainting,
    "seam_tiling": _seam_tiling,
    "background_remover": _background_remover,
    "color_style_transfer": _color_style_transfer,
    "color_reducer": _color_reducer,
    "palette_converter": _palette_converter,
    "k_centroid_downscale": _k_centroid_downscale,
    "pixel_correction": _pixel_correction,
    "rotate": _rotate,
}
