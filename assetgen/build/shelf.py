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
from assetgen.plan.disk import Memo

if TYPE_CHECKING:
    from assetgen.model.built import Picture

_LEVEL = 1
RECORD, PICTURES = "record:", "pictures:"
"""What the keys of records and of pictures begin with."""


class _Record(Struct, frozen=True):
    """A finished asset without its pictures, as it is kept."""

    built: tuple[BuiltAsset, ...]
    findings: tuple[Finding, ...]
    tiles: Mapping[str, int]
    notes: tuple[str, ...]
    cells: tuple[str, ...]
    tags: tuple[Tag, ...]


def keep_record(memo: Memo, files: str, finished: Finished) -> None:
    """Stores everything but the pixels, under the asset's files key (frame names hold its name)."""
    tiles = dict(finished.tiles)
    record = _Record(finished.built, finished.findings, tiles, finished.notes, finished.cells, finished.tags)
    memo.put(RECORD + files, encode(record))


def find_record(memo: Memo, files: str) -> Finished | None:
    """The record as it was kept (without pictures), None when it was not or cannot be read."""
    data = memo.get(RECORD + files)
    if data is None:
        return None
    try:
        kept = _decoder().decode(data)
    except (ValueError, RecursionError):
        return None
    return Finished(kept.built, {}, kept.findings, kept.tiles, kept.notes, kept.cells, kept.tags)


@cache
def _decoder() -> Decoder[_Record]:
    return Decoder(_Record)


See = Callable[[], Mapping[str, "Picture"]]
"""Gives pictures by digest that lie in memory."""


class PictureMemo:
    """A memo that takes pictures as they are."""

    def put_pictures(self, key: str, pictures: Mapping[str, Picture]) -> None:
        raise NotImplementedError


def keep_pictures(memo: Memo, key: str, pictures: Mapping[str, Picture]) -> None:
    """Stores pictures by digest in one entry."""
    if isinstance(memo, PictureMemo):
        memo.put_pictures(PICTURES + key, pictures)
    else:
        memo.put(PICTURES + key, packed(pictures))


def packed(pictures: Mapping[str, Picture], level: int = _LEVEL) -> bytes:
    """Pictures by digest as the bytes of an entry."""
    head = encode({digest: [picture.shape[1], picture.shape[0]] for digest, picture in pictures.items()})
    body = zlib.compress(b"".join(picture.tobytes() for picture in pictures.values()), level)
    return struct.pack(">I", len(head)) + head + body


def lent(see: See) -> bytes:
    """The bytes of an entry of pictures that lie in memory: nobody keeps it."""
    return packed(see(), level=0)


def find_pictures(memo: Memo, key: str) -> dict[str, Picture] | None:
    """Pictures by digest, None when they were not kept or cannot be read."""
    import numpy as np

    data = memo.get(PICTURES + key)
    if data is None:
        return None
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
