"""The user's own template over the index: what it sees, what it may not do, and errors with a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from export_sample import sample
from msgspec.structs import replace
from workbench import bench

from assetgen.export.base import Context, exporter
from assetgen.model.built import Built
from assetgen.model.errors import AssetError
from assetgen.model.manifest import Engine
from assetgen.model.position import Position

pytest.importorskip("jinja2")
HEADER = """\
/* {{ project }} */
{% for name, sprite in sprites.items() %}
#define {{ name | identifier | upper }}_WIDTH {{ sprite.size[0] }}
{% endfor %}
"""


def render(files: dict[str, str], built: Built | None = None) -> str:
    engine = Engine("template", {"templates": [{"template": "a.j2", "to": "src/out.h"}]}, Position("assets.yaml", 1, 1))
    outputs = list(exporter("template").export(built or sample().built, engine, Context(read=files.__getitem__)))
    assert [output.path for output in outputs] == ["src/out.h"]
    text = outputs[0].content
    assert isinstance(text, str)
    return text


def test_renders_the_index() -> None:
    names = {"FRAME": 20, "LOGO": 40, "PANEL": 24, "UI_KEY_2": 13}
    lines = ["/* lantern */", *(f"#define {name}_WIDTH {width}" for name, width in names.items())]
    assert render({"a.j2": HEADER}).splitlines() == lines


def test_templates_may_include_others_of_the_project() -> None:
    files = {"a.j2": "{% include 'parts/b.j2' %}", "parts/b.j2": "{{ index.version }}"}
    context = Context(read=files.__getitem__)
    assert context.read("parts/b.j2")
    assert render(files) == "1\n"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% for %}", r"a\.j2:1: "),
        ("{{ sprites.logo.nothing }}", "a.j2: .*nothing"),
        ("{{ ''.__class__.__mro__ }}", "a.j2: .*unsafe|a.j2: .*__class__"),
        ("{% include '../secret' %}", "a.j2: .*outside of the project"),
        ("{% include '/etc/passwd' %}", "a.j2: .*outside of the project"),
        ("{{ 1 // 0 }}", "a.j2: ZeroDivisionError"),
        ("{% set x = sprites.update({'a': 1}) %}", "a.j2: .*"),
    ],
)
def test_errors_name_the_template(template: str, message: str) -> None:
    with pytest.raises(AssetError, match=message):
        render({"a.j2": template})


def test_a_missing_template_is_named() -> None:
    def read(path: str) -> str:
        raise FileNotFoundError(2, "No such file", path)

    engine = Engine("template", {"templates": [{"template": "no.j2", "to": "x"}]}, Position("assets.yaml", 1, 1))
    with pytest.raises(AssetError, match=r"no\.j2 cannot be read"):
        list(exporter("template").export(replace(sample().built), engine, Context(read=read)))


def test_a_template_that_changes_is_followed_with_all_that_it_names(tmp_path: Path) -> None:
    """By plan, build and check, and by watch; a template that it names and that is not there is one that may come."""
    engines = "engines: {template: [{template: art/my.j2, to: out.h}]}\n"
    sprites = "sprites: {a: {prompt: x, style: rd_fast__mc_item, size: 16}}\n"
    game = bench(tmp_path, "version: 1\nprovider: placeholder\n" + engines + sprites)
    game.write("one {% include 'art/inner.j2' %} {% include ['art/own.j2', 'art/inner.j2'] %}", "art/my.j2")
    game.write('{%- from "art/macros.j2" import say -%} {{ say() }}', "art/inner.j2")
    game.write("{% macro say() %}hello{% endmacro %}", "art/macros.j2")
    out = game.root / "generated/out.h"
    game.build()
    assert out.read_text() == "one hello hello\n"
    assert game.plan()["actions"] == []
    lock = (game.root / "assets.lock").read_text()
    for file, before, now, told in (
        ("art/my.j2", "one", "two", "two hello hello\n"),
        ("art/macros.j2", "hello", "bye", "two bye bye\n"),
        ("art/own.j2", "", "mine", "two bye mine\n"),
    ):
        path = game.root / file
        game.write((path.read_text() if path.exists() else "").replace(before, now, 1), file)
        assert [action["reason"] for action in game.plan()["actions"]] == ["manifest or a template changed"]
        assert game.run("check").status == 1
        game.build()
        assert out.read_text() == told
        assert game.plan()["actions"] == []
    assert (game.root / "assets.lock").read_text() != lock
