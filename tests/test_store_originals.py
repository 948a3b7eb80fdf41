"""The folder of originals: created, found by digest wherever they are, never overwritten, never deleted."""

from __future__ import annotations

import hashlib
import io
import time
from pathlib import Path

import pytest
from patience import quick
from PIL import Image

from assetgen.model.errors import StoreError
from assetgen.model.lock import Accepted, Adopted, Block, Original, Past
from assetgen.model.request import Request
from assetgen.pixels.picture import file_digest
from assetgen.store.originals import Originals, relocated
from assetgen.store.stamps import Stamps


def png(color: tuple[int, int, int, int] = (200, 40, 40, 255), **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGBA", (8, 6), color).save(stream, "png", **options)
    return stream.getvalue()


def open_originals(root: Path) -> Originals:
    return Originals(
        root, stamps=Stamps(root, root / ".assetgen/stamps", clock=lambda: time.time() + 60, pixels=file_digest)
    )


def put(store: Originals, name: str = "hero", data: bytes | None = None, candidate: int = 1) -> Original:
    data = png() if data is None else data
    return store.put(name, data, candidate, extension="png", pixels=file_digest(data, "x"), size=(8, 6))


def everything(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_put_and_read(tmp_path: Path) -> None:
    store = open_originals(tmp_path)
    original = put(store, "ui/panel")
    digest = hashlib.sha256(png()).hexdigest()
    assert original == Original(
        f"originals/ui/panel/{digest[:8]}-1.png", digest, file_digest(png(), "x"), (8, 6), 1, None
    )
    assert put(store, "ui/panel") == original
    assert set(everything(tmp_path)) == {original.file, "originals/.gdignore"}
    assert open_originals(tmp_path).read(original) == png()
    assert open_originals(tmp_path).find(original) == tmp_path / original.file


def test_names_say_candidate_and_extra(tmp_path: Path) -> None:
    store = open_originals(tmp_path)
    data = b'{"a": 1}'
    digest = hashlib.sha256(data).hexdigest()
    found = store.put("hero", data, 3, "data", extension="json", pixels=digest, size=(0, 0))
    assert found.file == f"originals/hero/{digest[:8]}-3-data.json"
    assert store.read(found) == data
    adopted = store.adopt("hero", png(), extension="png", pixels=file_digest(png(), "x"), size=(8, 6))
    assert adopted.file == f"originals/hero/adopted-{adopted.sha256[:8]}.png"
    assert open_originals(tmp_path).read(adopted) == png()


def test_a_name_that_is_taken_gets_longer(tmp_path: Path) -> None:
    store = open_originals(tmp_path)
    digest = hashlib.sha256(png()).hexdigest()
    (tmp_path / "originals/hero").mkdir(parents=True)
    for length in (8, 12):
        (tmp_path / f"originals/hero/{digest[:length]}-1.png").write_bytes(b"somebody else's")
    original = put(store)
    assert original.file == f"originals/hero/{digest[:16]}-1.png"
    assert store.read(original) == png()
    assert (tmp_path / f"originals/hero/{digest[:8]}-1.png").read_bytes() == b"somebody else's"


@pytest.mark.parametrize("place", ["originals/other/{}-7.png", "originals/{}.png", "originals/a/b/renamed by hand.png"])
def test_found_wherever_it_was_moved(tmp_path: Path, place: str) -> None:
    original = put(open_originals(tmp_path))
    target = tmp_path / place.format(original.sha256[:8])
    target.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / original.file).rename(target)
    store = open_originals(tmp_path)
    assert store.find(original) == target
    assert store.read(original) == png()
    assert not store.warnings


@pytest.mark.parametrize("place", [None, "originals/elsewhere.png"])
def test_the_same_picture_in_other_bytes_is_accepted_and_said(tmp_path: Path, place: str | None) -> None:
    original = put(open_originals(tmp_path))
    (tmp_path / original.file).unlink()
    other = png(compress_level=0)
    assert other != png()
    path = tmp_path / (place or original.file)
    path.write_bytes(other)
    store = open_originals(tmp_path)
    assert store.locate(original).state == "pixels"
    assert store.read(original) == other
    assert list(store.warnings) == [f"{path.relative_to(tmp_path)} was saved anew: same picture, other bytes; accepted"]


def test_a_git_lfs_pointer_is_named_and_left_alone(tmp_path: Path) -> None:
    original = put(open_originals(tmp_path))
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{original.sha256}\nsize 90\n".encode()
    (tmp_path / original.file).write_bytes(pointer)
    store = open_originals(tmp_path)
    for ask in (store.find, store.read):
        with pytest.raises(StoreError, match="git lfs pull"):
            ask(original)
    assert everything(tmp_path)[original.file] == pointer


@pytest.mark.parametrize("content", [b"", b"no picture", png((1, 2, 3, 255)), png()[:-20]])
def test_wrong_content_is_not_there_and_said(tmp_path: Path, content: bytes) -> None:
    original = put(open_originals(tmp_path))
    (tmp_path / original.file).write_bytes(content)
    store = open_originals(tmp_path)
    assert store.find(original) is None
    with pytest.raises(StoreError, match="does not hold what was bought"):
        store.read(original)
    assert len(store.warnings) == 1
    again = put(store)
    assert again.file != original.file
    assert store.read(original) == png()
    assert everything(tmp_path)[original.file] == content


def test_missing(tmp_path: Path) -> None:
    original = put(open_originals(tmp_path))
    (tmp_path / original.file).unlink()
    assert open_originals(tmp_path).find(original) is None
    with pytest.raises(StoreError, match="not there"):
        open_originals(tmp_path).read(original)


def test_a_lock_cannot_point_out_of_the_project(tmp_path: Path) -> None:
    root = tmp_path / "game"
    root.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    digest = hashlib.sha256(png()).hexdigest()
    original = Original("../secret.png", digest, file_digest(png(), "x"), (8, 6))
    assert open_originals(root).find(original) is None
    with pytest.raises(StoreError):
        put(open_originals(root), "../../evil")


def test_move_for_a_rename(tmp_path: Path) -> None:
    store = open_originals(tmp_path)
    first, second = put(store, "ui"), put(store, "ui", png((1, 1, 1, 255)), 2)
    nested = put(store, "ui/panel", png((2, 2, 2, 255)))
    moved = store.move("ui", "hud/main")
    assert moved == {original.file: original.file.replace("/ui/", "/hud/main/") for original in (first, second)}
    assert store.find(first) == tmp_path / moved[first.file]
    assert store.find(nested) == tmp_path / nested.file
    assert not (tmp_path / first.file).exists()
    assert store.move("gone", "x") == {}
    assert store.move("hud/main", "plain")
    assert not (tmp_path / "originals/hud").exists()

    block = Block(
        "hud/main",
        "sprite",
        (Accepted(Request("generate", {"prompt": "x"}), "official", (first, second)),),
        adopted=Adopted(nested, "final", ""),
        history=(Past((Accepted(Request("generate", {}), "official", (first,)),)),),
    )
    changed = relocated(block, moved)
    assert [original.file for original in changed.steps[0].originals] == [moved[first.file], moved[second.file]]
    assert changed.history[0].steps[0].originals[0].file == moved[first.file]
    assert changed.adopted == block.adopted


def test_move_never_overwrites(tmp_path: Path) -> None:
    store = open_originals(tmp_path)
    original = put(store, "old")
    target = tmp_path / original.file.replace("/old/", "/new/")
    target.parent.mkdir()
    target.write_bytes(b"in the way")
    assert store.move("old", "new") == {}
    assert target.read_bytes() == b"in the way"
    assert store.read(original) == png()


def test_many_are_found_fast(tmp_path: Path) -> None:
    store = open_originals(tmp_path)
    folder = tmp_path / "originals/many"
    folder.mkdir(parents=True)
    known = []
    for number in range(2000):
        data = b"%d" % number
        digest = hashlib.sha256(data).hexdigest()
        known.append(Original(f"originals/gone/{digest[:8]}-1.png", digest, digest, (0, 0)))
        (folder / f"{digest[:8]}-1.png").write_bytes(data)
    assert all(store.find(original) for original in known)
    assert quick(lambda: all(store.find(original) for original in known), 1.0)
