"""From a layout's default tags and the manifest's rules to the tags of one animation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.catalog.layouts import default_loop
from assetgen.model.errors import AssetError
from assetgen.model.layout import DEFAULT_DURATION, Cell, Layout, Loop, Tag
from assetgen.model.manifest import TagRule, Timing
from assetgen.model.position import Position

WHOLE = "animation"
"""The tag of a plain grid or file whose manifest entry names none."""


class _Draft(Struct):
    """A tag while rules are applied. What is None comes from `source` (a mirrored tag's original) or the defaults.

    `file` is the tag as a file brought it, its ping-pong already written out. `added`: a rule made it.
    """

    default: str
    name: str
    cells: tuple[Cell, ...] | None = None
    fps: float | None = None
    durations: tuple[int, ...] | None = None
    loop: Loop | None = None
    file: Tag | None = None
    renamed: bool = False
    added: bool = False
    source: _Draft | None = None
    position: Position | None = None

    @property
    def touched(self) -> bool:
        return self.renamed or any(part is not None for part in (self.cells, self.fps, self.durations, self.loop))

    def played(self) -> tuple[Cell, ...]:
        if self.cells is not None:
            return self.cells
        assert self.source is not None
        return tuple(replace(cell, mirrored=not cell.mirrored) for cell in self.source.played())


class _Sheet(Struct):
    """What all tags of one animation share."""

    count: int
    columns: int
    timing: Timing
    directions: Mapping[str, str]
    empty: frozenset[int] = frozenset()
    each: tuple[int, ...] | None = None
    drafts: list[_Draft] = field(default_factory=list)

    @property
    def every(self) -> tuple[Cell, ...]:
        return tuple(Cell(index) for index in range(self.count) if index not in self.empty)


def resolve_tags(
    layout: Layout | None,
    cells: int,
    timing: Timing,
    directions: Mapping[str, str],
    *,
    columns: int,
    rows: int,
    given: Sequence[Tag] = (),
    named: bool = False,
    cell_durations: Sequence[int] | None = None,
) -> tuple[Tag, ...]:
    """The tags of one animation, each one cycle in play order with a duration in milliseconds for each step.

    `cells` is the number of cells cut (usually `columns` × `rows`). `given` are tags that a file brought along, in
    place of the layout's (`named`: other assets did, their directions are renamed already); `cell_durations` its
    milliseconds a cell. `directions` renames direction suffixes.
    A tag that plays `pingpong` is written out (a b c is a b c b). Mirrored directions of `timing.mirror` are added
    where they are missing. Raises AssetError, with the rule's position, naming the tag or cell.
    """
    each = tuple(cell_durations) if cell_durations else None
    empty = layout.empty if layout else frozenset()
    sheet = _Sheet(cells, columns, timing, directions, empty, each)
    if given:
        sheet.drafts = [_brought(tag, {} if named else directions) for tag in given]
    else:
        sheet.drafts = _defaults(layout, timing.rules, sheet)
    _add_mirrored(sheet)
    for rule in timing.rules:
        _apply(rule, sheet)
        _add_mirrored(sheet)
    return _finish(sheet, rows)


def revise(tags: Sequence[Tag], rules: Sequence[TagRule]) -> tuple[Tag, ...]:
    """Finished tags after further rules, as members of `parts` take them; `cells` count in the tag's own sheet."""
    top = max((cell.index for tag in tags for cell in tag.cells), default=-1)
    sheet = _Sheet(top + 1, top + 1, Timing(rules=tuple(rules)), {}, drafts=[_brought(tag, {}) for tag in tags])
    for rule in rules:
        _apply(rule, sheet)
    return _finish(sheet, 1)


def matching(patterns: Iterable[str], names: Sequence[str]) -> tuple[str, ...]:
    """The names that any of the globs match, in their own order (`grounded`)."""
    wanted = tuple(patterns)
    return tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in wanted))


def faces(tag: str, direction: str) -> bool:
    """Whether a tag's name ends in a direction, or is one."""
    return tag == direction or tag.endswith("_" + direction)


def _defaults(layout: Layout | None, rules: Sequence[TagRule], sheet: _Sheet) -> list[_Draft]:
    if layout is not None:
        drafts = []
        for row in layout.tags:
            name = _renamed(row.name, sheet.directions)
            drafts.append(_Draft(row.name, name, sheet.every if row.cells is None else row.cells))
        return drafts
    if any(rule.cells is not None and rule.pattern != WHOLE for rule in rules):
        return []  # a plain grid of which the manifest names the parts
    return [_Draft(WHOLE, WHOLE, sheet.every)]


def _brought(tag: Tag, directions: Mapping[str, str]) -> _Draft:
    return _Draft(tag.name, _renamed(tag.name, directions), tag.cells, file=tag)


def _renamed(name: str, directions: Mapping[str, str]) -> str:
    action, bar, direction = name.rpartition("_")
    return f"{action}_{directions[direction]}" if bar and direction in directions else name


def _add_mirrored(sheet: _Sheet) -> None:
    """Add each missing direction, mirrored; copies that no rule has touched follow their originals."""
    sheet.drafts = [draft for draft in sheet.drafts if draft.source is None or draft.touched]
    for target, source in sheet.timing.mirror.items():
        for draft in list(sheet.drafts):
            for wanted, original in ((target, source), tuple(sheet.directions.get(d, d) for d in (target, source))):
                if draft.source is None and faces(draft.name, original):
                    name = draft.name.removesuffix(original) + wanted
                    name = name if draft.renamed else _renamed(name, sheet.directions)
                    if not any(other.name == name for other in sheet.drafts):
                        own = original if faces(draft.default, original) else source
                        default = draft.default.removesuffix(own) + (wanted if own == original else target)
                        sheet.drafts.append(_Draft(default, name, source=draft))
                    break


