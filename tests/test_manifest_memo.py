"""The memo: a warm load gives the same manifest without reading YAML, and never an outdated one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from manifest_files import TASTE, Files, load, png, project
from patience import quick
from test_manifest_damage import FILES, RICH

from assetgen.manifest import memo
from assetgen.manifest.loading import load_with
from assetgen.model.codec import to_json
from assetgen.model.errors import ManifestError
from assetgen.model.manifest import Manifest
from assetgen.pixels import palettes


def cached(root: Path, store: dict[str, bytes]) -> tuple[Manifest, bool]:
    """The manifest and whether it was warm."""
    recent = memo.Recent()
    manifest = memo.load_cached(root, "assets.yaml", store.get, palettes.read, recent=recent)
    warm = recent.files is None
    recent.keep(store.__setitem__)
    return manifest, warm


@pytest.mark.parametrize("text", [TASTE, RICH])
def test_a_warm_load_equals_a_cold_one(tmp_path: Path, text: str) -> None:
    project(tmp_path, text, **FILES)
    store: dict[str, bytes] = {}
    first, warm = cached(tmp_path, store)
    assert not warm
    second, warm = cached(tmp_path, store)
    assert warm
    assert first == second == load(tmp_path)
    assert list(second.assets) == list(first.assets)
    assert type(second.write) is type(first.write)
    for name, asset in first.assets.items():
        assert second.assets[name] == asset
        assert json.dumps(to_json(second.assets[name])) == json.dumps(
            to_json(asset)
        )  # what keys are made of: 8 is no 8.0
        assert type(second.assets[name].steps) is tuple
        assert hash(second.assets[name].position) == hash(asset.position)


def test_the_memo_holds_in_another_clone(tmp_path: Path) -> None:
    store: dict[str, bytes] = {}
    cached(project(tmp_path / "one", TASTE, **FILES), store)
    manifest, warm = cached(project(tmp_path / "two", TASTE, **FILES), store)
    assert warm
    assert manifest.root == str(tmp_path / "two")
    assert str(tmp_path) not in b"".join(store.values()).decode()


EXTRA = """\
version: 1
include: ["packs/*.yaml"]
palettes: {p: {file: p.hex}, q: {lospec: slug}}
sprites:
  a: {file: art/a.png}
  "g_{stem}": {for_each: {glob: "glob/*.png"}, file: "{path}"}
  "t_{id}": {for_each: {file: t.csv}, file: art/a.png}
"""
EXTRA_FILES: Files = {
    "packs/one.yaml": "sprites: {packed: {file: ../art/a.png}}\n", "p.hex": "ff0000", "palettes/slug.hex": "00ff00",
    "art/a.png": png(), "glob/x.png": png(), "t.csv": "id\nu\n",
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("assets.yaml", EXTRA + "  z: {file: art/a.png}\n"),
        ("packs/one.yaml", "sprites: {other: {file: ../art/a.png}}\n"),
        ("packs/two.yaml", "sprites: {other: {file: ../art/a.png}}\n"),
        ("p.hex", "0000ff"),
        ("t.csv", "id\nv\n"),
        ("glob/y.png", png()),
        ("slug.hex", "123456"),
        ("glob/x.png", None),
        ("packs/one.yaml", None),
    ],
)
def test_whatever_shaped_the_manifest_ends_the_memo(tmp_path: Path, path: str, content: str | bytes | None) -> None:
    root = project(tmp_path, EXTRA, **EXTRA_FILES)
    store: dict[str, bytes] = {}
    cached(root, store)
    assert cached(root, store)[1]
    if content is None:
        (root / path).unlink()
        (root / path).parent.joinpath("again" + Path(path).suffix).write_bytes(png())
        if path.startswith("packs"):
            (root / "packs/again.yaml").write_text("sprites: {back: {file: ../art/a.png}}\n")
    else:
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    manifest, warm = cached(root, store)
    assert not warm
    assert manifest == load(root)
    assert cached(root, store)[1]


def test_a_file_that_vanished_or_became_a_link_is_told(tmp_path: Path) -> None:
    root = project(tmp_path / "in", EXTRA, **EXTRA_FILES)
    store: dict[str, bytes] = {}
    cached(root, store)
    (root / "art/a.png").unlink()
    with pytest.raises(ManifestError, match=r"art/a.png' does not exist"):
        cached(root, store)
    outside = tmp_path / "outside.png"
    outside.write_bytes(png())
    (root / "art/a.png").symlink_to(outside)
    with pytest.raises(ManifestError, match="leaves the project"):
        cached(root, store)
    (root / "art/a.png").unlink()
    (root / "art").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.png").write_bytes(png())
    (root / "art").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ManifestError, match="leaves the project"):
        cached(root, store)


def test_new_pixels_in_an_input_do_not_end_the_memo(tmp_path: Path) -> None:
    root = project(tmp_path, EXTRA, **EXTRA_FILES)
    store: dict[str, bytes] = {}
    cached(root, store)
    (root / "art/a.png").write_bytes(png(5, 5))
    assert cached(root, store)[1]


def test_the_size_that_an_input_gives_does(tmp_path: Path) -> None:
    text = """\
