"""What the artist is asked for."""

from __future__ import annotations

from msgspec import Struct

from assetgen.catalog.types import Style
from assetgen.simulator.art.canvas import Picture
from assetgen.simulator.art.color import RGB, digest


class Order(Struct, frozen=True, eq=False):
    """One request to draw. `size` is (width, height) of a picture, a tile or a cell; `count` pictures are wanted.

    `outside` describes what surrounds the terrain of a tileset; `palette` is honoured exactly when given; `frames`
    counts the cells of an advanced animation.
    """

    style: Style
    size: tuple[int, int]
    prompt: str = ""
    outside: str = ""
    count: int = 1
    seed: int | None = None
    input: Picture | None = None
    outside_input: Picture | None = None
    references: tuple[Picture, ...] = ()
    strength: float = 0.75
    palette: tuple[RGB, ...] | None = None
    remove_bg: bool = False
    tile_x: bool = False
    tile_y: bool = False
    frames: int | None = None

    @property
    def short(self) -> str:
        """The style's own word: `rd_fast__mc_item` is `mc_item`."""
        return self.style.name.rpartition("__")[2]

    def key(self, candidate: int) -> str:
        """What seeds every choice that words leave open."""
        return f"{self.prompt.lower()}|{self.style.name}|{self.seed}|{candidate}"

    def variation(self, candidate: int) -> int:
        """0 for the picture that words alone decide, else a number that varies tints and small things."""
        if not self.seed and candidate == 0:
            return 0
        return 1 + digest(self.seed, candidate) % 9973
