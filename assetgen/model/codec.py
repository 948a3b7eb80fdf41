"""Records to plain JSON and back, by their type hints: for memos and caches, never through pickle.

Fields equal to their default are left out. Members of a union of records carry their class name under `!`.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeGuard, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

T = TypeVar("T")
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
    """The inverse of `to_json` for class `cls`. Raises KeyError, TypeError or ValueError for damaged data."""
    hint: Any = cls
    try:
        result: T = _decoder(hint)(data)
    except (AttributeError, ArithmeticError, RecursionError) as error:  # no map where one must be, no number
        raise ValueError(f"no {cls.__name__}: {error}") from error
    return result


def _plain(value: Any) -> Any:
    return value


@cache
def _encoder(cls: Any) -> Convert:
    if _is_record(cls):
        return _record_encoder(cls, frozenset())
    if issubclass(cls, tuple | list | set | frozenset):
        if issubclass(cls, set | frozenset):
            return lambda value: sorted(value)
        return lambda value: [_encode(item) for item in value]
    if issubclass(cls, Mapping):
        return lambda value: {key: _encode(item) for key, item in value.items()}
    if issubclass(cls, Decimal):
        return str
    return _plain


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


def _is_record(hint: Any) -> TypeGuard[type[Struct]]:
    return isinstance(hint, type) and issubclass(hint, Struct)


def _default(field: FieldInfo) -> Any:
    return field.default_factory() if field.default_factory is not NODEFAULT else field.default


@cache
def _decoder(hint: Any) -> Convert:
    if hint is Any or hint in (str, int, bool, type(None)):
        return _plain
    if hint is float:
        return float
    if hint is Decimal:
        return Decimal
    if _is_record(hint):
        return _record_decoder(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is typing.Literal:
        return _plain
    if origin in (Union, types.UnionType):
        return _union_decoder(args)
    if origin is tuple or (isinstance(hint, type) and issubclass(hint, tuple)):
        return _tuple_decoder(hint, args)
    if origin is frozenset:
        return frozenset
    if origin is not None and issubclass(origin, Mapping):
        item = _decoder(args[1])
        return _plain if item is _plain else lambda data: {key: item(value) for key, value in data.items()}
    raise TypeError(f"no JSON form for {hint!r}")


def _tuple_decoder(hint: Any, args: tuple[Any, ...]) -> Convert:
    if hasattr(hint, "_fields"):
        return lambda data: hint(*data)
    if len(args) == 2 and args[1] is Ellipsis:
        item = _decoder(args[0])
        return tuple if item is _plain else lambda data: tuple([item(value) for value in data])
    items = [_decoder(arg) for arg in args]
    if all(item is _plain for item in items):
        return tuple
    return lambda data: tuple([item(value) for item, value in zip(items, data, strict=True)])


def _union_decoder(args: tuple[Any, ...]) -> Convert:
    classes = {arg.__name__: _decoder(arg) for arg in args if _is_record(arg)}
    sequences = [_decoder(arg) for arg in args if get_origin(arg) is tuple or hasattr(arg, "_fields")]
    others = [_decoder(arg) for arg in args if get_origin(arg) is not None and get_origin(arg) is not tuple]
    decimal = Decimal in args

    def decode(data: Any) -> Any:
        if isinstance(data, dict) and _TAG in data:
            return classes[data[_TAG]](data)
        if isinstance(data, list) and sequences:
            return sequences[0](data)
        if isinstance(data, dict) and others:
            return others[-1](data)
        return Decimal(data) if decimal and isinstance(data, str) else data

    return decode


def _record_decoder(cls: Any) -> Convert:
    converters: dict[str, Convert] = {}

    def decode(data: Any) -> Any:
        if not converters:
            hints = get_type_hints(cls)
            converters.update({f.name: _decoder(hints[f.name]) for f in fields(cls)})
        return cls(**{key: converters[key](value) for key, value in data.items() if key != _TAG})

    return decode
