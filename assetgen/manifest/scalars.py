"""YAML 1.2 core scalars: what a plain text means where a number, a boolean or anything may stand."""

from __future__ import annotations

import re
from typing import Any

from assetgen.manifest.nodes import NULLS, Items, Map, Node, Scalar

_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]{1,20}")
_BASED = re.compile(r"0o([0-7]{1,22})|0x([0-9a-fA-F]{1,16})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def boolean(text: str) -> bool | None:
    """True or False, or None when the text is no boolean."""
    return True if text in _TRUE else False if text in _FALSE else None


def integer(text: str) -> int | None:
    """A whole number of 64 bits, with or without a sign, or None."""
    based = _BASED.fullmatch(text)
    if based is None and _INTEGER.fullmatch(text) is None:
        return None
    value = int(text) if based is None else int(based[1], 8) if based[1] else int(based[2], 16)
    return value if -(1 << 63) <= value < 1 << 64 else None


def number(text: str) -> int | float | None:
    """A finite number, or None."""
    whole = integer(text)
    if whole is not None:
        return whole
    if len(text) <= 64 and _FLOAT.fullmatch(text):
        value = float(text)
        return value if abs(value) < 1e300 else None
    return None


def core(scalar: Scalar) -> Any:
    """The value of a scalar by the core schema: null, boolean, number or text; quoted ones are text."""
    if not scalar.plain:
        return scalar.text
    if scalar.text in NULLS:
        return None
    truth = boolean(scalar.text)
    if truth is not None:
        return truth
    value = number(scalar.text)
    return scalar.text if value is None else value


def plain_json(node: Node) -> Any:
    """A whole subtree by the core schema: for `meta`, `api` and options that the grammar does not know."""
    if isinstance(node, Scalar):
        return core(node)
    if isinstance(node, Items):
        return [plain_json(item) for item in node.items]
    return {key: plain_json(entry.value) for key, entry in node.entries.items()}


def kind_of(node: Node) -> str:
    """`a list`, `a map`, or the scalar's text in quotes: for messages."""
    from assetgen.manifest.messages import quoted

    if isinstance(node, Map):
        return "a map"
    if isinstance(node, Items):
        return "a list"
    if node.is_null:
        return "an empty value"
    return quoted(node.text)
