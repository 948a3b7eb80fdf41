"""What the benchmarks work on: drawn sprites of a fixed seed, and projects of them. Nothing is ever requested."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from assetgen.pixels.picture import Picture

SEED = 20_240_601
Size = tuple[int, int]

_PALETTE = np.random.default_rng(SEED).integers(0, 256, (48, 3), dtype=np.uint8)


def sprite(noise: np.random.Generator, size: Size) -> Picture:
    """A shape of six colours out of a palette of 48, mirrored, in blocks of two pixels, opaque at all four sides."""
    width, height = size
    colors = _PALETTE[noise.choice(len(_PALETTE), 6, replace=False)]
    cells = noise.integers(0, 6, (-(-height // 2), -(-width // 4)))
    cells = np.concatenate([cells, cells[:, ::-1]], axis=1).repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    picture = np.empty((height, width, 4), np.uint8)
    picture[..., :3] = colors[cells]
    holes = noise.random((-(-height // 4), -(-width // 4))) < 0.15
    holes = holes.repeat(4, axis=0).repeat(4, axis=1)[:height, :width]
    holes[[0, -1], :] = holes[:, [0, -1]] = False
    picture[..., 3] = np.where(holes, 0, 255)
    picture[holes] = 0
    return picture


def uniform(noise: np.random.Generator, count: int, low: int, high: int) -> list[Size]:
    """`count` sizes with sides from `low` to `high`."""
    return [(int(w), int(h)) for w, h in noise.integers(low, high + 1, (count, 2))]


def mixes(share: float = 1.0) -> dict[str, list[Size]]:
    """The six size mixes of the packing benchmark, by name. `share` makes them smaller."""
    noise = np.random.default_rng(SEED)

    def many(count: int) -> int:
        return max(8, round(count * share))

    squares = [(side, side) for side in noise.choice([16, 32, 64], many(3000)).tolist()]
    tall = [(int(w), int(h)) for w, h in zip(noise.integers(16, 49, many(2000)), noise.integers(48, 97, many(2000)))]  # noqa: B905
    large = [*uniform(noise, many(12), 300, 700), *uniform(noise, many(3000), 8, 40)]
    return {
        "uniform 8–96, 5,000": uniform(noise, many(5000), 8, 96),
        "squares 16/32/64, 3,000": squares,
        "tall characters, 2,000": tall,
        "12 large among 3,000 small": large,
        "one size 32×32, 3,000": [(32, 32)] * many(3000),
        "tiny 4–16, 10,000": uniform(noise, many(10000), 4, 16),
    }


def save(picture: Picture, path: Path) -> None:
    """As drawing programs and the service do it: RGBA, rows filtered. What our own encoder writes is read faster."""
    Image.fromarray(picture).save(path)


def draw(folder: Path, sizes: Sequence[Size], seed: int = SEED) -> list[str]:
    """Writes a sprite for each size into `folder`; gives their names without `.png`."""
    noise = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"s{number:06d}" for number in range(len(sizes))]
    for name, size in zip(names, sizes, strict=True):
        save(sprite(noise, size), folder / f"{name}.png")
    return names


def manifest(names: Iterable[str], *, atlas: bool = False, write: str | None = None) -> str:
    """An `assets.yaml` of drawn sprites, in one atlas or each for itself."""
    lines = ["version: 1", "provider: placeholder"]
    if write:
        lines.append(f"write: [{write}]")
    lines.append("sprites:")
    lines += [f"  {name}: {{file: art/{name}.png}}" for name in names]
    if atlas:
        lines += ["atlases:", '  all: {include: ["s*"], max_size: 2048, padding: 0}']
    return "\n".join(lines) + "\n"


def project(root: Path, sizes: Sequence[Size], *, atlas: bool = False) -> list[str]:
    """A whole project below `root`; nothing is done where it is there already."""
    art = root / "art"
    ready = root / "assets.yaml"
    if ready.is_file():
        return sorted(path.stem for path in art.iterdir())
    names = draw(art, sizes)
    ready.write_text(manifest(names, atlas=atlas), encoding="utf-8")
    return names


def redraw(path: Path, seed: int) -> None:
    """Another sprite of the same size in the place of one."""
    from assetgen.pixels.picture import read

    height, width = read(path).shape[:2]
    save(sprite(np.random.default_rng(seed), (width, height)), path)
