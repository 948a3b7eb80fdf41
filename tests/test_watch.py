"""`watch`: what is free follows a save; what costs is announced and waits."""

from __future__ import annotations

import asyncio
import errno
import re
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from patience import LONG
from workbench import Workbench, bench

from assetgen.build.options import Environment, Options
from assetgen.build.report import BuildReport, Silent
from assetgen.build.session import Session
from assetgen.model.errors import AssetgenError
from assetgen.model.plan import Plan
from assetgen.pixels.picture import read
from assetgen.pixels.png import encode_truecolor
from assetgen.review.watching import Watcher, watched
from assetgen.review.work import Desk
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import ledger, running

watchfiles = pytest.importorskip("watchfiles", reason="assetgen[review] is not installed")

MANIFEST = """\
version: 1
provider: placeholder
palettes:
  dusk: [0a1c2c, 5d275d, b13e53, ef7d57]
  night: {file: art/night.hex}
sprites:
  gem: {prompt: blue gem, style: rd_fast__mc_item, size: 16, palette: dusk}
  logo: {file: art/logo.png, process: {palette: night}}
"""


def environment(game: Workbench) -> Environment:
    variables = {"ASSETGEN_CACHE_DIR": str(game.store), **game.env}
    return Environment(variables, time.time, time.monotonic, lambda: 0.5)


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, MANIFEST)
    made.write("101010\nf0f0f0\n", "art/night.hex")
    (made.root / "art/logo.png").write_bytes(encode_truecolor(np.full((8, 8, 4), 255, np.uint8)))
    return made


class Seen:
    """What a watcher said."""

    def __init__(self, game: Workbench, *, spend: bool = False) -> None:
        self.reports: list[BuildReport] = []
        self.errors: list[AssetgenError] = []
        self.plans: list[Plan] = []
        self.ready = asyncio.Event()
        desk = Desk(Options(game.root), environment(game), Silent())
        self.watcher = Watcher(
            desk, spend, lambda report, _: self.reports.append(report), self.errors.append, self.plans.append
        )
        self.watcher.ready = self.ready.set

    @property
    def count(self) -> int:
        return len(self.reports) + len(self.errors)

    def more_than(self, count: int) -> bool:
        return self.count > count

    async def until(self, condition: Callable[[], bool]) -> float:
        """Seconds until it holds."""
        start = time.monotonic()
        while not condition():
            assert time.monotonic() - start < LONG, "nothing happened"
            await asyncio.sleep(0.005)
        return time.monotonic() - start


def watching(seen: Seen, story: Callable[[], Awaitable[None]]) -> None:
    """Runs the watcher while the story goes on."""

    async def both() -> None:
        task = asyncio.create_task(seen.watcher.run())
        await asyncio.wait_for(seen.ready.wait(), LONG)
        await seen.until(lambda: seen.count > 1)  # it has looked for what was saved before that
        try:
            await story()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(both())


def test_saves_of_manifest_palette_and_picture_are_followed(game: Workbench) -> None:
    seen = Seen(game)
    gem, logo = game.root / "generated/sprites/gem.png", game.root / "generated/sprites/logo.png"

    async def story() -> None:
        first = read(gem)
        took = []
        for number in range(4):
            count = seen.count
            game.edit(f"{number}a1c2c, 5d275d", f"{number + 1}a1c2c, 5d275d")
            took.append(await seen.until(partial(seen.more_than, count)))
            if took[-1] < 2:
                break
        assert took[-1] < 2, took
        assert not np.array_equal(read(gem), first)
        count = seen.count
        game.write("102030\nf0f0f0\n", "art/night.hex")
        picture = np.full((8, 8, 4), 255, np.uint8)
        picture[0, 0, :3] = 0
        (game.root / "art/logo.png").write_bytes(encode_truecolor(picture))
        await seen.until(lambda: seen.count > count and (read(logo)[0, 0, :3] == (0x10, 0x20, 0x30)).all())

    watching(seen, story)
    assert not seen.errors
    assert not seen.plans


