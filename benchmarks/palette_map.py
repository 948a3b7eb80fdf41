"""Exact palette mapping against Pillow's quantize: time, and for how many pixels Pillow's entry is not the nearest one
(in OKLab, which is how we measure; and in RGB, which is how Pillow does).

    python benchmarks/palette_map.py

Two kinds of pictures: art of 55 colours, as the service sends it, and noise, where every pixel has its own colour.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from assetgen.pixels.colors import map_to, rgb_array
from assetgen.pixels.picture import Picture

COLORS = 32
LIMITS = {1024: 0.5, 128: 0.010}


def picture(side: int, colors: int | None) -> Picture:
    rng = np.random.default_rng(side)
    result = rng.integers(0, 256, (side, side, 4), dtype=np.uint8)
    if colors:
        result = rng.integers(0, 256, (colors, 4), dtype=np.uint8)[rng.integers(0, colors, (side, side))]
    result[..., 3] = 255
    return result


def best(call: Callable[[], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def nearest_in_rgb(source: Picture, palette: list[str]) -> Picture:
    targets = rgb_array(palette).astype(np.int32)
    best = np.full(source.shape[:2], 1 << 30)
    result = np.zeros((*source.shape[:2], 3), np.uint8)
    for target in targets:
        distance = ((source[..., :3].astype(np.int32) - target) ** 2).sum(axis=2)
        result[distance < best] = target
        best = np.minimum(best, distance)
    return result


def main() -> None:
    palette = [f"{value:06x}" for value in np.random.default_rng(1).integers(0, 1 << 24, COLORS)]
    table = Image.new("P", (1, 1))
    table.putpalette(rgb_array(palette).tobytes())
    print(f"{'picture':>18} {'exact':>10} {'bayer4':>10} {'Pillow':>10} {'wrong in OKLab':>15} {'in RGB':>8}")
    for side, limit in LIMITS.items():
        for name, colors in (("art", 55), ("noise", None)):
            source = picture(side, colors)
            image = Image.fromarray(source[..., :3])

            def pillow(image: Image.Image = image) -> Image.Image:
                return image.quantize(palette=table, dither=Image.Dither.NONE)

            ours = best(partial(map_to, source, palette))
            dithered = best(partial(map_to, source, palette, "bayer4"), 2)
            theirs = best(pillow)
            chosen = np.array(pillow().convert("RGB"))
            lab = (chosen != map_to(source, palette)[..., :3]).any(axis=2).mean()
            rgb = (chosen != nearest_in_rgb(source, palette)).any(axis=2).mean()
            times = "".join(f" {seconds * 1000:>7.1f} ms" for seconds in (ours, dithered, theirs))
            late = "" if ours < limit else f"  more than {limit} s"
            print(f"{f'{side}×{side} {name}':>18}{times} {lab:>14.1%} {rgb:>8.1%}{late}")


if __name__ == "__main__":
    main()
