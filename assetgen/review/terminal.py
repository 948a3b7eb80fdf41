"""Pictures in a terminal: by the protocols of kitty and iTerm2, as sixels, or as half blocks in 24-bit colour."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from assetgen.model.built import Picture

Way = Literal["kitty", "iterm", "sixel", "blocks", "none"]
_CHUNK = 4096
_CHECKS = ((52, 54, 66), (62, 64, 78))
"""The checkerboard behind transparent pixels where the terminal has no transparency."""


def way_of(variables: Mapping[str, str], *, terminal: bool, color: bool) -> Way:
    """How this terminal shows pictures, by what it says of itself. `none` where it shows neither them nor colours."""
    term = variables.get("TERM", "")
    program = variables.get("TERM_PROGRAM", "")
    if not terminal or term == "dumb":
        return "none"
    if "tmux" not in term and not variables.get("TMUX") and not term.startswith("screen"):
        if "KITTY_WINDOW_ID" in variables or "kitty" in term or "ghostty" in term or program == "ghostty":
            return "kitty"
        if program in ("iTerm.app", "WezTerm") or variables.get("LC_TERMINAL") == "iTerm2":
            return "iterm"
        if "sixel" in term or term.startswith(("foot", "mlterm", "contour")) or program == "mintty":
            return "sixel"
    return "blocks" if color else "none"


def way_answered(answer: str) -> Way | None:
    """How a terminal shows pictures by what it answered to kitty's question and to that for its attributes."""
    if "\x1b_Gi=31;OK" in answer:
        return "kitty"
    attributes = re.search(r"\x1b\[\?([0-9;]*)c", answer)
    return "sixel" if attributes is not None and "4" in attributes[1].split(";")[1:] else None


def zoom_for(picture: Picture, columns: int, way: Way) -> int:
    """A whole zoom at which a small picture is well seen, and that fits the terminal's width."""
    height, width = int(picture.shape[0]), int(picture.shape[1])
    return 1 if way == "blocks" else max(1, min(8, (columns * 8) // width, 384 // height))


def draw(picture: Picture, way: Way, columns: int = 80) -> str:
    """The picture as text for a terminal of `columns`, ending in a newline; empty for `none`."""
    if way == "none":
        return ""
    if way == "blocks":
        return blocks(fitted(picture, columns))
    enlarged = picture.repeat(zoom := zoom_for(picture, columns, way), axis=0).repeat(zoom, axis=1)
    if way == "sixel":
        return sixel(enlarged)
    from assetgen.pixels.png import encode

    data = encode(enlarged)
    return kitty(data) if way == "kitty" else iterm(data)


def fitted(picture: Picture, columns: int) -> Picture:
    """Every n-th pixel of a picture that is wider than the terminal."""
    step = -(-picture.shape[1] // max(columns, 1))
    return picture[::step, ::step]


def blocks(picture: Picture) -> str:
    """Two pixels a character: the upper one as foreground of a half block, the lower one as background."""
    height, width = picture.shape[:2]
    lines = []
    for y in range(0, height, 2):
        cells = []
        for x in range(width):
            top = _over(picture, x, y)
            bottom = _over(picture, x, y + 1) if y + 1 < height else None
            ground = "49" if bottom is None else f"48;2;{bottom[0]};{bottom[1]};{bottom[2]}"
            cells.append(f"\x1b[38;2;{top[0]};{top[1]};{top[2]};{ground}m▀")
        lines.append("".join(cells) + "\x1b[0m")
    return "\n".join(lines) + "\n"


def _over(picture: Picture, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue, alpha = (int(value) for value in picture[y, x])
    check = _CHECKS[(x // 4 + y // 4) % 2]
    mixed = [
        (value * alpha + below * (255 - alpha)) // 255 for value, below in zip((red, green, blue), check, strict=True)
    ]
    return mixed[0], mixed[1], mixed[2]


def kitty(png: bytes) -> str:
    """The terminal graphics protocol: PNG in chunks."""
    data = base64.b64encode(png).decode()
    parts = [data[i : i + _CHUNK] for i in range(0, len(data), _CHUNK)]
    text = []
    for number, part in enumerate(parts):
        more = int(number < len(parts) - 1)
        head = f"a=T,f=100,m={more}" if number == 0 else f"m={more}"
        text.append(f"\x1b_G{head};{part}\x1b\\")
    return "".join(text) + "\n"


def iterm(png: bytes) -> str:
    """The inline picture of iTerm2 and WezTerm."""
    return f"\x1b]1337;File=inline=1;size={len(png)}:{base64.b64encode(png).decode()}\x07\n"


def sixel(picture: Picture) -> str:
    """DEC sixels; transparent pixels stay as the terminal is. Colours in percent, at most 256 of them."""
    import numpy as np

    opaque = picture[..., 3] >= 128
    # 5 bits a channel and, where that is still too much, 3: pixel art seldom needs it.
    for shift in (0, 3, 5):
        reduced = (picture[..., :3] >> shift) << shift
        packed = reduced[..., 0].astype(np.uint32) << 16 | reduced[..., 1].astype(np.uint32) << 8 | reduced[..., 2]
        colors = np.unique(packed[opaque])
        if len(colors) <= 256:
            break
    height, width = opaque.shape
    text = [f'\x1bP0;1q"1;1;{width};{height}']
    for number, color in enumerate(colors.tolist()):
        red, green, blue = ((color >> at & 255) * 100 // 255 for at in (16, 8, 0))
        text.append(f"#{number};2;{red};{green};{blue}")
    for top in range(0, height, 6):
        band, seen = packed[top : top + 6], opaque[top : top + 6]
        rows = []
        for number in np.unique(np.searchsorted(colors, band[seen])).tolist():
            bits = ((band == colors[number]) & seen).astype(np.uint8)
            values = (bits << np.arange(len(bits), dtype=np.uint8)[:, None]).sum(axis=0)
            rows.append(f"#{number}" + _runs(values.tolist()))
        text.append("$".join(rows) + "-")
    return "".join(text) + "\x1b\\\n"


def _runs(values: list[int]) -> str:
    from itertools import groupby

    parts = []
    for value, group in groupby(values):
        count, char = len(list(group)), chr(63 + value)
        parts.append(f"!{count}{char}" if count > 3 else char * count)
    return "".join(parts)
