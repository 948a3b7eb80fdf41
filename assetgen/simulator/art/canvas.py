"""A small drawing kit for pixel art: shapes with light from the top left, ramps, outlines.

Recipes draw in design units; a canvas maps them to pixels, so one recipe serves every size. Shapes are
sampled at pixel centres without smoothing: the result has only the colours of the ramps used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from assetgen.simulator.art.color import RGB, Ramp

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Point = tuple[float, float]

BAYER4 = (np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) + 0.5) / 16 - 0.5
"""Ordered dither, centred on 0, in ±0.5."""

LIGHT = (-0.50, -0.78)
"""Where light comes from in screen space: the top left."""


class Shape(Struct, frozen=True):
    """Pixels of one shape: a window at (x, y), which pixels it covers, and where they lie in it (−1…1, screen axes)."""

    x: int
    y: int
    mask: Mask
    nx: Floats
    ny: Floats

    def cut(self, other: Shape) -> Shape:
        """This shape without the pixels of `other`."""
        mask = self.mask.copy()
        x0, y0 = max(self.x, other.x), max(self.y, other.y)
        x1 = min(self.x + mask.shape[1], other.x + other.mask.shape[1])
        y1 = min(self.y + mask.shape[0], other.y + other.mask.shape[0])
        if x0 < x1 and y0 < y1:
            mask[y0 - self.y : y1 - self.y, x0 - self.x : x1 - self.x] &= ~other.mask[
                y0 - other.y : y1 - other.y, x0 - other.x : x1 - other.x
            ]
        return replace(self, mask=mask)


class Canvas:
    """A picture being drawn. `part` numbers which painted shape owns each pixel (0: none)."""

    def __init__(self, width: int, height: int, *, scale: float = 1.0, origin: Point = (0.0, 0.0)) -> None:
        self.width, self.height = width, height
        self.rgb: Picture = np.zeros((height, width, 3), np.uint8)
        self.dark: Picture = np.zeros((height, width, 3), np.uint8)
        self.part: NDArray[np.int16] = np.zeros((height, width), np.int16)
        self.count = [0]
        self.a, self.b, self.c, self.d = scale, 0.0, 0.0, scale
        self.ox, self.oy = origin

    @property
    def scale(self) -> float:
        """Pixels per design unit."""
        return math.sqrt(abs(self.a * self.d - self.b * self.c))

    def at(self, x: float, y: float, angle: float = 0.0, scale: float = 1.0, flip: bool = False) -> Canvas:
        """The same picture seen through a frame at (x, y), turned clockwise by `angle` degrees, scaled, mirrored."""
        view = object.__new__(Canvas)
        view.__dict__.update(self.__dict__)
        cos, sin = math.cos(math.radians(angle)) * scale, math.sin(math.radians(angle)) * scale
        sign = -1.0 if flip else 1.0
        view.a, view.b = (self.a * cos + self.b * sin) * sign, -self.a * sin + self.b * cos
        view.c, view.d = (self.c * cos + self.d * sin) * sign, -self.c * sin + self.d * cos
        view.ox, view.oy = self.to_pixels(x, y)
        return view

    def to_pixels(self, x: float, y: float) -> Point:
        """Where a design point lies, in pixels."""
        return self.a * x + self.b * y + self.ox, self.c * x + self.d * y + self.oy

    # -- shapes ---------------------------------------------------------------------------------------------------

    def _window(self, x0: float, y0: float, x1: float, y1: float) -> tuple[int, int, Floats, Floats]:
        """The pixel window around a design rectangle, and the design coordinates of its pixel centres."""
        a, b, c, d = self.a, self.b, self.c, self.d
        px = (a * x0 + b * y0, a * x1 + b * y0, a * x0 + b * y1, a * x1 + b * y1)
        py = (c * x0 + d * y0, c * x1 + d * y0, c * x0 + d * y1, c * x1 + d * y1)
        left, right = max(0, math.floor(min(px) + self.ox)), min(self.width, math.ceil(max(px) + self.ox) + 1)
        top, bottom = max(0, math.floor(min(py) + self.oy)), min(self.height, math.ceil(max(py) + self.oy) + 1)
        right, bottom = max(right, left), max(bottom, top)
        sx = np.arange(left, right) + (0.5 - self.ox)
        sy = (np.arange(top, bottom) + (0.5 - self.oy))[:, None]
        det = a * d - b * c
        return left, top, (d / det) * sx - (b / det) * sy, (a / det) * sy - (c / det) * sx

    def _shape(self, x: int, y: int, mask: Mask, u: Floats, v: Floats) -> Shape:
        """Turn places inside a shape (design axes) into screen axes, where light is."""
        k = 1 / (self.scale or 1)
        return Shape(x, y, mask, (self.a * u + self.b * v) * k, (self.c * u + self.d * v) * k)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float | None = None) -> Shape:
        """A filled ellipse."""
        ry = rx if ry is None else ry
        x, y, gx, gy = self._window(cx - rx, cy - ry, cx + rx, cy + ry)
        u, v = (gx - cx) / rx, (gy - cy) / ry
        return self._shape(x, y, u * u + v * v <= 1.0, u, v)

    def capsule(self, x1: float, y1: float, x2: float, y2: float, r1: float, r2: float | None = None) -> Shape:
        """A limb: round ends of radius r1 at the first point, r2 at the second."""
        r2 = r1 if r2 is None else r2
        top = max(r1, r2)
        x, y, gx, gy = self._window(min(x1, x2) - top, min(y1, y2) - top, max(x1, x2) + top, max(y1, y2) + top)
        ex, ey = x2 - x1, y2 - y1
        gx, gy = gx - x1, gy - y1
        h = np.clip((gx * ex + gy * ey) / ((ex * ex + ey * ey) or 1e-9), 0, 1)
        r = r1 + (r2 - r1) * h
        u, v = (gx - ex * h) / r, (gy - ey * h) / r
        return self._shape(x, y, u * u + v * v <= 1.0, u, v)

    def box(self, x0: float, y0: float, x1: float, y1: float, radius: float = 0.0) -> Shape:
        """A rectangle with rounded corners."""
        x, y, gx, gy = self._window(x0, y0, x1, y1)
        hx, hy = max((x1 - x0) / 2, 1e-6), max((y1 - y0) / 2, 1e-6)
        gx, gy = gx - (x0 + x1) / 2, gy - (y0 + y1) / 2
        qx, qy = np.maximum(np.abs(gx) - (hx - radius), 0), np.maximum(np.abs(gy) - (hy - radius), 0)
        inside = (np.abs(gx) <= hx) & (np.abs(gy) <= hy)
        if radius > 0:
            inside &= qx * qx + qy * qy <= radius * radius
        return self._shape(x, y, inside, gx / hx, gy / hy)

    def poly(self, points: Sequence[Point], smooth: int = 0) -> Shape:
        """A filled polygon (even-odd); `smooth` rounds its corners that many times."""
        for _ in range(smooth):
            points = [
                (p[0] * k + q[0] * (1 - k), p[1] * k + q[1] * (1 - k))
                for p, q in zip(points, [*points[1:], points[0]], strict=True)
                for k in (0.75, 0.25)
            ]
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        x, y, gx, gy = self._window(min(xs), min(ys), max(xs), max(ys))
        pts = np.array([self.to_pixels(*p) for p in points])
        mask = _fill(pts - (x, y), gx.shape)
        hx, hy = max((max(xs) - min(xs)) / 2, 1e-6), max((max(ys) - min(ys)) / 2, 1e-6)
        return self._shape(x, y, mask, (gx - (max(xs) + min(xs)) / 2) / hx, (gy - (max(ys) + min(ys)) / 2) / hy)

    def line(self, *points: Point, width: float = 1.0) -> list[Shape]:
        """A polyline as capsules; at least about a pixel wide at any scale."""
        r = max(width / 2, 0.56 / self.scale)
        return [self.capsule(*p, *q, r) for p, q in pairwise(points)]

    # -- paint ----------------------------------------------------------------------------------------------------

    def paint(
        self,
        shape: Shape | Sequence[Shape],
        ramp: Ramp,
        *,
        bias: float = 0.0,
        level: int | None = None,
        shine: bool = False,
        dither: float = 0.0,
        edge: bool = False,
        clip: Sequence[int] | None = None,
        texture: Floats | None = None,
    ) -> int:
        """Paint a shape with a ramp and return its part number.

        Light falls from the top left over the shape's rounded form; `bias` lightens (+) or darkens; `level`
        paints flat. `shine` allows the highlight step, `dither` mixes steps in a checker, `edge` draws a dark
        seam where the shape lies over others, `clip` keeps to the pixels of those parts, and `texture`
        (canvas-sized, about ±0.5) roughens the light.
        """
        if not isinstance(shape, Shape):
            number = 0
            for one in shape:
                number = self.paint(
                    one, ramp, bias=bias, level=level, shine=shine, dither=dither, edge=edge, clip=clip, texture=texture
                )
            return number
        self.count[0] += 1
        number = self.count[0]
        mask = shape.mask
        h, w = mask.shape
        if not h or not w:
            return number
        window = np.s_[shape.y : shape.y + h, shape.x : shape.x + w]
        if clip is not None:
            owner = self.part[window]
            allowed = owner == clip[0]
            for other in clip[1:]:
                allowed |= owner == other
            mask = mask & allowed
        if edge:
            self._seam(shape, mask)
        if level is None:
            light = (0.5 + bias) + (0.5 * LIGHT[0]) * shape.nx + (0.5 * LIGHT[1]) * shape.ny
            if texture is not None:
                light = light + texture[window]
            if not dither and self.scale > 2.6:
                # Wide steps of light look drawn with a ruler: large forms get a soft checker between them.
                dither = 0.14
            if dither:
                rows, cols = np.arange(shape.y, shape.y + h) & 3, np.arange(shape.x, shape.x + w) & 3
                light = light + BAYER4[rows[:, None], cols] * dither
            steps = 1 + (light > 0.27).astype(np.intp) + (light > 0.66)
            if shine:
                steps += light > 0.84
            self.rgb[window][mask] = ramp[steps[mask]]
        else:
            self.rgb[window][mask] = ramp[level]
        self.dark[window][mask] = ramp[0]
        self.part[window][mask] = number
        return number

    def _seam(self, shape: Shape, mask: Mask) -> None:
        """Darken already painted pixels that touch the shape from outside, so that it stands off from them."""
        h, w = mask.shape
        y0, x0 = max(shape.y - 1, 0), max(shape.x - 1, 0)
        y1, x1 = min(shape.y + h + 1, self.height), min(shape.x + w + 1, self.width)
        grown = np.zeros((h + 2, w + 2), np.bool_)
        grown[1:-1, 1:-1] = mask
        ring = grown.copy()
        ring[:-1] |= grown[1:]
        ring[1:] |= grown[:-1]
        ring[:, :-1] |= grown[:, 1:]
        ring[:, 1:] |= grown[:, :-1]
        ring &= ~grown
        ring = ring[y0 - shape.y + 1 : y1 - shape.y + 1, x0 - shape.x + 1 : x1 - shape.x + 1]
        ring = ring & (self.part[y0:y1, x0:x1] > 0)
        self.rgb[y0:y1, x0:x1][ring] = self.dark[y0:y1, x0:x1][ring]

    def dot(self, x: float, y: float, color: RGB, width: float = 0.0, height: float = 0.0) -> None:
        """A crisp rectangle of one colour with its top left at (x, y); at least one pixel."""
        px, py = self.to_pixels(x, y)
        x0, y0 = math.floor(px + 0.5), math.floor(py + 0.5)
        x1 = x0 + max(1, round(width * self.scale))
        y1 = y0 + max(1, round(height * self.scale))
        x0, y0 = max(x0, 0), max(y0, 0)
        if x1 <= x0 or y1 <= y0:
            return
        self.count[0] += 1
        self.rgb[y0:y1, x0:x1] = color
        self.dark[y0:y1, x0:x1] = [int(v * 0.35) for v in color]
        self.part[y0:y1, x0:x1] = self.count[0]

    # -- finish ---------------------------------------------------------------------------------------------------

    def outline(self, color: RGB | None = None) -> None:
        """One pixel of outline around everything painted: `color`, or the dark step of what it surrounds."""
        solid = np.zeros((self.height + 2, self.width + 2), np.bool_)
        solid[1:-1, 1:-1] = self.part > 0
        dark = np.zeros((self.height + 2, self.width + 2, 3), np.uint8)
        dark[1:-1, 1:-1] = self.dark
        free = ~solid[1:-1, 1:-1]
        number = self.count[0] = self.count[0] + 1
        for dy, dx in ((0, 1), (1, 2), (1, 0), (2, 1)):
            take = free & solid[dy : dy + self.height, dx : dx + self.width]
            shade = dark[dy : dy + self.height, dx : dx + self.width][take]
            self.rgb[take] = shade if color is None else color
            self.dark[take] = shade
            self.part[take] = number

    def picture(self) -> Picture:
        """The RGBA picture: opaque where something was painted."""
        out = np.zeros((self.height, self.width, 4), np.uint8)
        solid = self.part > 0
        out[..., :3] = np.where(solid[..., None], self.rgb, 0)
        out[..., 3] = np.where(solid, 255, 0)
        return out


def _fill(points: Floats, shape: tuple[int, ...]) -> Mask:
    """Even-odd fill: toggles where each edge crosses a row of pixel centres, then parity along the row."""
    h, w = shape
    toggles = np.zeros((h, w + 1), np.int32)
    x0, y0 = points[:, 0], points[:, 1]
    x1, y1 = np.append(x0[1:], x0[:1]), np.append(y0[1:], y0[:1])
    rows = (np.arange(h) + 0.5)[:, None]
    crossing = (y0 <= rows) != (y1 <= rows)
    slope = (x1 - x0) / np.where(y1 == y0, 1.0, y1 - y0)
    at = np.clip(np.ceil(x0 + (rows - y0) * slope - 0.5), 0, w).astype(np.intp)
    r, e = np.nonzero(crossing)
    np.add.at(toggles, (r, at[r, e]), 1)
    filled: Mask = (np.cumsum(toggles[:, :w], axis=1) & 1).astype(np.bool_)
    return filled


def over(base: Picture, top: Picture, x: int = 0, y: int = 0) -> Picture:
    """`base` with `top` laid on it at (x, y): opaque pixels copied exactly, parts outside cut off."""
    out = base.copy()
    h, w = top.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, base.shape[1]), min(y + h, base.shape[0])
    if x0 < x1 and y0 < y1:
        part = top[y0 - y : y1 - y, x0 - x : x1 - x]
        solid = part[..., 3] > 127
        out[y0:y1, x0:x1][solid] = part[solid]
    return out
