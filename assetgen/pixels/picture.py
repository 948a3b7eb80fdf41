"""Pictures as arrays: bounded decoding and the pixel digest (IDENTITY 2).

A picture is a uint8 array of shape (height, width, 4): RGBA, RGB zero where alpha is zero. No EXIF turn, no
colour management; of 16 bits the high byte is kept. Two files with the same picture have the same digest.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PIL import Image, ImageFile, PngImagePlugin

from assetgen.model.errors import PictureError
from assetgen.pixels.containers import DEFAULT_LIMITS, Header, Limits, header_of, sniff
from assetgen.pixels.plain_png import read_plain

__all__ = [
    "DEFAULT_LIMITS",
    "Animated",
    "Limits",
    "Picture",
    "animated_digest",
    "canonical",
    "decode",
    "decode_frames",
    "file_digest",
    "pixel_digest",
    "read",
    "size_of",
    "sniff",
]

Picture = NDArray[np.uint8]
"""uint8 array of shape (height, width, 4), RGBA, RGB zero where alpha is zero."""

_RECENT_EACH, _RECENT_ALL = 1 << 20, 64 << 20  # bytes of pixels
_last: tuple[Picture, str] | None = None
"""The last of them with its digest; nobody can write to it. Known to be canonical, and not to be digested again."""


class Animated(Struct, frozen=True):
    """Composited frames of equal size and, for each, its duration in milliseconds (0 where the file gives none)."""

    frames: list[Picture]
    durations: list[int]


class _Recent:
    """Pictures that were decoded for their digest, by their file's bytes: who finishes them next takes them from here.
    Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[bytes, Animated] = {}
        self._size = 0

    def put(self, data: bytes, picture: Picture) -> bool:
        """Holds a picture, which nobody may change from now on; False where there is no room."""
        size = picture.nbytes
        with self._lock:
            if size > _RECENT_EACH or self._size + size > _RECENT_ALL:
                return False
            if data not in self._held:
                self._held[data] = Animated([picture], [0])
                self._size += size
        picture.flags.writeable = False
        return True

    def take(self, data: bytes) -> Animated | None:
        with self._lock:
            found = self._held.pop(data, None)
            if found is not None:
                self._size -= found.frames[0].nbytes
            return found

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._size = 0


_RECENT = _Recent()


def decode(data: bytes, *, what: str, limits: Limits = DEFAULT_LIMITS) -> Picture:
    """The picture in `data` (PNG, GIF, WebP or JPEG; of an animation the first or default picture).

    `what` names the file or reply in errors. Raises PictureError: no picture, damaged, truncated, beyond `limits`.
    """
    known = _RECENT.take(data) if limits is DEFAULT_LIMITS else None
    if known is not None:
        return known.frames[0]
    return _still(header_of(data, what=what, limits=limits, animated=False), what)


def decode_frames(data: bytes, *, what: str, limits: Limits = DEFAULT_LIMITS) -> Animated:
    """Every composited frame of a GIF, APNG or animated WebP with its duration; one frame for still pictures."""
    known = _RECENT.take(data) if limits is DEFAULT_LIMITS else None
    if known is not None:
        return known
    header = header_of(data, what=what, limits=limits, animated=True)
    if header.frames == 1:
        if header.format == "png" and b"acTL" not in header.data:  # read as a still picture it says the same
            return Animated([_still(header, what)], [0])
        return Animated([decode(data, what=what, limits=limits)], [0])
    frames: list[Picture] = []
    durations: list[int] = []
    with _named(what), _open(header) as image:
        # An APNG may hold a default picture for old viewers that is no part of the animation.
        first = 1 if header.default_extra else 0
        for index in range(first, first + header.frames):
            image.seek(index)
            image.load()
            frames.append(_fitted(canonical(np.array(image.convert("RGBA"))), header))
            durations.append(round(image.info.get("duration") or 0))
    return Animated(frames, durations)


def read(path: Path | str, what: str | None = None) -> Picture:
    """Decode the file at `path`. `what` is how it is called in errors (default: the path)."""
    return decode(read_bytes(path, what), what=what or str(path))


