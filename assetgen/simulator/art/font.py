"""A chunky 5×6 letter set for words in pictures."""

from __future__ import annotations

import numpy as np

from assetgen.simulator.art.canvas import Canvas, Picture
from assetgen.simulator.art.color import Ramp

_ROWS = """
A 01110 11011 11011 11111 11011 11011|B 11110 11011 11110 11011 11011 11110|C 01111 11000 11000 11000 11000 01111
D 11110 11011 11011 11011 11011 11110|E 11111 11000 11110 11000 11000 11111|F 11111 11000 11110 11000 11000 11000
G 01111 11000 11000 11011 11011 01111|H 11011 11011 11111 11011 11011 11011|I 11110 01100 01100 01100 01100 11110
J 00111 00011 00011 00011 11011 01110|K 11011 11011 11110 11110 11011 11011|L 11000 11000 11000 11000 11000 11111
M 10001 11011 11111 11111 10101 10101|N 10011 11011 11111 11111 11011 11001|O 01110 11011 11011 11011 11011 01110
P 11110 11011 11011 11110 11000 11000|Q 01110 11011 11011 11011 11110 01111|R 11110 11011 11011 11110 11011 11011
S 01111 11000 01110 00011 00011 11110|T 11111 01100 01100 01100 01100 01100|U 11011 11011 11011 11011 11011 01110
V 11011 11011 11011 11011 01110 00100|W 10101 10101 11111 11111 11011 10001|X 11011 11011 01110 01110 11011 11011
Y 11011 11011 01110 00110 00110 00110|Z 11111 00011 00110 01100 11000 11111|0 01110 11011 11011 11011 11011 01110
1 01100 11100 01100 01100 01100 11110|2 11110 00011 00011 01110 11000 11111|3 11110 00011 01110 00011 00011 11110
4 11011 11011 11011 11111 00011 00011|5 11111 11000 11110 00011 00011 11110|6 01111 11000 11110 11011 11011 01110
7 11111 00011 00110 00110 01100 01100|8 01110 11011 01110 11011 11011 01110|9 01110 11011 11011 01111 00011 11110
! 01100 01100 01100 01100 00000 01100|? 11110 00011 00110 01100 00000 01100|- 00000 00000 11110 00000 00000 00000
"""
GLYPHS: dict[str, tuple[str, ...]] = {
    entry.split()[0]: tuple(entry.split()[1:]) for line in _ROWS.strip().splitlines() for entry in line.split("|")
}


def lettering(text: str, width: int, height: int, ramp: Ramp, trim: Ramp) -> Picture:
    """Words in big bevelled letters, broken into lines, filling the picture."""
    words = ["".join(c for c in w.upper() if c in GLYPHS) for w in text.split()] or ["A"]
    words = [w for w in words if w][:8] or ["A"]
    best: tuple[int, list[str]] = (0, words)
    for count in range(1, len(words) + 1):
        per = -(-len(words) // count)
        lines = [" ".join(words[k : k + per]) for k in range(0, len(words), per)]
        scale = min((width - 4) // (max(len(line) for line in lines) * 6), (height - 4) // (len(lines) * 8))
        if scale > best[0]:
            best = (scale, lines)
    scale, lines = max(1, best[0]), best[1]
    c = Canvas(width, height)
    top = (height - len(lines) * 8 * scale) // 2 + scale
    for row, line in enumerate(lines):
        left = (width - len(line) * 6 * scale + scale) // 2
        for k, letter in enumerate(line):
            glyph = np.array([[int(b) for b in bits] for bits in GLYPHS.get(letter, ("00000",) * 6)], np.bool_)
            for y, x in zip(*np.nonzero(glyph), strict=True):
                px, py = left + (k * 6 + int(x)) * scale, top + (row * 8 + int(y)) * scale
                c.paint(c.box(px, py + scale, px + scale, py + scale + max(1, scale // 2)), trim, level=1)
            for y, x in zip(*np.nonzero(glyph), strict=True):
                px, py = left + (k * 6 + int(x)) * scale, top + (row * 8 + int(y)) * scale
                above = y > 0 and glyph[y - 1, x]
                c.paint(c.box(px, py, px + scale, py + scale), ramp, level=3 if y < 3 else 2)
                if not above and scale > 1:
                    c.paint(c.box(px, py, px + scale, py + max(1, scale // 4)), ramp, level=4)
    c.outline((34, 26, 44))
    return c.picture()
