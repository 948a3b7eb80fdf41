"""Palettes as PNG: one pixel a colour, in reading order, duplicates kept; enlarged swatches (8×, 32×…) are seen."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import TYPE_CHECKING

from assetgen.model.errors import AssetError
from assetgen.pixels.palettes import MAX_COLORS, color_of

if TYPE_CHECKING:
    from assetgen.model.built import Picture


def read(data: bytes, what: str) -> list[str]:
    """Colours of a palette picture in reading order; fully transparent pixels are padding, not colours."""
    from assetgen.pixels import picture

    image = picture.decode(data, what=what)
    side = _swatch(image)
    image = image[::side, ::side]
    if image.shape[0] * image.shape[1] > MAX_COLORS:
        height, width = image.shape[:2]
        raise AssetError(
            f"{what}: a {width}×{height} picture, not a palette of one pixel a colour (at most {MAX_COLORS}). "
            "To extract one, declare the picture as a sprite and write `{from: [NAME], colors: 16}`"
        )
    return [color_of(*pixel) for pixel in image.reshape(-1, 4).tolist() if pixel[3]]


def _swatch(image: Picture) -> int:
    """Side of the largest squares of one colour that tile the whole picture; 1 for one pixel a colour."""
    height, width = image.shape[:2]
    common = gcd(height, width)
    for side in range(common, 1, -1):
        if common % side:
            continue
        blocks = image.reshape(height // side, side, width // side, side, 4)
        if (blocks == blocks[:, :1, :, :1]).all():
            return side
    return 1


def write(colors: Sequence[str]) -> bytes:
    """An N×1 PNG of the colours."""
    from assetgen.pixels import png

    return png.encode_palette(colors)
