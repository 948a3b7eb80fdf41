"""Finding exporters, the seams of the protocol, owned keys, and that nothing is imported before it is used."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import SimpleNamespace

import pytest
from export_sample import sample
from msgspec.structs import replace
from workbench import bench

from assetgen.export import base
from assetgen.export.base import BUILTIN, Context, Output, OwnedKeys, exporter, names, problems, roles
from assetgen.model.built import Built, BuiltSprite
from assetgen.model.errors import UsageError
from assetgen.model.manifest import Asset, AssetKind, Atlas, Engine, Manifest
from assetgen.model.position import Position

ROOT = Path(__file__).parent.parent
AT = Position("assets.yaml", 7, 3)


def manifest(*assets: tuple[str, AssetKind], engines: tuple[Engine, ...] = ()) -> Manifest:
    made = {}
    for number, (name, kind) in enumerate(assets, 10):
        made[name] = Asset(name, kind, Position("assets.yaml", number, 1), "file")
    return Manifest("/game", "assets.yaml", "lantern", assets=made, engines=engines)


def engine(name: str, **options: object) -> Engine:
    return Engine(name, options, AT)


def test_entry_points_name_every_builtin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    points = project["project"]["entry-points"]["assetgen.exporters"]
    assert points == {name: f"assetgen.export.{name}" for name in BUILTIN}


@pytest.mark.parametrize("name", BUILTIN)
def test_every_builtin_is_an_exporter(name: str) -> None:
    found = exporter(name)
    assert found.name == name
    assert found.needs <= {"single", "sheet", "frames", "palettes", "atlas"}
    assert {item.partition(":")[0] for item in found.always} <= {"sprite", "animation", "tileset"}
    assert found.check(manifest()) == []
    nothing = Built(None, {}, {}, {})
    assert all(output.owner == f"export:{name}" for output in found.export(nothing, engine(name), Context()))


def test_an_unknown_engine_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no exporter for 'gdot'; there are: aseprite, .*godot"):
        exporter("gdot")


def test_a_foreign_exporter_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(
        name="mine",
        needs=frozenset({"sheet"}),
        always=frozenset(),
        options=frozenset({"depth"}),
        check=lambda manifest: [],
        export=lambda built, engine, context: [Output("mine.txt", "hello\n", "export:mine")],
    )
    monkeypatch.setitem(sys.modules, "a_foreign_exporter", module)
    points = EntryPoints(
        [EntryPoint("mine", "a_foreign_exporter", base.GROUP), EntryPoint("bad", "no_such", base.GROUP)]
    )
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points.select(group=group))
    assert "mine" in names()
    outputs = list(exporter("mine").export(sample().built, engine("mine"), Context()))
    assert [(output.path, type(output.content)) for output in outputs] == [("mine.txt", str)]
    assert problems(manifest(engines=(engine("mine", depth=2),))) == []
    with pytest.raises(UsageError, match=r"'bad' .* cannot be imported"):
        exporter("bad")


def test_an_unknown_option_is_named() -> None:
    found = problems(manifest(engines=(engine("unity", pixel_per_unit=3),)))
    assert [str(problem) for problem in found] == [
        "assets.yaml:7:3: unity has no option 'pixel_per_unit'; it has: output, pixels_per_unit"
    ]


def test_only_the_engines_in_use_are_imported() -> None:
    code = (
        "import sys; from assetgen.export.base import exporter; exporter('libgdx'); exporter('godot');"
        "print([name for name in sys.modules if name in ('numpy', 'PIL', 'jinja2', 'yaml', 'assetgen.export.unity')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_roles_of_packed_and_unpacked_assets() -> None:
    both = [exporter("godot"), exporter("defold")]
    assert roles(both, "tileset", packed=True) == {"sheet"}
    assert roles(both, "animation", packed=True) == {"frames"}
    assert roles(both, "animation", packed=False) == {"single", "sheet", "frames"}
    assert roles([exporter("phaser")], "sprite", packed=True) == frozenset()


def test_names_that_become_one_are_reported() -> None:
    assets: list[tuple[str, AssetKind]] = [("a/b", "animation"), ("a_b", "animation"), ("a-b", "sprite")]
    lines = {
        name: [str(problem) for problem in problems(manifest(*assets, engines=(engine(name),)))]
        for name in ("gamemaker", "unity", "css", "godot")
    }
    assert lines["gamemaker"] == [
        "assets.yaml:11:1: 'a_b' and 'a/b' are one name for gamemaker (a_b): rename one of them",
        "assets.yaml:12:1: 'a-b' and 'a/b' are one name for gamemaker (a_b): rename one of them",
    ]
    assert len(lines["unity"]) == 1
    assert lines["css"] == ["assets.yaml:12:1: 'a-b' and 'a/b' are one name for css (a-b): rename one of them"]
    assert lines["godot"] == []


def test_engines_with_ids_ask_for_a_project() -> None:
    for name in ("godot", "unity", "ldtk"):
        found = problems(replace(manifest(engines=(engine(name),)), project=None))
        assert [problem.position for problem in found] == [AT]
        assert "project: NAME" in found[0].message


def test_pictures_that_write_leaves_out_are_reported() -> None:
    one = replace(manifest(("meadow", "tileset"), engines=(engine("tiled"),)), write=frozenset({"single"}))
    assert "which `write` leaves out" in problems(one)[0].message
    assert problems(replace(one, write=frozenset({"single", "sheet"}))) == []


def test_phaser_reports_a_shared_texture_key() -> None:
    atlas = Atlas("hero", Position("assets.yaml", 40, 1), ("foe",))
    assets = manifest(("hero", "sprite"), ("foe", "sprite"), engines=(engine("phaser"),))
    found = problems(replace(assets, atlases={"hero": atlas}))
    assert [problem.position.line for problem in found] == [40]


def test_ids_come_from_the_lock_first() -> None:
    built = replace(sample().built, ids={"hero": {"uid": "fixed"}})
    context = Context()
    assert context.id(built, "hero", "uid", lambda: "new") == "fixed"
    assert context.id(built, "slime", "uid", lambda: "new") == "new"
    assert context.ids == {"hero": {"uid": "fixed"}, "slime": {"uid": "new"}}
    assert context.recall(built, "hero", "scope", "now") == "now"
    assert context.recall(built, "hero", "uid", "now") == "fixed"
    assert context.ids["hero"]["uid"] == "now"


def test_owned_keys_judge_by_the_last_scope_and_by_this_one() -> None:
    def read(text: str, scope: tuple[str, ...]) -> dict[str, str]:
        pairs = (line.split("=") for line in text.split())
        return {key: value for key, value in pairs if key in scope}

    owned = OwnedKeys("a=1 b=2", ("a", "b"), ("a",), read, lambda text: text + " b=2")
    before = OwnedKeys("a=1", ("a",), ("a",), read, str).digest
    assert before in owned.judge("a=1 user=9")
    assert owned.digest in owned.judge("a=1 b=2 user=9")
    assert not {before, owned.digest} & set(owned.judge("a=7 b=2"))
    assert owned.conflicts("a=7 b=2") == ("a",)
    assert owned.judge("broken") == ()
    assert owned.record(owned.merge("a=1 user=9")) == owned.digest


@pytest.mark.parametrize("name", BUILTIN)
def test_exports_do_not_depend_on_order_or_time(name: str) -> None:
    one, two = sample(), sample()
    two.built = replace(two.built, assets=dict(reversed(list(two.built.assets.items()))))
    first = {output.path: output.content for output in one.export(name)}
    assert first == {output.path: output.content for output in two.export(name)}
    assert all(isinstance(text, bytes) or text.endswith("\n") for text in first.values())


def test_ids_survive_a_rename_and_a_new_asset() -> None:
    """The lock carries an asset's ids over to its new name; nothing else moves either."""
    project = sample()
    ids: dict[str, dict[str, str]] = {}
    before = {output.path: output.content for engine in ("godot", "unity") for output in project.export(engine, ids)}
    fixed = {key: value for key, value in ids.items() if key != "logo"} | {"emblem": ids["logo"]}
    logo = project.built.assets["logo"]
    assert isinstance(logo, BuiltSprite)
    assets = {name: asset for name, asset in project.built.assets.items() if name != "logo"}
    assets["emblem"] = replace(logo, name="emblem", frame=replace(logo.frame, name="emblem"))
    assets["added"] = replace(logo, name="added", frame=replace(logo.frame, name="added"))
    files = {
        **project.built.files,
        "emblem": {"single": "sprites/emblem.png"},
        "added": {"single": "sprites/added.png"},
    }
    project.built = replace(project.built, assets=assets, files=files)
    after = {output.path: output.content for engine in ("godot", "unity") for output in project.export(engine, fixed)}
    renamed = "sprites/logo.png.meta", "sprites/emblem.png.meta"
    assert before[renamed[0]] == after[renamed[1]]
    assert {path: text for path, text in after.items() if path in before} == {
        path: text for path, text in before.items() if path != renamed[0]
    }


def test_the_commands_tell_what_engines_miss_before_anything_is_made(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        "version: 1\nprovider: placeholder\nengines: {godot: {colour: 1}, unity: {pixel_per_unit: 3}}\n"
        "sprites:\n  gem: {prompt: gem, style: rd_fast__mc_item, size: 16}\n",
    )
    for command in ("plan", "build", "check"):
        ran = game.run(command)
        assert ran.status == 2
        assert "godot has no option 'colour'" in ran.err
        assert "unity has no option 'pixel_per_unit'" in ran.err
        assert "godot needs `project: NAME`" in ran.err
    assert not (game.root / "originals").exists()
