"""Records to plain JSON, by which they are known, and flat ones back.

Fields equal to their default are left out. Each record carries its class name under `!`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from msgspec import NODEFAULT, Struct, convert
from msgspec.structs import FieldInfo, fields

T = TypeVar("T", bound=Struct)
Convert = Callable[[Any], Any]
_TAG = "!"


def to_json(value: Any, without: frozenset[str] = frozenset()) -> Any:
    """A record (or any value that its fields may hold) as plain JSON data; a record `without` some fields."""
    cls: Any = type(value)
    return _record_encoder(cls, without)(value) if without else _encode(value)


def _encode(value: Any) -> Any:
    cls: Any = type(value)
    return _encoder(cls)(value)


def from_json(cls: type[T], data: Any) -> T:
    """The inverse of `to_json` for a class whose fields hold no records. Raises ValueError for damaged data, and for
    fields that this version does not know: a request without one would be another request."""
    known = {field.name for field in fields(cls)}
    if not isinstance(data, dict) or not data.keys() <= {*known, _TAG}:
        raise ValueError(f"no {cls.__name__}")
    try:
        return convert({key: value for key, value in data.items() if key in known}, cls)
    except (TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"no {cls.__name__}: {error}") from error


@cache
def _encoder(cls: Any) -> Convert:
    if issubclass(cls, Struct):
        return _record_encoder(cls, frozenset())
    if issubclass(cls, tuple | list):
        return lambda value: [_encode(item) for item in value]
    if issubclass(cls, Mapping):
        return lambda value: {key: _encode(item) for key, item in value.items()}
    return lambda value: value


@cache
def _record_encoder(cls: Any, without: frozenset[str]) -> Convert:
    told = [(field.name, _default(field)) for field in fields(cls) if field.name not in without]
    name = cls.__name__

    def encode(value: Any) -> dict[str, Any]:
        data: dict[str, Any] = {_TAG: name}
        for key, default in told:
            item = getattr(value, key)
            if item is not default and item != default:
                data[key] = _encode(item)
        return data

    return encode


def _default(field: FieldInfo) -> Any:
    return field.default_factory() if field.default_factory is not NODEFAULT else field.default
