"""JSON from outside: one kind of error for everything that is wrong with it. And a writer for many short texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder as _encoder
from typing import Any


def parse_json(data: bytes | str) -> Any:
    """The value of a JSON text (bytes: UTF-8). ValueError for what is none, is nested too deep for Python, or holds
    half characters (`"\\ud800"`): a name made of one can be read, but never be written down again."""
    text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    value = _parsed(text)
    if _may_hold_halves(text):
        _written(value).encode()  # UnicodeEncodeError is a ValueError
    return value


def mended_json(data: bytes) -> Any:
    """The same for what was paid for and must not be refused: what is no character becomes `?` or U+FFFD."""
    text = data.decode("utf-8-sig", "replace")
    value = _parsed(text)
    return _parsed(_written(value).encode("utf-8", "replace").decode()) if _may_hold_halves(text) else value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _written(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _may_hold_halves(text: str) -> bool:
    return "\\ud" in text or "\\uD" in text


def writer(
    *, separators: tuple[str, str] = (", ", ": "), sort_keys: bool = False, allow_nan: bool = True
) -> Callable[[Any], str]:
    """As `json.JSONEncoder(ensure_ascii=False, …).encode`, which makes its inner encoder for every call anew: that
    takes longer than a short text."""
    plain = json.JSONEncoder(ensure_ascii=False, separators=separators, sort_keys=sort_keys, allow_nan=allow_nan)
    make: Any = getattr(_encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    item, key = separators
    chunks = make(None, plain.default, _encoder.encode_basestring, None, key, item, sort_keys, False, allow_nan)
    return lambda value: "".join(chunks(value, 0))