def test_a_file_that_came_into_the_manifest_later_is_followed(game: Workbench) -> None:
    seen = Seen(game)
    badge = game.root / "generated/sprites/badge.png"

    def draw(value: int) -> None:
        (game.root / "art/badge.png").write_bytes(encode_truecolor(np.full((8, 8, 4), value, np.uint8)))

    async def story() -> None:
        draw(255)
        game.edit("  logo:", "  badge: {file: art/badge.png}\n  logo:")
        await seen.until(badge.is_file)
        await asyncio.sleep(0.1)
        (game.root / "art/other.tmp").write_bytes(encode_truecolor(np.full((8, 8, 4), 128, np.uint8)))
        (game.root / "art/other.tmp").replace(game.root / "art/badge.png")
        await seen.until(lambda: int(read(badge)[0, 0, 0]) == 128)

    watching(seen, story)


def test_pictures_in_folders_below_a_glob_are_followed(game: Workbench) -> None:
    """In those that were there at the start, and in one that is made later."""
    (game.root / "art/icons/old").mkdir(parents=True)
    game.edit("  logo:", '  "icon_{stem}": {for_each: {glob: "art/icons/**/*.png"}, file: "{path}"}\n  logo:')
    seen = Seen(game)

    def draw(path: str, value: int) -> None:
        (game.root / path).write_bytes(encode_truecolor(np.full((8, 8, 4), value, np.uint8)))

    draw("art/icons/top.png", 255)

    async def story() -> None:
        draw("art/icons/old/axe.png", 255)
        await seen.until((game.root / "generated/sprites/icon_axe.png").is_file)
        (game.root / "art/icons/new").mkdir()
        draw("art/icons/new/bow.png", 255)
        bow = game.root / "generated/sprites/icon_bow.png"
        await seen.until(bow.is_file)
        await asyncio.sleep(0.1)
        draw("art/icons/new/bow.png", 128)
        await seen.until(lambda: int(read(bow)[0, 0, 0]) == 128)

    watching(seen, story)


def test_a_system_that_watches_no_more_files_is_told(game: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_: object, **__: object) -> AsyncIterator[set[tuple[int, str]]]:
        raise OSError(errno.ENOSPC, "OS file watch limit reached.")
        yield set()

    monkeypatch.setattr(watchfiles, "awatch", refused)
    with pytest.raises(AssetgenError, match="folders cannot be watched: OS file watch limit reached"):
        asyncio.run(Seen(game).watcher.run())


def test_what_was_saved_before_the_folders_are_watched_is_not_missed(game: Workbench) -> None:
    seen = Seen(game)
    gem = game.root / "generated/sprites/gem.png"
    first: list[bytes] = []

    def tell(report: BuildReport, _: float) -> None:
        if not seen.reports:
            first.append(gem.read_bytes())
            game.edit("0a1c2c, 5d275d, b13e53", "000000, ffffff, 808080")
        seen.reports.append(report)

    seen.watcher.tell = tell

    async def story() -> None:
        await seen.until(lambda: gem.read_bytes() != first[0])

    watching(seen, story)
    assert len(first) == 1


def test_what_others_built_meanwhile_is_seen(game: Workbench) -> None:
    """What is kept in memory gives way to what others wrote: another build's lock, an output drawn over by hand."""
    seen = Seen(game)
    gem, lock = game.root / "generated/sprites/gem.png", game.root / "assets.lock"

    async def story() -> None:
        await asyncio.to_thread(game.run, "reroll", "gem", "--yes")
        taken = lock.read_bytes()
        assert b"take: 1" in taken
        before = gem.read_bytes()
        game.edit("0a1c2c, 5d275d, b13e53", "000000, ffffff, 808080")
        await seen.until(lambda: gem.read_bytes() != before)
        assert b"take: 1" in lock.read_bytes()
        gem.write_bytes(encode_truecolor(np.full((16, 16, 4), 255, np.uint8)))
        game.edit("ef7d57", "0000ff")
        await seen.until(lambda: any(item.state == "drifted" for item in seen.reports[-1].blocked))

    watching(seen, story)
    assert (read(gem) == 255).all()  # drawn over by hand: kept


