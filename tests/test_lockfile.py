"""The lock's text: same data in every YAML reader, whole after any damage, merging by blocks."""

from __future__ import annotations

import random
import re
import string
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assetgen.model.cost import UNKNOWN, Cost
from assetgen.model.errors import LockError
from assetgen.model.lock import Accepted, Adopted, Block, Lock, Original, Past, Rejected
from assetgen.model.request import Request, inexact
from assetgen.store import lockfile, yamlet
from assetgen.store.blocks import dump_block

LOOKALIKES = re.split(
    " ",
    "yes no on off y N true False null ~ Null 1 0 -1 1.5 1e3 0x1f 0b11 0o17 017 1_000 1:30 .5 .inf .nan nan NaN inf "
    "2001-12-14 2026-11-21T08:00:00Z << = - -- --- ... ? : # a# a:b a, [] {} [1] & * ! | > % @ ` 12345678 1e345678 "
    "123e4567 0b101010 +1 +.5 1. 64x64 0x40 0.18 1,000",
)
awkward = st.sampled_from([*LOOKALIKES, "", " ", " a", "a ", "a  b", "a: b", "a #b", "- a", "\t", "a\nb", "\r", "\x7f"])
text = st.one_of(
    awkward,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text("abc :#-\n\"'\\\u2028\x85\ufeff🦊{}[],&*!|>%@`", max_size=12),
)
names = st.one_of(
    st.from_regex(r"[a-z][a-z0-9_-]{0,8}(/[a-z0-9][a-z0-9_-]{0,5})?", fullmatch=True),
    st.sampled_from(["version", "retired", "on", "null", "palette:dusk", "atlas:characters", "export:godot", "y"]),
)
digests = st.one_of(
    st.text("0123456789abcdef", min_size=64, max_size=64), st.sampled_from(["1" * 64, "0b" + "1" * 62, "1e" + "7" * 62])
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), text)
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(text, inner, max_size=4)),
    max_leaves=12,
)
prices = st.builds(
    Cost,
    st.one_of(st.none(), st.decimals(0, 10**6, places=4)),
    st.sampled_from(["USD", "credits"]),
    st.sampled_from([(), (Cost(Decimal("5.5"), "credits"),), (Cost(None, "credits"), Cost(Decimal(3), "EUR x"))]),
)
requests = st.builds(
    Request,
    st.sampled_from(["generate", "image_edit", "fix_standard"]),
    st.dictionaries(st.sampled_from(["prompt", "style", "seed", "api", "strength", "references"]), json_values).filter(
        lambda fields: not inexact(fields)  # no request can hold them
    ),
    st.one_of(st.none(), digests),
    st.integers(1, 16),
    st.integers(0, 3),
    st.just(False),
    provider=st.sampled_from(["retrodiffusion", "other"]),
)
originals = st.builds(
    Original,
    text,
    digests,
    digests,
    st.tuples(st.integers(1, 4096), st.integers(1, 4096)),
    st.integers(1, 16),
    st.sampled_from([None, "data", "background"]),
)
accepted = st.builds(
    Accepted,
    requests,
    st.sampled_from(["official", "placeholder", "localhost:8000"]),
    st.lists(originals, max_size=2).map(tuple),
    st.one_of(st.none(), digests),
    prices,
    st.one_of(st.none(), text),
    text,
    st.dictionaries(text, json_values, max_size=2),
    st.lists(text, max_size=2).map(tuple),
)
adopted = st.builds(Adopted, originals, st.sampled_from(["final", "original"]), text)
rejected = st.builds(Rejected, requests, text, digests, text, text, prices, st.lists(originals, max_size=1).map(tuple))
pasts = st.builds(Past, st.lists(accepted, max_size=2).map(tuple), st.none() | adopted, st.none() | rejected)
blocks = st.builds(
    Block,
    name=names,
    kind=st.sampled_from(["sprite", "animation", "index"]),
    steps=st.lists(accepted, max_size=2).map(tuple),
    rejected=st.none() | rejected,
    adopted=st.none() | adopted,
    reviewed=st.dictionaries(text, text, max_size=2),
    layout=st.none() | text,
    frames=st.none() | digests,
    files=st.none() | digests,
    outputs=st.dictionaries(text, digests, max_size=3),
    ids=st.dictionaries(text, text, max_size=2),
    tiles=st.dictionaries(text, st.integers(), max_size=2),
    pages=json_values,
    history=st.lists(pasts, max_size=2).map(tuple),
    tool=st.none() | digests,
    partial=st.lists(text, max_size=2).map(tuple),
)


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    found = draw(st.lists(blocks, max_size=4))
    return Lock({block.name: block for block in found}, tuple(draw(st.lists(blocks, max_size=2))))


