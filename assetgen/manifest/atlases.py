"""Atlases: member globs resolved, options, no asset in two of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assetgen.manifest.expand import expand_plain
from assetgen.manifest.files import glob_regex, is_glob
from assetgen.manifest.messages import did_you_mean, quoted
from assetgen.manifest.nodes import Entry, Located, Problems
from assetgen.manifest.recipe import scales
from assetgen.model.manifest import Asset, Atlas

_FLAGS = ("trim", "pot", "square", "indexed")
_NUMBERS = ("max_size", "padding", "extrude")


def read_atlases(
    entries: Mapping[str, Entry],
    variables: Mapping[str, str],
    assets: Mapping[str, Asset],
    names: Mapping[str, Any],
    problems: Problems,
) -> dict[str, Atlas]:
    """All atlases. `assets` are the finished ones, `names` all that the manifest declares (some may be wrong)."""
    found: dict[str, Atlas] = {}
    owner: dict[str, str] = {}
    for entry, values, where in expand_plain("atlas", entries, variables, problems):
        included: dict[str, Located] = {}
        for pattern in values.get("include") or ():
            for name in _matches(pattern, names, assets, where, problems):
                included.setdefault(name, pattern)
        for pattern in values.get("exclude") or ():
            for name in _matches(pattern, names, assets, where, problems):
                included.pop(name, None)
        _explain_empty(included, assets, where, problems)
        members = [name for name in names if name in included and (name not in assets or assets[name].export)]
        for name in members:
            first = owner.setdefault(name, entry.key)
            if first != entry.key:
                tail = f"it is in {quoted(first)} already; an asset is in at most one atlas"
                problems.add(included[name].position, f"{quoted(name)} cannot join", where=where, tail=tail)
        options: dict[str, Any] = {k: values[k] for k in (*_FLAGS, *_NUMBERS, "layout") if values.get(k) is not None}
        _check_geometry(options, entry, where, problems)
        members = [name for name in members if name in assets]
        found[entry.key] = Atlas(
            entry.key,
            entry.position,
            tuple(members),
            scales=scales(values.get("scale")),
            optimize=bool(members) and all(assets[name].optimize for name in members),
            **options,
        )
    return found


def _matches(
    pattern: Any, names: Mapping[str, Any], assets: Mapping[str, Asset], where: str, problems: Problems
) -> list[str]:
    """Asset names that a name or glob means; matching nothing is a problem. A glob that takes in every piece of a cut
    sheet means the sheet, whose pieces are packed together."""
    if not isinstance(pattern, Located):
        return []
    if not is_glob(pattern):
        if pattern in names:
            return [str(pattern)]
        tail = did_you_mean(pattern, names)
        problems.add(pattern.position, f"{quoted(pattern)} is no asset", where=where, tail=tail)
        return []
    regex = glob_regex(pattern)
    matched = [name for name in names if regex.fullmatch(name) or _takes_pieces(regex, assets.get(name))]
    if not matched:
        tail = "'*' stops at '/'; write '**' to go deeper" if any(name.find("/") > 0 for name in names) else ""
        problems.add(pattern.position, f"{quoted(pattern)} matches no asset", where=where, tail=tail)
    return matched


def _takes_pieces(regex: re.Pattern[str], asset: Asset | None) -> bool:
    if asset is None or asset.cut is None:
        return False
    pieces = [piece for piece in asset.cut.names if piece is not None] or ["00"]
    return all(regex.fullmatch(f"{asset.name}/{piece}") for piece in pieces)


def _explain_empty(
    included: Mapping[str, Located], assets: Mapping[str, Asset], where: str, problems: Problems
) -> None:
    """A pattern that matches only assets which are not exported packs nothing: say so."""
    by_pattern: dict[Located, list[str]] = {}
    for name, pattern in included.items():
        by_pattern.setdefault(pattern, []).append(name)
    for pattern, names in by_pattern.items():
        if all(name in assets and not assets[name].export for name in names):
            tail = "parts are packed with the animation that they belong to, unless they say 'export: true'"
            problems.add(
                pattern.position, f"{quoted(pattern)} matches only what is not exported", where=where, tail=tail
            )


def _check_geometry(options: Mapping[str, Any], entry: Entry, where: str, problems: Problems) -> None:
    page = options.get("max_size", 2048)
    around = 2 * (options.get("padding", 2) + options.get("extrude", 0))
    if page <= around:
        head = f"pages of {page} pixels leave no room beside padding and extrusion"
        problems.add(entry.position, head, where=where, tail="raise 'max_size'")
    if options.get("pot") and page & (page - 1):
        lower = 1 << (page.bit_length() - 1)
        tail = f"write {lower} or {lower * 2}"
        problems.add(
            entry.position, f"'max_size: {page}' is no power of two, but 'pot' is asked for", where=where, tail=tail
        )