version: 1
animations: {a: {prompt: x, style: rd_advanced_animation__idle, input: ./a.png, frames: 4}}
"""
    root = project(tmp_path, text, **{"a.png": png(64, 64)})
    store: dict[str, bytes] = {}
    assert cached(root, store)[0].assets["a"].steps[0].size == (64, 64)
    (root / "a.png").write_bytes(png(96, 96))
    manifest, warm = cached(root, store)
    assert (manifest.assets["a"].steps[0].size, warm) == ((96, 96), False)


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "other", "nonsense"])
def test_a_damaged_memo_counts_as_none(tmp_path: Path, damage: str) -> None:
    root = project(tmp_path, TASTE, **FILES)
    store: dict[str, bytes] = {}
    manifest, _ = cached(root, store)
    (key,) = store
    good = store[key]
    bad = {
        "truncated": good[:-10],
        "flipped": good[:200] + bytes([good[200] ^ 1]) + good[201:],
        "empty": b"",
        "other": b"0" * 64 + good[64:],
        "nonsense": memo.sealed(json.dumps({"manifest": 3}).encode()),
    }[damage]
    store[key] = bad
    again, warm = cached(root, store)
    assert not warm
    assert again == manifest
    assert store[key] == good


def test_a_wrong_manifest_is_never_kept(tmp_path: Path) -> None:
    store: dict[str, bytes] = {}
    for _ in range(2):
        with pytest.raises(ManifestError):
            cached(project(tmp_path, "version: 1\nfoo: 1\n"), store)
    assert not store


def test_a_warm_load_imports_no_parser(tmp_path: Path) -> None:
    root = project(tmp_path, TASTE, **FILES)
    manifest, files = load_with(root, "assets.yaml", (root / "assets.yaml").read_bytes(), palettes.read)
    (tmp_path / "memo").write_bytes(memo.dump(manifest, files))
    code = f"""
import sys
from pathlib import Path
import assetgen.manifest
from assetgen.manifest import memo
root = Path({str(root)!r})
kept = (root / "memo").read_bytes()
recent = memo.Recent()
manifest = memo.load_cached(root, "assets.yaml", lambda key: kept, recent=recent)
assert recent.files is None, "cold"
assert len(manifest.assets) == 8, len(manifest.assets)
heavy = {{"yaml", "jsonschema", "numpy", "PIL", "difflib", "csv", "httpx", "rich"}} & set(sys.modules)
sys.exit(", ".join(sorted(heavy)) or None)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_thousand_entries_are_warm_in_milliseconds(tmp_path: Path) -> None:
    lines = [f"  s{n}: {{prompt: knight {n}, style: rd_fast__default, size: 64, seed: {n}}}" for n in range(1000)]
    root = project(tmp_path, "version: 1\nsprites:\n" + "\n".join(lines) + "\n")
    store: dict[str, bytes] = {}
    cached(root, store)
    assert quick(lambda: cached(root, store)[1], 0.05)  # about 3 ms


def test_load_takes_a_folder_below(tmp_path: Path) -> None:
    project(tmp_path / "sub", TASTE, **FILES)
    manifest = load(tmp_path, "sub/assets.yaml")
    assert (manifest.root, manifest.file) == (str(tmp_path / "sub"), "assets.yaml")