def sprite(name: str, number: int = 0, **changes: object) -> Block:
    digest = f"{number:x}".rjust(8, "a") + "f" * 56
    original = Original(f"originals/{name}/{digest[:8]}-1.png", digest, digest[::-1], (64, 64))
    request = Request("generate", {"prompt": f"knight {number}", "style": "rd_pro__default", "width": 64, "height": 64})
    step = Accepted(request, "official", (original,), price=Cost(Decimal("0.18")), date="2026-11-21T08:00:00Z")
    outputs = {f"generated/sprites/{name}.png": digest}
    return replace(Block(name, "sprite", (step,), outputs=outputs, frames=digest), **changes)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(text, json_values, min_size=1, max_size=4))
def test_every_yaml_reader_reads_the_same_data(data: dict[str, object]) -> None:
    lines = yamlet.dump(data)
    assert yamlet.load(lines) == data
    assert yaml.safe_load("\n".join(lines)) == data


@settings(deadline=None, max_examples=40)
@given(locks())
def test_round_trip(lock: Lock) -> None:
    written = lockfile.render(lock)
    assert lockfile.parse(written) == lock
    assert lockfile.render(lockfile.parse(written)) == written
    read = yaml.safe_load(written)
    assert read.pop("version") == 1
    assert len(read.pop("retired", [])) == len(lock.retired)
    assert list(read.values()) == [dump_block(lock.blocks[name]) for name in sorted(lock.blocks)]


@settings(deadline=None, max_examples=300)
@given(st.randoms(use_true_random=False), st.integers(0, 2))
def test_damage_is_an_error_with_a_line(rng: random.Random, edits: int) -> None:
    lock = Lock({name: sprite(name, index) for index, name in enumerate(("hero", "ui/panel"))}, (sprite("old"),))
    written = lockfile.render(lock)
    for _edit in range(edits + 1):
        at = rng.randrange(len(written))
        new = rng.choice(["", "\n", "  ", '"', ": ", "- ", "<<<<<<< ours\n", rng.choice(string.printable), "\x00", "é"])
        written = written[:at] + new + written[at + rng.choice([0, 1, 40]) :]
    try:
        lockfile.parse(written)
    except LockError as error:
        message = str(error)
    else:
        message = "assets.lock:1"
    file, line = message.split(":")[:2]
    assert file == "assets.lock"
    assert int(line) <= written.count("\n") + 1


def test_text_of_a_block() -> None:
    assert lockfile.render(Lock({"hero": sprite("hero", 7)})) == (
        """\
version: 1

hero:
  frames: aaaaaaa7ffffffffffffffffffffffffffffffffffffffffffffffffffffffff
  kind: sprite
  outputs:
    generated/sprites/hero.png: aaaaaaa7ffffffffffffffffffffffffffffffffffffffffffffffffffffffff
  steps:
    - date: "2026-11-21T08:00:00Z"
      op: generate
      originals:
        - file: originals/hero/aaaaaaa7-1.png
          pixels: ffffffffffffffffffffffffffffffffffffffffffffffffffffffff7aaaaaaa
          sha256: aaaaaaa7ffffffffffffffffffffffffffffffffffffffffffffffffffffffff
          size: 64x64
      price: 0.18 USD
      realm: official
      request:
        height: 64
        prompt: knight 7
        style: rd_pro__default
        width: 64
      seed: SEED
""".replace("SEED", str(sprite("hero", 7).steps[0].request.seed))
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("version: 1\n", "version: 2\n", 1, "newer assetgen"),
        ("version: 1\n", "", 1, "version: 1"),
        ("  kind: sprite", "  kind: sprite\n  colour: red", 6, "colour"),
        ("64x64", "64", 15, "expected text"),
        ("0.18 USD", "a lot", 16, "0.18 USD"),
        ("knight 7", "[knight", 20, "unquoted"),
        ("knight 7", '"knight', 20, "not closed"),
        ("        style", "       style", 21, "indentation"),
        ("        width", "        style", 22, "twice"),
        ("  kind", "<<<<<<< HEAD\n  kind", 5, "merge-lock"),
        ("seed: ", "hero: ", 23, "hero"),
        ("height: 64", "height: 99999999999999999", 19, "larger than 9007199254740991"),
        ("width: 64", "width: [1, 99999999999999999]", 22, "larger than 9007199254740991"),
    ],
)
def test_damage_names_its_line(old: str, new: str, line: int, words: str) -> None:
    written = lockfile.render(Lock({"hero": sprite("hero", 7)})).replace(old, new, 1)
    with pytest.raises(LockError, match=rf"^assets\.lock:{line}: ") as caught:
        lockfile.parse(written)
    assert words in str(caught.value)
    assert caught.value.exit_status == 2


def test_two_blocks_of_one_name() -> None:
    written = lockfile.render(Lock({"hero": sprite("hero")}))
    with pytest.raises(LockError, match=r"^assets\.lock:25: a second block `hero`"):
        lockfile.parse(written + "\n" + written.split("\n\n")[1])


