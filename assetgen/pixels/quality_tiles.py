"""Checks of tilesets: does each corner show its material, and do the seams between legal neighbours hold?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assetgen.model.finding import Finding
from assetgen.model.request import Json
from assetgen.pixels import measures
from assetgen.pixels.autotile import Corners
from assetgen.pixels.colors import oklab
from assetgen.pixels.picture import Picture
from assetgen.pixels.quality import Judge

_SIDES = (("right", (1, 3), (0, 2)), ("lower", (2, 3), (0, 1)))
"""Side of a tile, its corners there, and the corners of its neighbour that meet them."""
_ROUNDS = 20
_PLACES = ("top left", "top right", "bottom left", "bottom right")


def check_tileset(
    tiles: Sequence[Picture], corners: Sequence[Corners], settings: Mapping[str, Json] | None = None
) -> list[Finding]:
    """Checks of a corner tileset's tiles in the provider's order, with the corner bits that the layout expects."""
    judge = Judge(settings or {})
    findings: list[Finding] = []
    for index, tile in enumerate(tiles):
        count = int((tile[..., 3] > 0).sum())
        missing = 100 * (1 - count / max(4.0, tile[..., 3].size * 0.005))
        findings += judge("empty", missing, f"tile {index} is empty ({count} visible pixels)")
    if findings:
        return findings
    if judge.asks("corners"):
        wrong = corner_mismatches(tiles, corners)
        for index in dict.fromkeys(tile for tile, _ in wrong):
            places = ", ".join(_PLACES[corner] for tile, corner in wrong if tile == index)
            findings += judge("corners", len(wrong), f"tile {index} shows the other material at {places}")
    if judge.asks("seam"):
        findings += _check_seams(tiles, corners, judge)
    return findings


def corner_mismatches(tiles: Sequence[Picture], corners: Sequence[Corners]) -> list[tuple[int, int]]:
    """(tile, corner) pairs whose 25 % window belongs to the other material.

    The mean colours of all windows are parted into two clusters in OKLab, which start at the expected halves
    and so keep their meaning. Materials too alike to tell apart give nothing.
    """
    windows = _windows(tiles)
    expected = np.array(corners).reshape(-1).astype(np.bool_)
    centres = np.stack([windows[~expected].mean(axis=0), windows[expected].mean(axis=0)])
    found = expected
    for _ in range(_ROUNDS):
        previous = found
        found = ((windows - centres[1]) ** 2).sum(axis=1) < ((windows - centres[0]) ** 2).sum(axis=1)
        if found.all() or not found.any() or (found == previous).all():
            break
        centres = np.stack([windows[~found].mean(axis=0), windows[found].mean(axis=0)])
    apart = float(np.sqrt(((centres[0] - centres[1]) ** 2).sum()))
    spread = float(np.sqrt(((windows - centres[found.astype(np.intp)]) ** 2).sum(axis=1).mean()))
    if apart < max(0.02, 2 * spread):
        return []
    return [(int(place) // 4, int(place) % 4) for place in np.flatnonzero(found != expected)]


def _windows(tiles: Sequence[Picture]) -> NDArray[np.float64]:
    """Mean OKLab colour of each tile's four corner windows: (4 · tiles, 3), corners TL TR BL BR."""
    stack = oklab(np.stack(list(tiles))[..., :3])
    height, width = max(1, stack.shape[1] // 4), max(1, stack.shape[2] // 4)
    parts = [
        stack[:, rows, columns].mean(axis=(1, 2))
        for rows in (slice(None, height), slice(-height, None))
        for columns in (slice(None, width), slice(-width, None))
    ]
    return np.stack(parts, axis=1).reshape(-1, 3)


def _check_seams(tiles: Sequence[Picture], corners: Sequence[Corners], judge: Judge) -> list[Finding]:
    """One finding for each side of a tile whose seams with most of its legal neighbours are bad."""
    findings: list[Finding] = []
    for side, mine, theirs in _SIDES:
        steps = seam_steps(tiles, down=side == "lower")
        legal = _legal(corners, mine, theirs)
        opposite = "left" if side == "right" else "upper"
        for name, step, fits in ((side, steps, legal), (opposite, steps.T, legal.T)):
            for index in range(len(tiles)):
                # The middle one, so that a tile is not blamed for a bad neighbour.
                middle = float(np.median(step[index, fits[index]]))
                message = f"tile {index}: its {name} seam steps {middle:.1f} times as much as the inside of the tiles"
                findings += judge("seam", middle, message)
    return findings


def _legal(corners: Sequence[Corners], mine: tuple[int, int], theirs: tuple[int, int]) -> NDArray[np.bool_]:
    bits = np.array(corners)
    result: NDArray[np.bool_] = (bits[:, None, list(mine)] == bits[None, :, list(theirs)]).all(axis=2)
    return result


def seam_steps(tiles: Sequence[Picture], *, down: bool) -> NDArray[np.float64]:
    """For every pair of tiles (first, second) the step over their seam, in steps inside the two: (n, n).

    The second lies to the right of the first, or below it.
    """
    stack = np.stack(list(tiles))[..., :3].astype(np.int32)
    if down:
        stack = stack.swapaxes(1, 2)
    inner = np.abs(np.diff(stack, axis=2)).sum(axis=3).mean(axis=(1, 2))
    steps = np.abs(stack[:, None, :, -1] - stack[None, :, :, 0]).sum(axis=3).mean(axis=2)
    result: NDArray[np.float64] = steps / np.maximum((inner[:, None] + inner[None]) / 2, measures.QUIET)
    return result
