"""The published JSON Schema, and the checkers compiled from it. The schema alone says what keys there are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from assetgen.manifest.check import Anything, Boolean, Checker, Choice, Either, ListOf, MapOf, Number, Text

NAME = "assets.schema.json"

KEYWORDS = frozenset(
    {
        "$schema",
        "$defs",
        "$ref",
        "title",
        "description",
        "x-read",
        "x-expected",
        "type",
        "enum",
        "const",
        "anyOf",
        "allOf",
    }
    | {"properties", "patternProperties", "propertyNames", "additionalProperties", "unevaluatedProperties"}
    | {"required", "minProperties", "items", "minItems", "maxItems", "pattern", "minLength", "maxLength"}
    | {"minimum", "exclusiveMinimum", "maximum"}
)
"""All that the compiler understands; a test keeps the schema within it."""


def schema_text() -> str:
    """The JSON Schema of the manifest, as published: from the package, else from the repository's `schemas/`."""
    package = Path(__file__).parents[1]
    packaged = package / "schemas" / NAME
    place = packaged if packaged.is_file() else package.parent / "schemas" / NAME
    return place.read_text(encoding="utf-8")


@cache
def schema() -> Mapping[str, Any]:
    """The schema as data."""
    data: Mapping[str, Any] = json.loads(schema_text())
    return data


@cache
def checker(name: str) -> Checker:
    """The checker of `$defs/NAME`; of the whole document for the empty name."""
    return _compile({"$ref": f"#/$defs/{name}"} if name else schema())


def keys_of(name: str) -> Mapping[str, Checker]:
    """The keys that a map definition knows, with their checkers."""
    found = checker(name)
    if isinstance(found, Either):
        found = next(branch for branch in found.branches if isinstance(branch, MapOf))
    assert isinstance(found, MapOf)
    return found.known


@cache
def _by_name(name: str) -> Checker:
    return _compile(schema()["$defs"][name])


def _target(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """A node with its `$ref` followed; what stands beside the reference wins."""
    while "$ref" in node:
        rest = {key: value for key, value in node.items() if key != "$ref"}
        node = {**schema()["$defs"][_ref_name(node)], **rest}
    return node


def _ref_name(node: Mapping[str, Any]) -> str:
    name: str = node["$ref"].removeprefix("#/$defs/")
    return name


def _compile(node: Mapping[str, Any]) -> Checker:
    if "$ref" in node and not ({*node} - {"$ref", "title", "description"}):
        return _by_name(_ref_name(node))
    node = _target(node)
    expected = node.get("x-expected", "")
    if "anyOf" in node:
        return _compile_either(node["anyOf"], expected)
    if "enum" in node:
        return Choice(node["enum"], expected)
    if "const" in node:
        return Choice([node["const"]], expected)
    if "x-read" in node:
        limits = (node.get("pattern"), node.get("minLength", 0), node.get("maxLength"))
        return Text(expected or "text", node["x-read"], *limits)
    if "allOf" in node or "properties" in node:
        return _compile_map(node, expected)
    types = node.get("type", ())
    kind = types if isinstance(types, str) else next((t for t in types if t != "null"), "")
    return _compile_kind(kind, node, expected)


def _compile_kind(kind: str, node: Mapping[str, Any], expected: str) -> Checker:
    if kind == "object":
        return _compile_map(node, expected)
    if kind == "array":
        return ListOf(_compile(node["items"]), node.get("minItems", 0), node.get("maxItems"), expected)
    if kind in ("integer", "number"):
        return Number(kind == "integer", node, expected)
    if kind == "boolean":
        return Boolean()
    if kind == "string":
        return Text(expected or "text", "text", node.get("pattern"), node.get("minLength", 0), node.get("maxLength"))
    return Anything()


def _compile_either(branches: list[Mapping[str, Any]], expected: str) -> Checker:
    """The forms that are left once nulls are dropped and variables replaced."""
    kept = [b for b in branches if b.get("$ref") != "#/$defs/later" and b.get("type") != "null"]
    if len(kept) == 1:
        return _compile({**kept[0], "x-expected": expected} if expected else kept[0])
    return Either([_compile(branch) for branch in kept], expected)


def _compile_map(node: Mapping[str, Any], expected: str) -> Checker:
    known = {name: _compile(rule) for name, rule in _properties(node).items()}
    rest = node.get("additionalProperties", node.get("unevaluatedProperties", True))
    key = node.get("propertyNames")
    rules = {
        "known": known,
        "rest": None if rest is False else Anything() if rest is True else _compile(rest),
        "required": tuple(node.get("required", ())),
        "least": node.get("minProperties", 0),
        "key": None if key is None else Text(key["x-expected"], "text", key["pattern"], 1, None),
    }
    return MapOf(rules, expected)


def _properties(node: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The properties of a map and of all that its `allOf` names."""
    found: dict[str, Mapping[str, Any]] = {}
    for part in node.get("allOf", ()):
        found |= _properties(_target(part))
    found |= node.get("properties", {})
    return found
