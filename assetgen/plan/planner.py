"""The plan: an ordered list of actions with reasons and costs, and what stands in the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.model.cost import FREE, Cost
from assetgen.model.lock import Block
from assetgen.model.manifest import Asset, Kind, Manifest
from assetgen.model.plan import Action, Blocked, Plan, Verb, drifted
from assetgen.plan.evaluate import PLACEHOLDER_RESULT, REDRAWN
from assetgen.plan.prices import price_of, verb_of
from assetgen.plan.project import INDEX, WRITTEN_CHANGED, Project, palettes_of, unmade
from assetgen.plan.select import Selection
from assetgen.plan.sources import sources_of
from assetgen.plan.state import AssetState, StepState

OUTPUT_REASONS = frozenset({"output missing", "output out of date"})
"""Files to be written again although nothing that they follow from changed."""

NO_ENTRY = "no longer in the manifest"

_COLORS_CHANGED = "colors changed"

Prices = Mapping[tuple[str, int], Cost]
"""Exact prices by (asset, step), where the service was asked."""


class _Draft(Struct):
    """A plan in the making."""

    project: Project
    prices: Prices
    actions: list[Action] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    unchanged: int = 0
    buyers: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    moved: set[str] = field(default_factory=set)
    """Assets whose pictures will (or may) be others after the build."""

    @property
    def manifest(self) -> Manifest:
        return self.project.manifest


def make_plan(
    project: Project,
    selection: Selection,
    provider: str,
    prices: Prices | None = None,
    sound: Set[str] = frozenset(),
) -> Plan:
    """What build would do for a selection. Reads the disk through the project's world; writes nothing.

    `sound`: assets that were finished and written a moment ago, without anything left to say.
    """
    draft = _Draft(project, prices or {})
    for name in selection.assets:
        if name in sound:
            draft.unchanged += 1
        else:
            _plan_asset(draft, name)
    for name in selection.palettes:
        _plan_palette(draft, name)
    for name in selection.atlases:
        _plan_atlas(draft, name)
    _plan_index(draft, selection)
    if selection.whole:
        _plan_deletions(draft)
    hints = _share_equal_requests(draft)
    if selection.whole:
        hints += _renamed_and_changed(draft)
    return Plan(provider, tuple(_with_causes(draft)), tuple(draft.blocked), draft.unchanged, tuple(hints))


def _plan_asset(draft: _Draft, name: str) -> None:
    project = draft.project
    state = project.state(name)
    before = len(draft.actions)
    beneath = project.adopted_over(name) if state.blocked is None else None
    blocked = Blocked(name, "adopted", beneath) if beneath is not None else state.blocked
    if blocked is not None:
        draft.blocked.append(blocked)
    if state.renamed_from is not None:
        if state.renamed_from == name:
            draft.actions.append(Action("restore", name, state.asset.kind, "restored"))
        else:
            draft.actions.append(Action("rename", name, state.asset.kind, f"renamed from {state.renamed_from}"))
    for step in state.steps:
        _plan_step(draft, state, step)
    made_of_moved = any(dependency in draft.moved for dependency in _made_of(state))
    reason = project.stale_reason(name)
    if len(draft.actions) == before and not (state.blocked and state.blocked.state == "lost" and reason):
        if made_of_moved and reason in (None, "recipe changed", WRITTEN_CHANGED):
            reason = "its parts changed" if state.block is not None else "new"
        if reason is not None:
            draft.actions.append(Action("process", name, state.asset.kind, reason))
    if any(step.pending for step in state.steps) or made_of_moved or _pictures_change(project, name, state.block):
        draft.moved.add(name)
    _plan_drift(draft, name, state.block)
    if len(draft.actions) == before and blocked is None:
        draft.unchanged += 1


def _made_of(state: AssetState) -> tuple[str, ...]:
    return tuple(ref.name for ref in sources_of(state.asset).values())


def _pictures_change(project: Project, name: str, block: Block | None) -> bool:
    keys = project.keys(name)
    return keys is not None and (block is None or block.frames != keys.pictures)


def _plan_step(draft: _Draft, state: AssetState, step: StepState) -> None:
    asset = state.asset
    verb: Verb = verb_of(step.step.op)
    if step.status == "kept" or step.status == "held":
        return
    if step.status in ("restore", "reuse"):
        draft.actions.append(Action("restore", asset.name, asset.kind, step.reason))
        return
    realm = draft.project.realm_of(asset)
    cost = FREE if step.status == "redraw" else draft.prices.get((asset.name, step.index), price_of(step.step, realm))
    if step.status == "buy" and step.request is not None:
        draft.buyers[(realm.name, step.request.digest)].append(len(draft.actions))
    draft.actions.append(Action(verb, asset.name, asset.kind, step.reason, cost))


def _plan_drift(draft: _Draft, label: str, block: Block | None) -> None:
    if block is None:
        return
    for check in draft.project.check_outputs(block):
        if check.state == "drifted":
            draft.blocked.append(drifted(label, check.path))


def _plan_palette(draft: _Draft, name: str) -> None:
    label = f"palette:{name}"
    block = draft.project.blocks.get(label)
    palette = draft.manifest.palettes[name]
    waits = next((ref.name for ref in palette.sources if draft.project.state(ref.name).pending), None)
    reason = "new" if block is None else None
    if waits is not None:
        reason = f"waits for {waits}"
    elif block is not None:
        if block.files == draft.project.palette_files_key(name):
            reason = draft.project.outputs_reason(block)
        else:
            reason = WRITTEN_CHANGED if block.frames == draft.project.palette_key(name) else _COLORS_CHANGED
    if reason is not None:
        draft.actions.append(Action("process", label, "palette", reason))
    _plan_drift(draft, label, block)


def _plan_atlas(draft: _Draft, name: str) -> None:
    project, label = draft.project, f"atlas:{name}"
    atlas = draft.manifest.atlases[name]
    block = project.blocks.get(label)
    moved = [member for member in atlas.members if member in draft.moved]
    reason: str | None = None
    if block is None or block.frames is None:
        reason = unmade(block)
    elif moved:
        reason = f"{_some(moved)} changed"
    elif block.frames != project.atlas_key(name):
        reason = "members or options changed"
    else:
        reason = project.outputs_reason(block)
    if reason is not None:
        draft.actions.append(Action("pack", label, "atlas", reason))
    _plan_drift(draft, label, block)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _plan_index(draft: _Draft, selection: Selection) -> None:
    block = draft.project.blocks.get(INDEX)
    if block is None:
        reason: str | None = "new"
    elif any(action.reason not in {*OUTPUT_REASONS, REDRAWN} for action in draft.actions):
        reason = "assets changed"
    elif selection.whole and block.frames != draft.project.index_key():
        reason = "manifest or a template changed" if draft.project.templates() else "manifest changed"
    else:
        reason = draft.project.outputs_reason(block)
    if reason is not None and selection.index and (selection.whole or draft.actions):
        draft.actions.append(Action("export", "index", "index", reason))
    _plan_drift(draft, "index", block)


def _plan_deletions(draft: _Draft) -> None:
    """Recorded paths that no entry owns any more (rule 17); what was changed by hand is kept and named."""
    orphans = orphan_blocks(draft.project)
    names = draft.manifest.assets if orphans else ()
    owned = owned_paths(draft.project) if orphans else frozenset[str]()
    renamed = {old for name in names if (old := draft.project.state(name).renamed_from)}
    for block in orphans:
        if block.name in renamed:
            continue
        checks = draft.project.check_outputs(block)
        there = [check for check in checks if check.state != "missing" and check.path not in owned]
        paths = [check.path for check in there if check.state != "drifted"]
        draft.blocked += [drifted(block.name, check.path) for check in there if check.state == "drifted"]
        # What has no file of its own, packed as it was, still goes from the lock.
        gone: list[str | None] = [*paths] if there or block.name not in draft.project.blocks else [None]
        draft.actions += [Action("delete", block.name, _kind(block), NO_ENTRY, path=path) for path in gone]


def orphan_blocks(project: Project) -> list[Block]:
    """Blocks of names that the manifest does not have any more, and retired ones that still own a file."""
    known = known_names(project)
    gone = [block for name, block in project.blocks.items() if name not in known]
    return gone + [block for block in project.lock.retired if block.outputs]


def owned_paths(project: Project) -> frozenset[str]:
    """Outputs of what the manifest has: whoever wrote there before does not own them any more."""
    known = known_names(project)
    return frozenset(path for name, block in project.blocks.items() if name in known for path in block.outputs)


def known_names(project: Project) -> set[str]:
    """What the blocks of all that the manifest has are called."""
    manifest = project.manifest
    derived = {f"palette:{name}" for name in manifest.palettes} | {f"atlas:{name}" for name in manifest.atlases}
    return {*manifest.assets, *derived, INDEX}


def _kind(block: Block) -> Kind:
    for kind in ("sprite", "animation", "tileset", "palette", "atlas"):
        if block.kind == kind:
            return kind
    return "index"


def _share_equal_requests(draft: _Draft) -> list[str]:
    """Equal requests are one purchase: the first by name carries the price (rule 5)."""
    hints = []
    for indices in draft.buyers.values():
        if len(indices) < 2:
            continue
        ordered = sorted(indices, key=lambda i: draft.actions[i].asset)
        first = draft.actions[ordered[0]].asset
        for index in ordered[1:]:
            draft.actions[index] = replace(draft.actions[index], cost=FREE, reason=f"same request as {first}")
        entries = {_entry(draft.manifest.assets[draft.actions[i].asset]) for i in ordered}
        if len(entries) == 1:
            continue  # variants of one entry are meant to share
        others = _some([draft.actions[i].asset for i in ordered[1:]])
        hints.append(
            f"{first} and {others} ask for the same picture and share one result; "
            f"give each a 'seed', or use 'variants' on one entry, to get different ones"
        )
    return hints


def _renamed_and_changed(draft: _Draft) -> list[str]:
    """One new asset, and one of its kind gone whose results it could take along: a rename that also changed the
    request cannot be told from a new asset, and buys (rule 8)."""
    hints = []
    new = [a.asset for a in draft.actions if a.reason == "new" and a.action in ("generate", "edit", "fix")]
    fresh = [draft.manifest.assets[name] for name in dict.fromkeys(new)]
    if not fresh:
        return []
    carried = {draft.project.state(name).renamed_from for name in draft.manifest.assets}
    gone = [b for b in orphan_blocks(draft.project) if (b.steps or b.adopted) and b.name not in carried]
    for kind in ("sprite", "animation", "tileset"):
        come = [asset for asset in fresh if asset.kind == kind]
        went = [block for block in gone if block.kind == kind and block.name in draft.project.blocks]
        if len(come) == 1 and len(went) == 1:
            old, now = went[0].name, come[0].name
            hints.append(f"if {now} was {old} before, write 'was: {old}' into its entry: its pictures come along, free")
    return hints


def _entry(asset: Asset) -> str:
    """The manifest entry that the asset comes from, as far as requests are shared: variants come from one."""
    return asset.name if asset.variant is None else asset.name.rpartition("_")[0]


def _with_causes(draft: _Draft) -> list[Action]:
    """Groups by cause (rule 26): placeholders to be replaced, a palette of other colours, else a preset whose users all
    changed in the same way."""
    recolored = _recolored(draft)
    mapped = {index for indices in recolored.values() for index in indices}
    found = [
        *_placeholders(draft.actions),
        *((f"palette {name} changed", indices) for name, indices in recolored.items() if len(indices) > 1),
        *_changed_presets(draft, mapped),
    ]
    causes = {index: cause for cause, indices in found for index in indices}
    return [replace(a, cause=causes[i]) if i in causes else a for i, a in enumerate(draft.actions)]


def _placeholders(actions: Sequence[Action]) -> list[tuple[str, list[int]]]:
    drawn_here = [index for index, action in enumerate(actions) if action.reason == PLACEHOLDER_RESULT]
    return [("placeholders stand where pictures are to be bought", drawn_here)] if len(drawn_here) > 1 else []


def _recolored(draft: _Draft) -> dict[str, list[int]]:
    """By palette of other colours the actions that map to it anew."""
    changed = {action.asset.partition(":")[2] for action in draft.actions if action.reason == _COLORS_CHANGED}
    found: dict[str, list[int]] = defaultdict(list)
    for index, action in enumerate(draft.actions):
        asset = draft.manifest.assets.get(action.asset)
        if asset is not None and action.reason == "recipe changed":
            palette = next((name for name in palettes_of(asset) if name in changed), None)
            if palette is not None:
                found[palette].append(index)
    return found


def _changed_presets(draft: _Draft, but: Set[int]) -> Iterator[tuple[str, list[int]]]:
    """Presets whose users all have something to do for one and the same change, with those actions (`but` not)."""
    users: dict[str, int] = defaultdict(int)
    for asset in draft.manifest.assets.values():
        for preset in asset.preset:
            users[preset] += 1
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, action in enumerate(draft.actions):
        user = draft.manifest.assets.get(action.asset)
        if user is not None and index not in but and action.reason.endswith(" changed"):
            for preset in user.preset:
                groups[preset, action.reason].append(index)
    for (preset, _), indices in groups.items():
        if len(indices) > 1 and len({draft.actions[i].asset for i in indices}) == users[preset]:
            yield f"preset {preset} changed", indices
