"""What words add to a texture: moss, snow, cracks, pebbles, flowers. All of it wraps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assetgen.simulator.art.canvas import Mask
from assetgen.simulator.art.color import rgb
from assetgen.simulator.art.noise import cells, fractal
from assetgen.simulator.art.words import Brief


def weathered(
    out: NDArray[np.uint8], brief: Brief, kind: str, w: int, h: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """What words add to a texture: moss, cracks, flowers, snow, gravel; all of it wraps."""
    out = out.copy()
    if kind != "moss" and brief.has("mossy", "moss", "overgrown", "vines"):
        _spread(
            out,
            fractal(w, h, 3, 3, rng) + (rng.random((h, w)) - 0.5) * 0.16 > 0.62,
            ("3c5a2c", "5a7a38", "7c9c48"),
            rng,
        )
    if brief.has("snowy", "frosted", "frosty") and kind != "snow":
        _spread(out, fractal(w, h, 3, 3, rng) > 0.6, ("b8cce4", "dce8f4", "ffffff"), rng)
    if brief.has("cracks", "cracked", "broken", "ruined", "volcanic"):
        near, second, _, _, _ = cells(w, h, max(2, w // 11), rng, jitter=1.0)
        crack = (second - near < 0.8) & (fractal(w, h, 3, 2, rng) > 0.42)
        glow = brief.has("lava", "glowing", "volcanic", "magma")
        out[crack] = (244, 132, 40) if glow else np.uint8(out[crack] * 0.45)
        if not glow:
            below = np.roll(crack, 1, 0) & ~crack
            out[below] = np.minimum(255, out[below].astype(np.int32) + 22).astype(np.uint8)
    if (
        kind in ("stone", "sand", "grass")
        and brief.has("gravel", "pebbles", "stones", "rocks", "dirt")
        and kind != "stone"
    ):
        pebbles = rng.random((h, w)) > 0.985
        out[pebbles] = (170, 168, 164)
        out[np.roll(pebbles, 1, 0) & ~pebbles] = (96, 92, 96)
    if brief.has("flowers", "flower", "flowery", "blooming", "daisies"):
        for _ in range(max(2, w * h // 160)):
            x, y = int(rng.integers(0, w)), int(rng.integers(0, h))
            petal = ((236, 96, 120), (248, 240, 248), (250, 214, 84), (150, 120, 230))[int(rng.integers(0, 4))]
            for dx, dy in ((1, 0), (0, 1), (2, 1), (1, 2)):
                out[(y + dy) % h, (x + dx) % w] = petal
            out[(y + 1) % h, (x + 1) % w] = (250, 200, 60)
    return out


def _spread(out: NDArray[np.uint8], mask: Mask, colors: tuple[str, str, str], rng: np.random.Generator) -> None:
    tones = np.array([rgb(c) for c in colors], np.uint8)
    lit, dim = _light(mask)
    choice = np.where(rng.random(mask.shape) > 0.8, 2, 1)
    choice = np.where(dim, 0, np.where(lit, 2, choice))
    out[mask] = tones[choice[mask]]


def _light(mask: Mask) -> tuple[Mask, Mask]:
    """Edges of a wrapping mask that face the light (top left), and those that turn away."""
    lit = mask & ~(np.roll(mask, 1, 0) & np.roll(mask, 1, 1))
    dim = mask & ~(np.roll(mask, -1, 0) & np.roll(mask, -1, 1))
    return lit, dim & ~lit
