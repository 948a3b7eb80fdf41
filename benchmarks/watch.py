"""How long `assetgen watch` takes from a save to the changed outputs: the example project, and one of 1,000 assets.

    python benchmarks/watch.py              # 20 saves of each kind
    python benchmarks/watch.py --saves 5
    python benchmarks/watch.py --only example
    python benchmarks/watch.py --check

A save puts a whole file in the place of the old one, as editors do. The clock stops when the last of the files that
have to follow (the asset's own, its atlas page, the index) holds something else than before. Exit 1 when one does not
follow, with `--check` also when the median or the 90th percentile of a kind is 200 ms or more.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from inputs import SEED, draw, sprite, uniform
from measure import table

from assetgen.pixels.picture import read
from assetgen.pixels.png import encode

MOST, TOO_LONG = 0.2, 10.0
"""Seconds: what a small change may take, and after which a save counts as not followed at all."""

PAUSE = 0.25
"""Seconds of rest after each save: nobody saves faster, and what was put off is done by then."""

COUNT = 1000


@dataclass(frozen=True)
class Kind:
    """One kind of save: `new` gives the bytes of the n-th one of `file`, `follow` are the outputs that have to."""

    name: str
    file: str
    new: Callable[[int], bytes]
    follow: tuple[str, ...]


# -- projects ---------------------------------------------------------------------------------------------------------


def example(root: Path) -> list[Kind]:
    """The example project: a drawn picture, one animation's speed, and a colour that 31 assets are mapped to."""
    source = Path(__file__).parents[1] / "example_project"
    shutil.copytree(source / "art", root / "art")
    text = (source / "assets.yaml").read_text(encoding="utf-8")

    def speed(number: int) -> bytes:
        return text.replace("size: 48, fps: 10", f"size: 48, fps: {11 + number}").encode()

    def color(number: int) -> bytes:
        return text.replace("12131f, 1f2238", f"1213{0x20 + number:02x}, 1f2238").encode()

    (root / "assets.yaml").write_bytes(text.encode())
    index = "generated/assets.json"
    return [
        Kind("drawn picture", "art/logo.png", redrawn(root / "art/logo.png"), ("generated/sprites/logo.png",)),
        Kind("manifest: one speed", "assets.yaml", speed, (index,)),
        Kind(
            "palette of 31 assets",
            "assets.yaml",
            color,
            ("generated/palettes/dusk.png", "generated/atlases/items-0.png"),
        ),
    ]


def thousand(root: Path) -> list[Kind]:
    """Drawn sprites, a hundred of them in an atlas, ten of those mapped to a palette of a file."""
    names = draw(root / "art", uniform(np.random.default_rng(SEED), COUNT, 8, 64))
    mapped, plain = names[:10], names[10]
    lines = [
        "version: 1",
        "provider: placeholder",
        "write: [single]",
        "palettes: {dusk: {file: art/dusk.hex}}",
        "sprites:",
    ]
    lines += [f"  {name}: {{file: art/{name}.png{', palette: dusk' if name in mapped else ''}}}" for name in names]
    lines += ["atlases:", '  all: {include: ["s0000*"], max_size: 2048}', ""]
    text = "\n".join(lines)

    def pivot(number: int) -> bytes:
        return text.replace(f"{plain}.png}}", f"{plain}.png, pivot: [{number % 8}, 0]}}").encode()

    def colors(number: int) -> bytes:
        grey = range(number % 30, 256, 32)
        return "".join(f"{value:02x}{value:02x}{value:02x}\n" for value in grey).encode()

    (root / "art/dusk.hex").write_bytes(colors(29))
    (root / "assets.yaml").write_text(text, encoding="utf-8")
    index, page = "generated/assets.json", "generated/atlases/all-0.png"
    picture = f"art/{plain}.png"
    return [
        Kind("drawn picture", picture, redrawn(root / picture), (f"generated/sprites/{plain}.png", page)),
        Kind("manifest: one pivot", "assets.yaml", pivot, (index,)),
        Kind("palette of 10 assets", "art/dusk.hex", colors, (f"generated/sprites/{mapped[0]}.png", page)),
    ]


def redrawn(path: Path) -> Callable[[int], bytes]:
    height, width = read(path).shape[:2]
    return lambda number: encode(sprite(np.random.default_rng(SEED + 1 + number), (width, height)))


# -- measuring --------------------------------------------------------------------------------------------------------


@contextmanager
def watching(root: Path) -> Iterator[None]:
    """`assetgen watch` with its page, once it watches."""
    command = [sys.executable, "-m", "assetgen", "-C", str(root), "watch"]
    environment = {**os.environ, "ASSETGEN_CACHE_DIR": str(root.with_suffix(".store")), "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=told, text=True)
        try:
            end = time.monotonic() + 120
            while "Watching" not in _text(told):
                if process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"watch did not start:\n{_text(told)}")
                time.sleep(0.05)
            time.sleep(1)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _text(file: IO[str]) -> str:
    return os.pread(file.fileno(), 1 << 20, 0).decode()


def follow(root: Path, kind: Kind, saves: int) -> list[float]:
    """Seconds from each save to the last of the files that follow."""
    found = []
    for number in range(saves):
        data, target = kind.new(number), root / kind.file
        beside = root.with_suffix(".tmp")
        beside.write_bytes(data)
        outputs = [root / path for path in kind.follow]
        before = [_stamp(path) for path in outputs]
        start = time.perf_counter()
        beside.replace(target)
        while any(_stamp(path) == stamp for path, stamp in zip(outputs, before, strict=True)):
            if time.perf_counter() - start > TOO_LONG:
                raise SystemExit(f"{kind.name}, save {number}: not followed")
            time.sleep(0.001)
        found.append(time.perf_counter() - start)
        time.sleep(PAUSE)
    return found


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def row(name: str, times: Sequence[float]) -> list[str]:
    ms = [f"{value * 1000:.0f}" for value in (min(times), statistics.median(times), percentile(times), max(times))]
    return [name, *ms]


def percentile(times: Sequence[float]) -> float:
    """The 90th: the time that nine of ten saves do not exceed."""
    return sorted(times)[max(0, -(-len(times) * 9 // 10) - 1)]


PROJECTS: dict[str, Callable[[Path], list[Kind]]] = {"example": example, "thousand": thousand}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--saves", type=int, default=20)
    parser.add_argument("--only", choices=PROJECTS)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    slow = False
    for name in [args.only] if args.only else PROJECTS:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "game")
            root.mkdir()
            kinds = PROJECTS[name](root)
            with watching(root):
                times = {kind.name: follow(root, kind, args.saves) for kind in kinds}
        print(f"\n### From a save to the outputs, {name}: {args.saves} saves each, ms\n")
        print(table(["", "least", "median", "90 %", "most"], [row(*item) for item in times.items()]), flush=True)
        slow = slow or any(percentile(found) >= MOST or statistics.median(found) >= MOST for found in times.values())
    return int(slow and args.check)


if __name__ == "__main__":
    raise SystemExit(main())