def read_bytes(path: Path | str, what: str | None = None, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a picture file; PictureError when it is missing, unreadable or larger than `limits.bytes`."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  (many thousands of times)
            if os.fstat(file.fileno()).st_size > limits.bytes:
                raise PictureError(
                    f"{what or path}: larger than {limits.bytes >> 20} MiB, which no picture here should be"
                )
            return file.read()
    except OSError as error:
        raise PictureError(f"{what or path}: cannot be read: {error.strerror or error}") from error


def size_of(data: bytes, *, what: str = "picture") -> tuple[int, int]:
    """Width and height from the header alone. Raises PictureError."""
    return header_of(data, what=what, limits=DEFAULT_LIMITS, animated=False).size


def canonical(array: NDArray[np.uint8]) -> Picture:
    """RGB zero where alpha is zero, contiguous. Returns the array itself when nothing had to change."""
    known = _last
    if known is not None and known[0] is array:
        return array
    if array.ndim != 3 or array.shape[2] != 4 or array.dtype != np.uint8:
        raise ValueError(f"a picture is uint8 (height, width, 4), not {array.dtype} {array.shape}")
    picture = np.ascontiguousarray(array)
    values = picture.view(np.uint32)[..., 0]
    hidden = (picture[..., 3] == 0) & (values != 0)
    if not np.count_nonzero(hidden):
        return picture
    if picture is array:
        picture = picture.copy()
    picture.view(np.uint32)[..., 0][hidden] = 0
    return picture


def pixel_digest(picture: NDArray[np.uint8]) -> str:
    """SHA-256 (hex) of ASCII `RGBA8`, width and height as big-endian u32, and the canonical pixels row by row."""
    known = _last
    if known is not None and known[0] is picture:
        return known[1]
    return _digest(canonical(picture))


def _digest(picture: Picture) -> str:
    """`pixel_digest` of a picture that is canonical, as all are that were decoded here."""
    height, width = picture.shape[:2]
    digest = hashlib.sha256(b"RGBA8" + struct.pack(">II", width, height))
    digest.update(picture.data)
    return digest.hexdigest()


def animated_digest(frames: Sequence[NDArray[np.uint8]], durations: Sequence[int]) -> str:
    """SHA-256 (hex) of ASCII `RGBA8A`, width, height, frame count, then each frame's milliseconds and pixels."""
    height, width = frames[0].shape[:2]
    digest = hashlib.sha256(b"RGBA8A" + struct.pack(">III", width, height, len(frames)))
    for frame, duration in zip(frames, durations, strict=True):
        if frame.shape[:2] != (height, width):
            raise ValueError(f"frames differ in size: {frame.shape[1]}×{frame.shape[0]} after {width}×{height}")
        digest.update(struct.pack(">I", duration))
        digest.update(canonical(frame).data)
    return digest.hexdigest()


def file_digest(data: bytes, what: str) -> str:
    """The pixel digest of a picture file, still or animated: the one function for inputs, outputs, deduplication."""
    global _last
    animated = decode_frames(data, what=what)
    if len(animated.frames) == 1:
        picture = animated.frames[0]
        digest = _digest(picture)
        if _RECENT.put(data, picture):
            _last = (picture, digest)
        return digest
    return animated_digest(animated.frames, animated.durations)


def forget_recent() -> None:
    """Let go of pictures that were decoded for their digest and asked for by nobody."""
    global _last
    _RECENT.clear()
    _last = None


class _named:  # noqa: N801  (a context manager, used like a function)
    """Turns whatever the decoder raises for damaged bytes into a PictureError that names the picture."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, PictureError):
            raise PictureError(f"{self.what}: {error}") from error
        # Damaged files make Pillow raise nearly anything: SyntaxError, struct.error, EOFError, ValueError, OSError.
        if isinstance(error, Exception):
            raise PictureError(f"{self.what}: damaged or truncated picture ({error})") from error


def _still(header: Header, what: str) -> Picture:
    plain = read_plain(header.data) if header.format == "png" and header.key is None else None
    if plain is not None:
        return canonical(plain)
    with _named(what), _open(header) as image:
        return _fitted(_pixels(image, header), header)


def _plugin(kind: str) -> type[ImageFile.ImageFile]:
    """Opening a file by its plugin skips Image.open, whose bomb check warns on stderr instead of refusing. Most files
    are PNG: the others are loaded when the first one comes."""
    if kind == "png":
        return PngImagePlugin.PngImageFile
    from PIL import GifImagePlugin, JpegImagePlugin, WebPImagePlugin

    others: dict[str, type[ImageFile.ImageFile]] = {
        "gif": GifImagePlugin.GifImageFile,
        "jpg": JpegImagePlugin.JpegImageFile,
        "webp": WebPImagePlugin.WebPImageFile,
    }
    return others[kind]


def _open(header: Header) -> ImageFile.ImageFile:
    """The opened file. What its decoder would allocate for was checked by the header: it must be no more than that."""
    image = _plugin(header.format)(BytesIO(header.data))
    if image.width > header.size[0] or image.height > header.size[1]:
        said = f"{header.size[0]}×{header.size[1]}"
        raise PictureError(f"contradicts itself: {said} in one place, {image.width}×{image.height} in another")
    return image


def _pixels(image: ImageFile.ImageFile, header: Header) -> Picture:
    if header.key is None:
        return canonical(_rgba(image))
    # tRNS of a grey or truecolour PNG names one sample value, to be compared at full depth: the plugin cannot.
    if header.depth == 16 and len(header.key) == 3:
        highs, lows = _wide_rgb(header)
        samples = (highs.astype(np.uint16) << 8) | lows
        rgba = np.dstack([highs, np.full(highs.shape[:2], 255, np.uint8)])
    else:
        image.load()
        samples = np.asarray(image).astype(np.uint16)
        samples = samples.reshape(*samples.shape[:2], -1)
        if header.depth in (2, 4):
            samples //= 255 // ((1 << header.depth) - 1)  # two and four bits were spread over 0–255
        rgba = _rgba(image)
    rgba[(samples == np.array(header.key, np.uint16)).all(axis=2)] = 0
    return canonical(rgba)


def _rgba(image: Image.Image) -> Picture:
    """8-bit RGBA; of 16-bit grey the high byte."""
    if image.mode.startswith("I"):
        grey = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
        return np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    return np.array(image if image.mode == "RGBA" else image.convert("RGBA"))


def _wide_rgb(header: Header) -> Iterator[Picture]:
    """High bytes, then low bytes of a 16-bit RGB PNG: big-endian samples read as little-endian give the low byte."""
    for order in ("RGB;16B", "RGB;16L"):
        with _open(header) as image:
            codec, extents, offset, _ = image.tile[0]
            image.tile = [ImageFile._Tile(codec, extents, offset, order)]
            image.load()
            yield np.array(image)


def _fitted(picture: Picture, header: Header) -> Picture:
    """On the canvas that the header announced (a GIF's canvas grows with a frame that is larger than it)."""
    width, height = header.size
    if picture.shape[:2] == (height, width):
        return picture
    if picture.shape[0] > height or picture.shape[1] > width:
        raise PictureError(f"decodes to {picture.shape[1]}×{picture.shape[0]}, its header says {width}×{height}")
    full = np.zeros((height, width, 4), np.uint8)
    full[: picture.shape[0], : picture.shape[1]] = picture
    return full