def test_windows_line_ends_and_a_lost_empty_line_are_read() -> None:
    lock = Lock({name: sprite(name) for name in ("a", "b")})
    written = lockfile.render(lock)
    assert lockfile.parse(written.replace("\n\nb:", "\nb:")) == lock


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "assets.lock"
    path.write_bytes(b"version: 1\n\nhero:\n  kind: \xff\n")
    with pytest.raises(LockError, match=r"^assets\.lock:4: .*UTF-8"):
        lockfile.read(path)


def test_windows_line_ends(tmp_path: Path) -> None:
    lock = Lock({"hero": sprite("hero")})
    path = tmp_path / "assets.lock"
    path.write_bytes(lockfile.render(lock).replace("\n", "\r\n").encode())
    assert lockfile.read(path).lock == lock


def test_no_file_is_an_empty_lock(tmp_path: Path) -> None:
    found = lockfile.read(tmp_path / "assets.lock")
    assert found.digest is None
    assert found.lock == Lock()
    assert lockfile.update(tmp_path / "assets.lock", {}, found).file.digest is None


def test_update_keeps_other_text_verbatim(tmp_path: Path) -> None:
    path = tmp_path / "assets.lock"
    written = lockfile.render(Lock({name: sprite(name) for name in ("a", "b", "c")}))
    by_hand = written.replace("  kind: sprite\n  outputs", '  kind: "sprite"\n  outputs')  # quoted without need
    path.write_text(by_hand, encoding="utf-8")
    base = lockfile.read(path)
    done = lockfile.update(path, {"b": sprite("b", 2), "a": None, "d": sprite("d")}, base, retire=[sprite("a")])
    assert done.left == ()
    again = lockfile.read(path)
    assert again == done.file
    assert set(again.lock.blocks) == {"b", "c", "d"}
    assert again.lock.retired == (sprite("a"),)
    assert again.verbatim["c"] == base.verbatim["c"]
    assert again.lock.blocks["b"] == sprite("b", 2)


def test_update_leaves_a_block_that_somebody_changed(tmp_path: Path) -> None:
    path = tmp_path / "assets.lock"
    path.write_text(lockfile.render(Lock({name: sprite(name) for name in ("a", "b")})), encoding="utf-8")
    base = lockfile.read(path)
    theirs = lockfile.update(path, {"a": sprite("a", 1), "c": sprite("c", 1)}, base).file
    mine = lockfile.update(
        path, {"a": None, "b": sprite("b", 2), "c": sprite("c", 1)}, base, retire=[sprite("a"), sprite("z")]
    )
    assert mine.left == ("a",)
    assert mine.file.lock.blocks["a"] == theirs.lock.blocks["a"]
    assert mine.file.lock.blocks["b"] == sprite("b", 2)
    assert mine.file.lock.retired == (sprite("z"),)
    again = lockfile.update(path, {"a": sprite("a", 3), "b": sprite("b", 3)}, mine.file)
    assert again.left == ("a",)
    assert again.file.lock.blocks == {**mine.file.lock.blocks, "b": sprite("b", 3)}


def test_revive_takes_a_result_out_of_the_retired(tmp_path: Path) -> None:
    path = tmp_path / "assets.lock"
    done = lockfile.update(path, {"b": sprite("b")}, lockfile.LockFile(), retire=[sprite("a"), sprite("c")])
    done = lockfile.update(path, {"new": sprite("new")}, done.file, revive=[("new", sprite("a"))])
    assert done.file.lock.retired == (sprite("c"),)
    assert lockfile.read(path) == done.file


def test_names_that_the_format_uses_itself() -> None:
    lock = Lock({name: sprite(name) for name in ("version", "retired", "on")}, (sprite("retired"),))
    assert lockfile.parse(lockfile.render(lock)) == lock


def test_memo_gives_the_same_lock_and_survives_damage() -> None:
    class Memo(dict[str, bytes]):
        def put(self, key: str, data: bytes) -> None:
            self[key] = data

    memo = Memo()
    lock = Lock({name: sprite(name) for name in ("a", "b")}, (sprite("c"),))
    written = lockfile.render(lock)
    assert lockfile.parse(written, memo=memo) == lock
    (key,) = memo
    assert lockfile.parse(written, memo=memo) == lock
    digest = memo[key][:64]
    for damage in (b"", digest, digest + b"[]", digest + b'{"a": 3}', digest + b"\xff", b"0" * 64 + memo[key][64:]):
        memo[key] = damage
        assert lockfile.parse(written, memo=memo) == lock
    other = Lock({"a": sprite("a", 9)})
    assert lockfile.parse(lockfile.render(other), memo=memo) == other
    assert len(memo) == 1


def test_an_unknown_price_is_kept() -> None:
    block = sprite("a")
    block = replace(block, steps=(replace(block.steps[0], price=UNKNOWN),))
    assert lockfile.parse(lockfile.render(Lock({"a": block}))).blocks["a"] == block
