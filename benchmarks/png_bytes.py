"""PNG files against Pillow's default: bytes and time, over the example's outputs, 1,000 sprites and a large atlas page.

    python benchmarks/png_bytes.py [--check] [--optimize]

Every file is decoded by Pillow and compared pixel by pixel. With `--check` the status is 1 where files (but for the
page) are not 40 % smaller than Pillow's, or where any take longer. `--optimize` measures `optimize: true`, too (it
needs `assetgen[optimize]`).
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from assetgen.catalog import STYLES
from assetgen.pixels import png
from assetgen.pixels.picture import Picture, canonical, read
from assetgen.simulator.art import Order, draw

EXAMPLE = Path(__file__).parents[1] / "example_project"
SPRITES = 1000
ROUNDS = 5
SHARE = 0.6

Encode = Callable[[Picture], bytes]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--optimize", action="store_true")
    options = parser.parse_args()
    example = outputs()
    cases = {
        f"the example's {len(example)} files": example,
        f"{SPRITES:,} sprites 64×64": sprites(),
        "an atlas page 4096×4096": [page(example)],
    }
    encoders: dict[str, Encode] = {"Pillow": pillow, "assetgen": png.encode}
    good = True
    print(f"{'':>28} {'encoder':>10} {'bytes':>12} {'seconds':>9}")
    for name, pictures in cases.items():
        measured = {encoder: best(pictures, encode) for encoder, encode in encoders.items()}
        for encoder, (size, seconds) in measured.items():
            share = "" if encoder == "Pillow" else f"  {size / measured['Pillow'][0] - 1:+.0%}"
            print(f"{name:>28} {encoder:>10} {size:>12,} {seconds:>9.3f}{share}")
        if options.optimize and len(pictures) > 1:
            start = time.perf_counter()
            size = sum(len(optimized(picture)) for picture in pictures)
            print(f"{name:>28} {'optimize':>10} {size:>12,} {time.perf_counter() - start:>9.3f}")
        theirs, ours = measured["Pillow"], measured["assetgen"]
        good &= (ours[0] <= SHARE * theirs[0] or len(pictures) == 1) and ours[1] <= theirs[1]
    return 0 if good or not options.check else 1


def outputs() -> list[Picture]:
    """Every picture that a build of the example writes."""
    with tempfile.TemporaryDirectory() as folder:
        game = Path(folder) / "game"
        shutil.copytree(EXAMPLE, game, ignore=shutil.ignore_patterns("generated", "originals", "*.lock", ".assetgen"))
        environment = {**os.environ, "ASSETGEN_CACHE_DIR": f"{folder}/store", "PYTHONPATH": str(EXAMPLE.parent)}
        command = [sys.executable, "-m", "assetgen", "-C", str(game), "build"]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return [read(path) for path in sorted((game / "generated").rglob("*.png"))]


def sprites() -> list[Picture]:
    """Sprites of four styles as the simulator draws them."""
    styles = ("rd_pro__default", "rd_fast__portrait", "rd_plus__classic", "rd_plus__topdown_asset")
    subjects = ("knight with a red cape", "green slime", "old oak tree", "wizard with a blue robe", "treasure chest")
    found: list[Picture] = []
    for seed in range(SPRITES):
        style = STYLES[styles[seed % 4]]
        order = Order(style=style, size=(64, 64), prompt=subjects[seed % 5], count=1, seed=seed, remove_bg=True)
        found += draw(order)
    return found


def page(pictures: Sequence[Picture]) -> Picture:
    """The pictures over and over on a large page: as many colours as a mixed atlas has."""
    result = np.zeros((4096, 4096, 4), np.uint8)
    x = y = row = number = 0
    fitting = [picture for picture in pictures if max(picture.shape[:2]) <= 512]
    while True:
        picture = fitting[number % len(fitting)]
        height, width = picture.shape[:2]
        if x + width > 4096:
            x, y, row = 0, y + row, 0
        if y + height > 4096:
            return canonical(result)
        result[y : y + height, x : x + width] = picture
        x, row, number = x + width, max(row, height), number + 1


def pillow(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "png")
    return buffer.getvalue()


def optimized(picture: Picture) -> bytes:
    from assetgen.pixels.shrink import shrunk

    data = shrunk(png.encode(picture))
    verify(picture, data)
    return data


def verify(picture: Picture, data: bytes) -> None:
    decoded = np.array(Image.open(io.BytesIO(data)).convert("RGBA"))
    assert (canonical(decoded) == picture).all()


def best(pictures: Sequence[Picture], encode: Encode) -> tuple[int, float]:
    """Bytes of all files together, and the fewest seconds of several rounds."""
    files = [encode(picture) for picture in pictures]
    for picture, data in zip(pictures, files, strict=True):
        verify(picture, data)
    times = []
    for _ in range(ROUNDS if len(pictures) > 1 else 2):
        start = time.process_time()
        for picture in pictures:
            encode(picture)
        times.append(time.process_time() - start)
    return sum(map(len, files)), min(times)


if __name__ == "__main__":
    sys.exit(main())
