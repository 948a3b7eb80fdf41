"""Pictures as the service wants them: raw base64, RGB where alpha is refused, palettes small and opaque."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from assetgen.model.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetgen.model.built import Picture

PALETTE_CHARACTERS = 200_000
"""The service asks for palettes of at most so many characters; beyond a megabyte it refuses them."""


def as_base64(data: bytes) -> str:
    """Raw base64, without a `data:` prefix."""
    return base64.b64encode(data).decode("ascii")


def plain_picture(data: bytes, what: str) -> str:
    """A picture with its transparency, for edit tools and masks."""
    from assetgen.pixels.picture import decode
    from assetgen.pixels.png import encode_truecolor

    return as_base64(encode_truecolor(decode(data, what=what)))


def rgb_picture(data: bytes, what: str) -> str:
    """A picture as RGB: transparency is flattened on a colour that the picture does not use."""
    from assetgen.pixels.picture import decode
    from assetgen.pixels.png import encode_truecolor

    return as_base64(encode_truecolor(flatten(decode(data, what=what))))


def palette_picture(colors: Sequence[str]) -> str:
    """A palette (`rrggbb`, in order) as an opaque picture, one pixel a colour."""
    from assetgen.pixels.png import encode_palette

    text = as_base64(encode_palette([color[:6] for color in (c.lstrip("#") for c in colors)]))
    if len(text) > PALETTE_CHARACTERS:
        raise AssetError(f"a palette of {len(colors)} colours is too large to be sent: {len(text)} characters")
    return text


def flatten(picture: Picture) -> Picture:
    """The picture opaque, laid over `backdrop`; the picture itself when it is opaque already.

    Half-transparent pixels are blended, rounding to nearest.
    """
    import numpy as np

    alpha = picture[..., 3:].astype(np.uint32)
    if (alpha == 255).all():
        return picture
    behind = np.array(backdrop(picture), np.uint32)
    mixed = (picture[..., :3] * alpha + behind * (255 - alpha) + 127) // 255
    return np.dstack([mixed.astype(np.uint8), np.full(picture.shape[:2], 255, np.uint8)])


def backdrop(picture: Picture) -> tuple[int, int, int]:
    """A colour that no visible pixel has: of a coarse grid the one that is farthest from all colours in use, white
    before others; of all colours the first free one where the picture uses the whole grid."""
    import numpy as np

    shown = picture[picture[..., 3] > 0][:, :3].astype(np.int32)
    packed = np.unique(shown[:, 0] << 16 | shown[:, 1] << 8 | shown[:, 2])
    used = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)
    steps = (255, 0, 128, 192, 64)
    grid = np.array([(r, g, b) for r in steps for g in steps for b in steps], np.int32)
    if not len(used):
        return (255, 255, 255)
    nearest = np.full(len(grid), 1 << 30, np.int64)
    for start in range(0, len(used), 4096):  # in parts: a photograph has many colours
        part = used[start : start + 4096]
        distances = ((grid[:, None, :] - part[None, :, :]) ** 2).sum(axis=2)
        nearest = np.minimum(nearest, distances.min(axis=1))
    best = int(nearest.argmax())
    if nearest[best] > 0:
        red, green, blue = (int(value) for value in grid[best])
        return (red, green, blue)
    taken = set(packed.tolist())
    free = next(value for value in range(1 << 24) if value not in taken)
    return (free >> 16, free >> 8 & 255, free & 255)