def _apply(rule: TagRule, sheet: _Sheet) -> None:
    hits = [draft for draft in sheet.drafts if fnmatchcase(draft.name, rule.pattern)]
    if rule.cells is not None:  # a tag of its own, be another one's new name the same
        hits = [draft for draft in hits if not draft.added or draft.renamed or draft.default == rule.pattern]
    hits = hits or [draft for draft in sheet.drafts if fnmatchcase(draft.default, rule.pattern)]
    if not hits:
        if rule.cells is None or any(sign in rule.pattern for sign in "*?["):
            raise AssetError(_unknown(rule.pattern, sheet), position=rule.position)
        hits = [_Draft(rule.pattern, _renamed(rule.pattern, sheet.directions), added=True, position=rule.position)]
        sheet.drafts += hits
    if rule.name is not None and len(hits) > 1:
        names = ", ".join(draft.name for draft in hits)
        raise AssetError(f"{rule.pattern} matches several tags ({names}): one name cannot serve all",
                         position=rule.position)  # fmt: skip
    if rule.cells is not None and any(draft.renamed and draft.default != rule.pattern for draft in hits):
        raise AssetError(f"two tags are called {rule.pattern}", position=rule.position)
    for draft in hits:
        draft.position = rule.position
        if rule.cells is not None:
            draft.cells = tuple(_cell(index, draft, rule, sheet) for index in rule.cells)
            draft.file = None
        if rule.fps is not None or rule.durations is not None:
            draft.fps, draft.durations = rule.fps, rule.durations
        if rule.loop is not None:
            draft.loop = rule.loop
        if rule.name is not None:
            draft.name, draft.renamed = rule.name, True


def _cell(index: int, draft: _Draft, rule: TagRule, sheet: _Sheet) -> Cell:
    if 0 <= index < sheet.count:
        return Cell(index)
    raise AssetError(
        f"tag {draft.name}: cell {index} is not on the sheet, whose {sheet.count} cells count from 0",
        position=rule.position,
    )


def _unknown(pattern: str, sheet: _Sheet) -> str:
    from difflib import get_close_matches

    names = [draft.name for draft in sheet.drafts]
    close = get_close_matches(pattern, names, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(names) or 'none'}"
    return f"no tag is called {pattern}; {hint} (a new tag needs cells)"


def _finish(sheet: _Sheet, rows: int) -> tuple[Tag, ...]:
    tags: list[Tag] = []
    for draft in _in_order(sheet.drafts):
        for cell in draft.played():
            if cell.index >= sheet.count:
                raise AssetError(
                    f"tag {draft.name}: cell {cell.index} is not on the sheet of {sheet.columns}×{rows} cells",
                    position=draft.position,
                )
        tags.append(_cycle(draft, sheet))
    _no_duplicates(tags, sheet.drafts)
    return tuple(tags)


def _in_order(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Mirrored tags after the last tag of their action, so that directions stay together."""
    ordered = [draft for draft in drafts if draft.source is None]
    for draft in drafts:
        if draft.source is not None:
            action = draft.name.rpartition("_")[0]
            same = [place for place, other in enumerate(ordered) if other.name.rpartition("_")[0] == action]
            ordered.insert(same[-1] + 1 if same else len(ordered), draft)
    return ordered


def _cycle(draft: _Draft, sheet: _Sheet) -> Tag:
    cells = draft.played()
    if not cells:
        raise AssetError(f"tag {draft.name} has no cells", position=draft.position)
    origin = draft.source or draft
    brought = origin.file.loop if origin.file else None
    loop = draft.loop or origin.loop or sheet.timing.loop or brought or default_loop(origin.default)
    durations = _times(draft, cells, sheet)
    if loop == "pingpong" and brought != "pingpong":
        cells, durations = cells + cells[-2:0:-1], durations + durations[-2:0:-1]
    return Tag(draft.name, cells, durations, loop)


def _times(draft: _Draft, cells: Sequence[Cell], sheet: _Sheet) -> tuple[int, ...]:
    """Milliseconds a step: the tag's own rule, else the animation's, else the file's, else the default."""
    for holder in (draft, draft.source, sheet.timing):
        if holder is None:
            continue
        if holder.durations is not None:
            return _spread(draft, holder.durations, cells, sheet.count if holder is sheet.timing else None)
        if holder.fps is not None:
            return (max(1, round(1000 / holder.fps)),) * len(cells)
    file = (draft.source or draft).file
    if file is not None:
        return file.durations
    if sheet.each is not None:
        return tuple(sheet.each[cell.index] or DEFAULT_DURATION for cell in cells)
    return (DEFAULT_DURATION,) * len(cells)


def _spread(draft: _Draft, durations: tuple[int, ...], cells: Sequence[Cell], count: int | None) -> tuple[int, ...]:
    """One duration for all, one a step, or (`count`: for the whole animation) one a cell of the sheet."""
    if len(durations) == 1:
        return durations * len(cells)
    if len(durations) == len(cells):
        return durations
    if len(durations) == count:
        return tuple(durations[cell.index] for cell in cells)
    raise AssetError(
        f"tag {draft.name} has {len(cells)} step{'s' * (len(cells) != 1)} and {len(durations)} durations: "
        "give one, or one a step",
        position=draft.position,
    )


def _no_duplicates(tags: Sequence[Tag], drafts: Sequence[_Draft]) -> None:
    seen: set[str] = set()
    for tag in tags:
        if tag.name in seen:
            position = next((d.position for d in reversed(drafts) if d.name == tag.name and d.position), None)
            raise AssetError(f"two tags are called {tag.name}", position=position)
        seen.add(tag.name)
