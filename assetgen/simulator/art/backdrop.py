"""What lies behind a figure: painting simple grounds, and taking figures off theirs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assetgen.pixels.components import flood
from assetgen.simulator.art.canvas import BAYER4, Mask, Picture
from assetgen.simulator.art.color import RGB, adjust, mix, pick, rgb

_GROUNDS = ("5b7a94", "6f8f72", "8a6f94", "94785b", "4f6f8f", "7a8f9a", "9a7f6f")


def simple_ground(width: int, height: int, key: str, color: RGB | None = None, floor: bool = True) -> Picture:
    """An opaque backdrop of few colours: dithered light that falls from the top left, over a floor.

    Every colour of it touches the border, so that a figure can be cut off again.
    """
    base = color or rgb(pick(_GROUNDS, key, "ground"))
    tones = np.array(
        [adjust(base, 1.1, 0.66), adjust(base, 1.0, 0.82), base, mix(base, (255, 250, 225), 0.22)], np.uint8
    )
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    light = 1.02 - 0.55 * x - 0.5 * y
    pattern = np.tile(BAYER4, (-(-height // 4), -(-width // 4)))[:height, :width]
    step = np.clip(np.floor(light * 4 + pattern * 0.9), 0, 3).astype(np.intp)
    out = np.full((height, width, 4), 255, np.uint8)
    out[..., :3] = tones[step]
    if floor:
        ground = np.array([adjust(base, 0.9, 0.44), adjust(base, 0.9, 0.56), adjust(base, 0.85, 0.68)], np.uint8)
        horizon = round(height * 0.80)
        near = np.clip(np.floor((1.0 - x[horizon:]) * 3 + pattern[horizon:] * 0.8), 0, 2).astype(np.intp)
        out[horizon:, :, :3] = ground[near]
        out[horizon : horizon + 1, :, :3] = ground[0]
    return out


def grounded(figure: Picture, ground: Picture) -> Picture:
    """A figure on a ground, with a shadow under its feet in the ground's own darkest colour there."""
    out = ground.copy()
    solid = figure[..., 3] > 127
    box = figure_box(figure)
    if box is not None:
        x0, _, x1, y1 = box
        h, w = solid.shape
        cx, rx, ry = (x0 + x1) / 2, max((x1 - x0) * 0.46, 2.0), max((x1 - x0) * 0.11, 1.0)
        y, x = np.ogrid[:h, :w]
        under = ((x + 0.5 - cx) / rx) ** 2 + ((y + 0.5 - (y1 - 1)) / ry) ** 2 <= 1
        colors, counts = np.unique(ground[round(h * 0.8) :, :, :3].reshape(-1, 3), axis=0, return_counts=True)
        common = colors[counts >= min(counts.max(), max(2, w // 4))]
        out[under, :3] = common[common.sum(axis=1).argmin()]
    out[solid] = figure[solid]
    return out


def figure_box(picture: Picture) -> tuple[int, int, int, int] | None:
    """The box (x0, y0, x1, y1) around opaque pixels, or None."""
    solid = picture[..., 3] > 0
    ys, xs = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if not len(ys):
        return None
    return int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1


def background_mask(picture: Picture, tolerance: int = 10) -> Mask:
    """Which pixels are background: transparent ones, or those joined to the border by the border's own colours."""
    clear = picture[..., 3] == 0
    if clear.any():
        return np.asarray(clear)
    code = _codes(picture)
    # Corners and sides tell the background; a figure that touches the border somewhere has few pixels there.
    border = np.concatenate([code[0], code[:, 0], code[:, -1], code[-1, :: max(1, code.shape[1] // 8)]])
    colors, counts = np.unique(border, return_counts=True)
    common = colors[counts >= max(2, len(border) // 50)]
    allowed = np.isin(code, common)
    if tolerance:
        palette = np.stack([common >> 16, common >> 8 & 255, common & 255], axis=-1).astype(np.int32)
        unique, inverse = np.unique(code, return_inverse=True)
        mine = np.stack([unique >> 16, unique >> 8 & 255, unique & 255], axis=-1).astype(np.int32)
        near = (np.abs(mine[:, None] - palette[None]).max(axis=-1) <= tolerance).any(axis=1)
        allowed |= near[inverse].reshape(code.shape)
    seeds = np.zeros_like(allowed)
    seeds[0], seeds[-1], seeds[:, 0], seeds[:, -1] = True, True, True, True
    return flood(allowed, seeds & allowed)


def _codes(picture: Picture) -> NDArray[np.int64]:
    p = picture.astype(np.int64)
    return np.asarray(p[..., 0] << 16 | p[..., 1] << 8 | p[..., 2])


def cut_out(picture: Picture) -> Picture:
    """The figure without its background."""
    out = picture.copy()
    out[background_mask(picture)] = 0
    return out


def cleared(picture: Picture) -> Picture:
    """The figure without its background; a picture that is all background, a texture say, stays whole."""
    out = cut_out(picture)
    return out if (out[..., 3] > 0).sum() >= max(8, 0.02 * out[..., 3].size) else picture
