"""Finished assets kept between builds: records as JSON, pictures as compressed pixels, both under their stage's key."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.json import Decoder, encode

from assetgen.build.finish import Finished
from assetgen.model.built import BuiltAsset
from assetgen.model.finding import Finding
from assetgen.model.jsontext import parse_json
from assetgen.model.layout import Tag

if TYPE_CHECKING:
    from assetgen.model.built import Picture
    from assetgen.store.bundle import Memo

_LEVEL = 1
RECORD, PICTURES = "record:", "pictures:"
"""What the keys of records and of pictures begin with in the memo."""

See = Callable[[], Mapping[str, "Picture"]]
"""Gives pictures by digest that lie in memory."""


class _Record(Struct, frozen=True):
    """A finished asset without its pictures, as it is kept."""

    built: tuple[BuiltAsset, ...]
    findings: tuple[Finding, ...]
    tiles: Mapping[str, int]
    notes: tuple[str, ...]
    cells: tuple[str, ...]
    tags: tuple[Tag, ...]


class Shelf:
    """Where finished assets are put and found again, in a memo that may forget. Safe for threads."""

    def __init__(self, memo: Memo) -> None:
        self.memo = memo
        self._lent: dict[str, See] = {}

    def keep_record(self, files: str, finished: Finished) -> None:
        """Stores everything but the pixels, under the asset's files key (frame names hold its name)."""
        tiles = dict(finished.tiles)
        record = _Record(finished.built, finished.findings, tiles, finished.notes, finished.cells, finished.tags)
        self.memo.put(RECORD + files, encode(record))

    def find_record(self, files: str) -> Finished | None:
        """The record as it was kept (without pictures), None when it was not or cannot be read."""
        data = self.memo.get(RECORD + files)
        if data is None:
            return None
        try:
            kept = _decoder().decode(data)
        except (ValueError, RecursionError):
            return None
        return Finished(kept.built, {}, kept.findings, kept.tiles, kept.notes, kept.cells, kept.tags)

    def keep_pictures(self, key: str, pictures: Mapping[str, Picture]) -> None:
        """Stores pictures by digest in one entry."""
        self.memo.put(PICTURES + key, _packed(pictures))

    def find_pictures(self, key: str) -> Mapping[str, Picture] | None:
        """Pictures by digest, None when they were not kept or cannot be read."""
        see = self._lent.get(key)
        if see is not None:
            return see()
        data = self.memo.get(PICTURES + key)
        return _unpacked(data) if data is not None else None

    def lend(self, key: str, see: See) -> None:
        """Pictures that another process made and has not put into the memo yet."""
        self._lent[key] = see


@cache
def _decoder() -> Decoder[_Record]:
    return Decoder(_Record)


def _packed(pictures: Mapping[str, Picture]) -> bytes:
    head = encode({digest: [picture.shape[1], picture.shape[0]] for digest, picture in pictures.items()})
    body = zlib.compress(b"".join(picture.tobytes() for picture in pictures.values()), _LEVEL)
    return struct.pack(">I", len(head)) + head + body


def _unpacked(data: bytes) -> dict[str, Picture] | None:
    """None for what is damaged."""
    import numpy as np

    try:
        (length,) = struct.unpack_from(">I", data)
        sizes: dict[str, list[int]] = parse_json(data[4 : 4 + length])
        total = sum(w * h * 4 for w, h in sizes.values())
        pixels = zlib.decompressobj().decompress(data[4 + length :], total)
        result, offset = {}, 0
        for digest, (width, height) in sizes.items():
            size = width * height * 4
            result[digest] = np.frombuffer(pixels, np.uint8, size, offset).reshape(height, width, 4)
            offset += size
    except (ValueError, TypeError, zlib.error, struct.error, AttributeError):
        return None
    return result
