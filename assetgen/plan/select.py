"""Which assets a command is about: names and globs, with all that they take and all that they feed (IDENTITY 18)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from msgspec import Struct

from assetgen.model.errors import UsageError
from assetgen.model.manifest import Manifest


class Selection(Struct, frozen=True):
    """`assets` in build order (inputs first); `palettes`, `atlases` likewise. `whole` when nothing was left out.
    `index`: the files that tell of the whole project belong to it, too; they do not to one machine's shard."""

    assets: tuple[str, ...]
    palettes: tuple[str, ...]
    atlases: tuple[str, ...]
    whole: bool
    index: bool = True


@cache
def glob_pattern(glob: str) -> re.Pattern[str]:
    """`*` and `?` stop at `/`, `**` does not."""
    parts = re.split(r"(\*\*|\*|\?)", glob)
    table = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(table.get(part) or re.escape(part) for part in parts) + r"\Z")


def matching(glob: str, names: Iterable[str]) -> list[str]:
    """The names that a glob matches, in their order; an exact name matches itself."""
    pattern = glob_pattern(glob)
    return [name for name in names if pattern.match(name)]


def build_order(manifest: Manifest, names: Iterable[str]) -> list[str]:
    """Names and all that they depend on, inputs first, otherwise in manifest order."""
    done: dict[str, None] = {}
    for name in names:
        stack = [(name, iter(manifest.assets[name].dependencies))]
        while stack:
            top, rest = stack[-1]
            following = next((n for n in rest if n not in done and n in manifest.assets), None)
            if following is not None:
                stack.append((following, iter(manifest.assets[following].dependencies)))
            else:
                done.setdefault(top)
                stack.pop()
    return list(done)


def select(manifest: Manifest, wanted: Sequence[str]) -> Selection:
    """Resolves names, globs, `palette:NAME` and `atlas:NAME`. Raises UsageError for one that matches nothing."""
    if not wanted:
        order = build_order(manifest, manifest.assets)
        return Selection(tuple(order), tuple(manifest.palettes), tuple(manifest.atlases), whole=True)
    names: dict[str, None] = {}
    palettes: dict[str, None] = {}
    atlases: dict[str, None] = {}
    for word in wanted:
        kind, _, rest = word.rpartition(":")
        if kind == "atlas" and rest in manifest.atlases:
            atlases[rest] = None
            names.update(dict.fromkeys(manifest.atlases[rest].members))
        elif kind == "palette" and rest in manifest.palettes:
            palettes[rest] = None
            names.update(dict.fromkeys(ref.name for ref in manifest.palettes[rest].sources))
        else:
            found = matching(word, manifest.assets) if not kind else []
            if not found:
                raise UsageError(_no_match(word, manifest))
            names.update(dict.fromkeys(found))
    fed = [name for name, atlas in manifest.atlases.items() if any(member in names for member in atlas.members)]
    atlases.update(dict.fromkeys(fed))
    return Selection(tuple(build_order(manifest, names)), tuple(palettes), tuple(atlases), whole=False)


def require_known(manifest: Manifest, names: Iterable[str]) -> None:
    """UsageError for the first name that is no asset's."""
    for name in names:
        if name not in manifest.assets:
            raise UsageError(_no_match(name, manifest))


def _no_match(word: str, manifest: Manifest) -> str:
    from difflib import get_close_matches

    known = [*manifest.assets, *(f"atlas:{n}" for n in manifest.atlases), *(f"palette:{n}" for n in manifest.palettes)]
    near = get_close_matches(word, known, 1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"'{word}' matches no asset{hint}"
