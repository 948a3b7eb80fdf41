"""Memory that a process of a crew and the one that hired it both see: pictures lie there instead of travelling."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetgen.model.built import Picture

Laid = tuple[tuple[str, int, int, int], ...]
"""Where pictures lie: digest, first byte, width and height of each."""


class Strip:
    """One process lays pictures down, and any that was forked from the same one sees them. Nothing is taken away.

    `size` in bytes; what is never laid down takes no memory.
    """

    def __init__(self, size: int) -> None:
        self._memory = mmap.mmap(-1, size)
        self._end = 0

    def lay(self, pictures: Mapping[str, Picture]) -> Laid | None:
        """Lays pictures, named by digest; None where there is no room for them."""
        import numpy as np

        if self._end + sum(picture.nbytes for picture in pictures.values()) > len(self._memory):
            return None
        laid = []
        for digest, picture in pictures.items():
            place = np.frombuffer(self._memory, np.uint8, picture.nbytes, self._end)
            place.reshape(picture.shape)[...] = picture
            laid.append((digest, self._end, picture.shape[1], picture.shape[0]))
            self._end += picture.nbytes
        return tuple(laid)

    def see(self, laid: Laid) -> dict[str, Picture]:
        """Pictures that were laid, by digest."""
        import numpy as np

        seen = {}
        for digest, start, width, height in laid:
            picture = np.frombuffer(self._memory, np.uint8, width * height * 4, start).reshape(height, width, 4)
            picture.flags.writeable = False
            seen[digest] = picture
        return seen