def test_a_broken_manifest_is_told_and_the_next_save_mends_it(game: Workbench) -> None:
    seen = Seen(game)

    async def story() -> None:
        game.edit("size: 16", "size: 9999")
        await seen.until(lambda: bool(seen.errors))
        count = len(seen.reports)
        game.edit("size: 9999", "size: 16")
        await seen.until(lambda: len(seen.reports) > count)

    watching(seen, story)
    assert "9999" in str(seen.errors[0])


def test_other_files_do_not_matter(game: Workbench) -> None:
    seen = Seen(game)

    async def story() -> None:
        count = seen.count
        game.write("hello", "art/notes.txt")
        game.write("hello", "README.md")
        await asyncio.sleep(0.5)
        assert seen.count == count

    watching(seen, story)


def test_what_costs_is_announced_and_waits_for_yes(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = bench(tmp_path, "version: 1\nsprites:\n  hero: {prompt: a knight, style: rd_fast__default, size: 64}\n")
        game.env.update(RD_API_KEY="rdpk-a-secret-that-must-stay-one", ASSETGEN_API_URL=base)
        game.build("--yes")
        before = game.files()
        seen = Seen(game)

        async def story() -> None:
            game.edit("a knight", "an owl")
            await seen.until(lambda: bool(seen.plans))

        watching(seen, story)
        assert ledger(base)["charges"] == 1
        assert game.files() == before
        assert [action.asset for action in seen.plans[0].actions if action.cost] == ["hero"]

        spending = Seen(game, spend=True)

        async def nothing() -> None: ...

        watching(spending, nothing)
        assert ledger(base)["charges"] == 2
        assert game.files() != before


def test_everything_that_a_project_is_made_from_is_watched(game: Workbench) -> None:
    session = Session(Options(game.root), environment(game))
    found = watched(session)
    session.close()
    assert {"assets.yaml", "art/night.hex", "art/logo.png"} <= found.files
    assert found.folders(game.root) == {game.root.resolve(), (game.root / "art").resolve()}
    assert not found.matters("generated/sprites/gem.png")
    assert not found.matters("assets.lock")


def test_the_sheet_of_an_aseprite_json_is_watched(game: Workbench) -> None:
    game.edit("art/logo.png", "art/logo.json")
    game.write('{"frames": {}, "meta": {"image": "sheets/logo.png"}}', "art/logo.json")
    session = Session(Options(game.root), environment(game))
    assert {"art/logo.json", "art/sheets/logo.png"} <= watched(session).files
    session.close()


def test_templates_and_those_that_they_name_are_watched(game: Workbench) -> None:
    game.edit("palettes:", "engines: {template: [{template: art/my.j2, to: out.h}]}\npalettes:")
    game.write("{% include 'art/parts/inner.j2' %}", "art/my.j2")
    session = Session(Options(game.root), environment(game))
    assert {"art/my.j2", "art/parts/inner.j2"} <= watched(session).files
    session.close()


@pytest.mark.parametrize(
    ("command", "missing", "extra"),
    [
        (("watch",), "watchfiles", "review"),
        (("watch",), "uvicorn", "review"),
        (("review",), "uvicorn", "review"),
        (("simulator",), "uvicorn", "simulator"),
    ],
)
def test_what_is_not_installed_is_told_with_the_way_to_install_it(
    game: Workbench, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], missing: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    ran = game.run(*command)
    assert ran.status == 2
    assert missing in ran.err
    assert f"pip install 'assetgen[{extra}]'" in ran.err
    assert ran.out == ""


def test_every_extra_that_a_message_or_a_page_names_exists() -> None:
    root = Path(__file__).parents[1]
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    pages = [*root.glob("assetgen/**/*.py"), *root.glob("docs/*.md"), root / "README.md"]
    told = {name for page in pages for name in re.findall(r"'assetgen\[(\w+)\]'", page.read_text(encoding="utf-8"))}
    assert {"optimize", "review", "template"} <= told <= extras.keys()
