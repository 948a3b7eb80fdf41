"""The gallery page as a file, what it says, and pictures in terminals."""

from __future__ import annotations

import ast
import base64
import contextlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from workbench import Workbench, bench

from assetgen.pixels.picture import decode, read
from assetgen.review import terminal
from assetgen.review.page import SCRIPTS, STYLES, data_text, static

MANIFEST = """\
version: 1
project: lantern-keep
provider: placeholder
palettes:
  dusk: [1a1c2c, 5d275d, b13e53, ef7d57]
sprites:
  hero: {prompt: lantern-bearing knight, style: rd_pro__default, size: 64, candidates: 3}
  gem: {prompt: "a </script> gem", style: rd_fast__mc_item, size: 16, palette: dusk}
  twin: {prompt: "a </script> gem", style: rd_fast__mc_item, size: 16, palette: dusk}
animations:
  hero_walk: {prompt: lantern-bearing knight, style: animation__walking_and_idle, input: hero}
tilesets:
  meadow:
    {prompt: grey stones, outside: lush grass, style: rd_tile__tileset_advanced, tile_size: 32, autotile: [blob47]}
atlases:
  items: {include: [gem, twin]}
"""


class Reader(HTMLParser):
    """Collects attributes that load something, and the text of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.scripts: dict[str, str] = {}
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.loads += [str(values[key]) for key in ("src", "href", "srcset", "action") if values.get(key)]
        if tag == "script":
            self._in = values.get("id") or values.get("type") or "script"

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in:
            self.scripts[self._in] = self.scripts.get(self._in, "") + data


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    made = bench(tmp_path_factory.mktemp("built"), MANIFEST)
    made.build()
    return made


@pytest.fixture
def game(built: Workbench, tmp_path: Path) -> Workbench:
    return built.copy(tmp_path)


def page_of(game: Workbench, *args: str) -> Reader:
    ran = game.run("preview", *args)
    assert ran.status == 0, ran.err
    reader = Reader()
    reader.feed(Path(ran.out.strip()).read_text(encoding="utf-8"))
    return reader


def data_of(game: Workbench) -> Any:
    return json.loads(page_of(game).scripts["gallery"])


def by_name(data: Any, name: str) -> Any:
    return next(card for card in data["assets"] if card["name"] == name)


# -- the file ---------------------------------------------------------------------


def test_one_file_holds_everything(game: Workbench, tmp_path: Path) -> None:
    reader = page_of(game, "--out", str(tmp_path / "deep/page.html"))
    assert all(load.startswith(("data:", "#")) for load in reader.loads)
    code = reader.scripts["module"]
    assert not re.findall(r"^\s*(import|export) ", code, re.M)
    assert "https://" not in code.replace("http://www.w3.org/2000/svg", "")
    data = json.loads(reader.scripts["gallery"])
    assert by_name(data, "gem")["prompt"] == "a </script> gem"


def test_pictures_are_indexed_png_and_each_is_there_once(game: Workbench) -> None:
    data = data_of(game)
    assert by_name(data, "gem")["sheet"]["pic"] == by_name(data, "twin")["sheet"]["pic"]
    named = {card["sheet"]["pic"] for card in data["assets"]} | {c["pic"] for c in by_name(data, "hero")["candidates"]}
    named |= {sheet["sheet"]["pic"] for sheet in by_name(data, "meadow")["sheets"]}
    assert named | {page["pic"] for atlas in data["atlases"] for page in atlas["pages"]} == set(data["pictures"])
    gem = base64.b64decode(data["pictures"][by_name(data, "gem")["sheet"]["pic"]].partition(",")[2])
    assert gem[25] == 3  # colour type: palette
    page = data["atlases"][0]["pages"][0]
    assert decode(gem, what="gem").shape == (16, 16, 4)
    assert page["size"] == list(read(game.root / "generated/atlases/items-0.png").shape[1::-1])


def test_cells_of_an_autotile_sheet_stand_where_its_file_has_them(game: Workbench) -> None:
    data = data_of(game)
    (card,) = by_name(data, "meadow")["sheets"]
    assert (card["label"], card["terrain"]) == ("blob47", ["inside", "outside"])
    strip = decode(base64.b64decode(data["pictures"][card["sheet"]["pic"]].partition(",")[2]), what="sheet")
    written = read(game.root / "generated/tilesets" / card["file"])
    side, seen = card["sheet"]["cell"][0], set()
    for place, cell in enumerate(card["cells"]):
        if cell is not None:
            seen.add(cell[1])
            (y, x), (sy, sx) = divmod(place, card["columns"]), divmod(cell[0], card["sheet"]["columns"])
            ours = strip[sy * side : (sy + 1) * side, sx * side : (sx + 1) * side]
            assert np.array_equal(ours, written[y * side : (y + 1) * side, x * side : (x + 1) * side])
    assert len(seen) == 47


def test_frames_of_an_animation_are_cells_of_its_sheet(game: Workbench) -> None:
    data = data_of(game)
    card = by_name(data, "hero_walk")
    sheet = decode(base64.b64decode(data["pictures"][card["sheet"]["pic"]].partition(",")[2]), what="sheet")
    width, height = card["sheet"]["cell"]
    for tag in card["tags"]:
        files = game.index()["animations"]["hero_walk"]["tags"][tag["name"]]["files"]
        for cell, path in zip(tag["frames"], files, strict=True):
            x, y = cell % card["sheet"]["columns"] * width, cell // card["sheet"]["columns"] * height
            assert np.array_equal(sheet[y : y + height, x : x + width], read(game.root / "generated" / path))
    assert card["sheet"]["count"] == len({cell for tag in card["tags"] for cell in tag["frames"]})


def test_what_is_known_of_each_asset_is_there(game: Workbench) -> None:
    assert game.run("approve", "gem").status == 0
    game.edit("lantern-bearing knight, style: animation", "a running knight, style: animation")
    data = data_of(game)
    hero, walk, gem = (by_name(data, name) for name in ("hero", "hero_walk", "gem"))
    assert hero["flags"] == ["placeholder", "unpicked"]
    assert [c["chosen"] for c in hero["candidates"]] == [True, False, False]
    assert hero["usedBy"] == ["hero_walk"]
    assert (walk["status"], walk["reason"]) == ("stale", "prompt changed")
    assert gem["reviewed"]["same"]
    assert gem["palette"] == "dusk"
    assert gem["atlas"] == "items"
    meadow = by_name(data, "meadow")
    assert len(meadow["tiles"]) == 20
    assert {corner for tile in meadow["tiles"] for corner in tile["corners"]} == set(meadow["terrains"])
    palette = data["palettes"][0]
    assert palette["colors"][0] == "#1a1c2c"
    assert palette["usedBy"] == ["gem", "twin"]
    frames = data["atlases"][0]["pages"][0]["frames"]
    assert {frame[0] for frame in frames} == {"gem", "twin"}
    assert 0 < data["atlases"][0]["occupancy"] <= 1


def test_a_project_that_was_never_built_has_a_page_too(tmp_path: Path) -> None:
    game = bench(tmp_path, MANIFEST)
    data = data_of(game)
    assert {card["status"] for card in data["assets"]} == {"new"}
    assert not any("sheet" in card for card in data["assets"])
    assert not (game.root / "assets.lock").exists()


def test_what_cannot_be_finished_is_told_where_it_occurs(game: Workbench) -> None:
    (game.root / "art").mkdir()
    (game.root / "art/no.png").write_bytes(b"no picture")
    game.edit("tilesets:", "  broken: {file: art/no.png, layout: {columns: 2, rows: 2}}\ntilesets:")
    card = by_name(data_of(game), "broken")
    assert card["status"] == "failed" or card["findings"] or card["reason"]


def test_data_cannot_end_its_script() -> None:
    text = data_text({"prompt": "</script><!-- \u2028"})
    assert "<" not in text
    assert json.loads(text) == {"prompt": "</script><!-- \u2028"}


# -- its modules ------------------------------------------------------------------


def test_modules_share_one_scope_without_clashes() -> None:
    owners: dict[str, str] = {}
    for name in SCRIPTS:
        for top in re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", static(name), re.M):
            assert top not in owners, f"{top} is in {owners[top]} and in {name}"
            owners[top] = name


def test_imports_name_what_the_other_module_exports() -> None:
    for name in SCRIPTS:
        exported = {}
        for names, source in re.findall(r"^import \{([^}]*)\} from \"\./([\w.]+)\";", static(name), re.M):
            assert source in SCRIPTS
            exported[source] = re.findall(
                r"^export (?:async )?(?:function|class|const|let) (\w+)", static(source), re.M
            )
            assert {word.strip() for word in names.split(",")} <= set(exported[source]), f"{name} from {source}"


def test_nothing_in_styles_is_loaded_from_elsewhere() -> None:
    for name in STYLES:
        assert "url(" not in static(name)
        assert "@import" not in static(name)


# -- terminals ----------------------------------------------------------------------


def test_show_tells_everything_and_draws(game: Workbench) -> None:
    ran = game.run("show", "hero_walk")
    assert ran.status == 0
    assert "walk_down: 4 frames of 150 ms, repeat" in ran.out
    assert "\x1b" not in ran.out
    assert "▀" in game.run("show", "gem", "--draw", "blocks").out
    document = game.run("show", "gem", "--json").json
    assert document["entries"][0]["size"] == [16, 16]


@pytest.mark.parametrize(
    ("variables", "way"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm"),
        ({"TERM": "foot"}, "sixel"),
        ({"TERM": "xterm-256color"}, "blocks"),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, "blocks"),
        ({"TERM": "dumb"}, "none"),
    ],
)
def test_the_terminal_is_known_by_what_it_says(variables: dict[str, str], way: str) -> None:
    assert terminal.way_of(variables, terminal=True, color=True) == way
    assert terminal.way_of(variables, terminal=False, color=True) == "none"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
@pytest.mark.parametrize(
    ("answer", "way"),
    [
        (b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c", "kitty"),
        (b"\x1b[?62;4;22c", "sixel"),
        (b"\x1b[?64;1;22c", None),
        (b"", None),
    ],
)
def test_a_terminal_is_asked_what_it_can_show(answer: bytes, way: str | None) -> None:
    """A process of its own, whose terminal we are."""
    own = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    program = own + "from assetgen.cli.terminal_query import *; print(repr(ask(0, 1, questions({}), 0.5)))"
    master, slave = os.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    seen = b""
    while b"\x1b[c" not in seen:
        seen += os.read(master, 1024)
    os.write(master, answer)
    with contextlib.suppress(OSError):  # what Linux says when the other side is gone
        while more := os.read(master, 1024):
            seen += more
    os.close(master)
    assert child.wait(10) == 0
    said = ast.literal_eval(seen.decode().splitlines()[-1].rpartition("\x1b[c")[2])
    assert terminal.way_answered(said) == way


def picture() -> np.ndarray:
    made = np.zeros((7, 5, 4), np.uint8)
    made[1:6, 1:4] = (200, 30, 60, 255)
    made[3, 2] = (255, 255, 255, 255)
    return made


def test_kitty_and_iterm_carry_the_picture() -> None:
    text = terminal.draw(picture(), "kitty")
    data = base64.b64decode("".join(re.findall(r"\x1b_G[^;]*;([^\x1b]*)\x1b\\", text)))
    assert decode(data, what="kitty").shape[0] % 7 == 0
    found = re.search(r"size=(\d+):([^\x07]*)\x07", terminal.draw(picture(), "iterm"))
    assert found is not None
    assert len(base64.b64decode(found[2])) == int(found[1])


def test_sixels_decode_to_the_picture() -> None:
    text = terminal.sixel(picture())
    body = text[text.index('"') :].removesuffix("\x1b\\\n")
    header = re.match(r'"1;1;(\d+);(\d+)', body)
    assert header is not None
    width, height = int(header[1]), int(header[2])
    colors = {int(n): (int(r), int(g), int(b)) for n, r, g, b in re.findall(r"#(\d+);2;(\d+);(\d+);(\d+)", body)}
    drawn: dict[tuple[int, int], tuple[int, int, int]] = {}
    rows = re.sub(r"#\d+;2;\d+;\d+;\d+", "", body[header.end() :]).split("-")
    for band, row in enumerate(rows):
        for part in filter(None, row.split("$")):
            stroke = re.match(r"#(\d+)(.*)", part)
            assert stroke is not None
            number, run = stroke.groups()
            x = 0
            for count, char in re.findall(r"(?:!(\d+))?([?-~])", run):
                for _ in range(int(count or 1)):
                    for bit in range(6):
                        if ord(char) - 63 >> bit & 1:
                            drawn[(x, band * 6 + bit)] = colors[int(number)]
                    x += 1
    opaque = {(x, y) for y in range(height) for x in range(width) if picture()[y, x, 3]}
    assert set(drawn) == opaque
    assert drawn[(2, 3)] == (100, 100, 100)


def test_blocks_show_two_rows_a_line() -> None:
    text = terminal.draw(picture(), "blocks", columns=80)
    assert text.count("\n") == 4
    assert "\x1b[38;2;200;30;60" in text
    wide = np.full((4, 300, 4), 255, np.uint8)
    assert terminal.draw(wide, "blocks", columns=80).splitlines()[0].count("▀") <= 80
