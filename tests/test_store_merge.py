"""Joining two locks: whatever both sides bought is still there, and nobody has to buy again."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assetgen.model.cost import Cost
from assetgen.model.errors import LockError
from assetgen.model.lock import Accepted, Adopted, Block, Lock, Original, Past, Rejected
from assetgen.model.request import Request
from assetgen.store import lockfile
from assetgen.store.merge import merge
from assetgen.store.registry import originals_of


def original(number: int, name: str = "hero") -> Original:
    digest = f"{number:08x}" + "d" * 56
    return Original(f"originals/{name}/{digest[:8]}-1.png", digest, digest[::-1], (16, 16))


def result(number: int, realm: str = "official", **changes: object) -> Accepted:
    request = Request("generate", {"prompt": f"prompt {number}", "style": "rd_fast__default"})
    step = Accepted(request, realm, (original(number),), price=Cost(Decimal("0.02")), date="2026-11-21T08:00:00Z")
    return replace(step, **changes)


def block(number: int | None, name: str = "hero", **changes: object) -> Block:
    steps = () if number is None else (result(number),)
    made = Block(name, "sprite", steps, frames="f" * 64, outputs={f"generated/{name}.png": f"{number or 0:064x}"})
    return replace(made, **changes)


def text(*blocks: Block, retired: tuple[Block, ...] = ()) -> str:
    return lockfile.render(Lock({each.name: each for each in blocks}, retired))


def merged(base: str, ours: str, theirs: str) -> tuple[Mapping[str, Block], tuple[str, ...]]:
    joined = merge(base, ours, theirs)
    return lockfile.parse(joined.text).blocks, joined.notes


def test_changes_of_different_blocks_are_both_taken_verbatim() -> None:
    base = text(block(1, "a"), block(1, "b"), block(1, "c"))
    ours = text(block(2, "a"), block(1, "b"), block(1, "d"))
    theirs = text(block(1, "a"), block(3, "b"), block(1, "c"))
    joined = merge(base, ours, theirs)
    assert joined.text == text(block(2, "a"), block(3, "b"), block(1, "d"))
    assert joined.notes == ()


def test_of_two_paid_results_the_loser_goes_to_the_history() -> None:
    ours = block(2, history=(Past((result(1),)),))
    theirs = block(3, history=(Past((result(1),)),))
    blocks, notes = merged(text(block(1)), text(ours), text(theirs))
    hero = blocks["hero"]
    assert hero.steps == (result(2),)
    assert hero.history == (Past((result(1),)), Past((result(3),)))
    assert hero.frames is None
    assert hero.files is None
    assert notes == ("hero: both sides have a result of their own: kept ours, theirs is in the history",)


def test_only_one_side_bought() -> None:
    ours = block(1, reviewed={"look": "ok"})
    theirs = block(2, history=(Past((result(1),)),))
    for first, second in ((ours, theirs), (theirs, ours)):
        blocks, notes = merged(text(block(1)), text(first), text(second))
        assert blocks["hero"].steps == (result(2),)
        assert blocks["hero"].history == theirs.history
        assert blocks["hero"].reviewed == {"look": "ok"}
        assert notes == ()


def test_a_bought_result_wins_over_a_placeholder() -> None:
    free = block(None, steps=(result(9, "placeholder"),))
    paid = block(2)
    for first, second in ((free, paid), (paid, free)):
        blocks, notes = merged("", text(first), text(second))
        assert blocks["hero"].steps == (result(2),)
        assert len(notes) == 1


def test_picks_of_one_result_are_joined() -> None:
    pair = (original(1), replace(original(2), candidate=2))
    old = block(None, steps=(result(1, originals=pair),))
    picked = block(None, steps=(result(1, originals=pair, pick=pair[1].sha256),), frames="e" * 64)
    other = replace(old, reviewed={"look": "ok"}, frames="c" * 64)
    blocks, _notes = merged(text(old), text(other), text(picked))
    assert blocks["hero"].steps == picked.steps
    assert blocks["hero"].history == ()


def test_unequal_picks_are_told() -> None:
    trio = (original(1), replace(original(2), candidate=2), replace(original(3), candidate=3))
    old, ours, theirs = (
        text(block(None, steps=(result(1, originals=trio, pick=pick and pick.sha256),))) for pick in (None, *trio[1:])
    )
    blocks, notes = merged(old, ours, theirs)
    assert blocks["hero"].steps[0].pick == trio[1].sha256
    assert notes == ("hero: picked on both sides: kept candidate 2, not 3",)


def test_adoptions_are_kept() -> None:
    mine, yours = (Adopted(original(number), "final", "2026-11-21T08:00:00Z") for number in (5, 6))
    blocks, _notes = merged(text(block(1)), text(block(1, adopted=mine)), text(block(1, adopted=yours)))
    assert blocks["hero"].adopted == mine
    assert blocks["hero"].history == (Past((result(1),), yours),)
    blocks, _notes = merged(text(block(1)), text(block(1, frames=None)), text(block(1, adopted=yours)))
    assert blocks["hero"].adopted == yours
    assert blocks["hero"].history == ()


def test_removed_here_changed_there() -> None:
    gone = text(retired=(block(1),))
    blocks, notes = merged(text(block(1)), gone, text(block(2)))
    assert blocks["hero"] == block(2)
    assert notes == ("hero: removed on one side, changed on the other: kept as changed",)
    blocks, notes = merged(text(block(1)), text(block(1)), gone)
    assert blocks == {}


def test_retired_results_are_joined() -> None:
    old = block(1, "old")
    base = text(retired=(old,))
    ours = text(block(1, "revived"), retired=(block(2, "x"),))
    theirs = text(retired=(old, block(3, "y")))
    joined = lockfile.parse(merge(base, ours, theirs).text)
    assert [each.name for each in joined.retired] == ["x", "y"]
    assert set(joined.blocks) == {"revived"}


def test_a_retired_result_whose_revival_is_overruled_stays() -> None:
    kept, other = block(1), block(2)
    base = text(kept, retired=(block(3, "x"),))
    ours = text(kept)  # x was revived, and removed again by hand
    theirs = text(other, retired=(block(3, "x"),))
    joined = lockfile.parse(merge(base, ours, theirs).text)
    assert [each.name for each in joined.retired] == ["x"]


def test_derived_blocks_keep_ids_and_lose_keys() -> None:
    def atlas(**changes: object) -> Block:
        return replace(Block("atlas:a", "atlas", frames="1" * 64, pages={"size": [64, 64]}), **changes)

    blocks, notes = merged(
        text(atlas()),
        text(atlas(frames="2" * 64, ids={"x": "1"}, pages={"size": [128, 64]})),
        text(atlas(frames="3" * 64, ids={"y": "2"}, pages={"size": [64, 128]})),
    )
    assert blocks["atlas:a"].ids == {"x": "1", "y": "2"}
    assert blocks["atlas:a"].frames is None
    assert blocks["atlas:a"].pages == {"size": [128, 64]}
    assert notes == ()


def test_new_tiles_in_one_cell() -> None:
    base = block(None, tiles={"grass": 0})
    ours = block(None, tiles={"grass": 0, "stone": 1})
    theirs = block(None, tiles={"grass": 0, "bridge": 1, "sand": 2})
    blocks, notes = merged(text(base), text(ours), text(theirs))
    assert blocks["hero"].tiles == {"grass": 0, "bridge": 1, "sand": 2}
    assert notes == ("hero: tiles bridge and stone both stand in cell 1: stone gets another one",)


def test_a_side_with_conflict_markers() -> None:
    with pytest.raises(LockError, match=r"^OURS lock:2: conflict markers"):
        merge("", "version: 1\n<<<<<<< ours\n", text(block(1)))


numbers = st.one_of(st.none(), st.integers(1, 6))
versions = st.builds(
    lambda number, realm, past, adopted, rejected: block(
        None,
        steps=() if number is None else (result(number, realm),),
        history=tuple(Past((result(each),)) for each in past),
        adopted=None if adopted is None else Adopted(original(adopted + 20), "final", ""),
        rejected=None
        if rejected is None
        else Rejected(result(1).request, "official", "0" * 64, "bad", "", Cost(), (original(rejected + 40),)),
    ),
    numbers,
    st.sampled_from(["official", "example.com"]),
    st.lists(st.integers(1, 6), max_size=2, unique=True),
    numbers,
    numbers,
)
sides = st.one_of(st.just(""), st.builds(lambda one, two: text(one, retired=(two,)), versions, versions))


@settings(deadline=None, max_examples=80)
@given(sides, sides, sides)
def test_nothing_new_on_either_side_is_lost(base: str, ours: str, theirs: str) -> None:
    def held(side: str) -> set[str]:
        return {each.sha256 for each in originals_of(lockfile.parse(side))} if side else set()

    joined = merge(base, ours, theirs).text
    assert (held(ours) | held(theirs)) - held(base) <= held(joined)
    assert held(ours) & held(theirs) <= held(joined)
    assert held(joined) <= held(ours) | held(theirs)
    if ours == theirs:
        assert joined == (ours or "version: 1\n")


def test_git_itself_merges_changes_of_different_blocks(tmp_path: Path) -> None:
    """The text is made so that two branches rarely meet: git's own line merge is right for unrelated assets."""

    def write(name: str, content: str) -> str:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return str(tmp_path / name)

    names = ("a", "b", "c", "d")
    base = {name: block(1, name) for name in names}
    mine = {**base, "b": block(2, "b")}
    yours = {**base, "d": block(3, "d"), "c2": block(4, "c2")}
    files = [write(str(i), text(*side.values())) for i, side in enumerate((mine, base, yours))]
    done = subprocess.run(["git", "merge-file", "-p", *files], capture_output=True, text=True, check=True)
    assert done.stdout == merge(*(text(*side.values()) for side in (base, mine, yours))).text
