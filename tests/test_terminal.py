"""What a person sees: help that fits on a screen, mistakes that say what was meant, a display that fits its line."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from argparse import Namespace
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from patience import LONG
from PIL import Image
from rich.console import Console
from workbench import Workbench, bench

from assetgen.build.report import AssetReport, BuildReport
from assetgen.catalog import STYLES
from assetgen.cli.context import Context
from assetgen.cli.main import COMMANDS, _context, main
from assetgen.cli.planview import failure
from assetgen.cli.progress import _bar, asker, open_progress, running, show_report
from assetgen.cli.styles import table
from assetgen.cli.watch import Teller
from assetgen.model.cost import Cost
from assetgen.model.errors import UsageError
from assetgen.model.plan import Action, Plan

ROOT = Path(__file__).parent.parent


def helped(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    return capsys.readouterr().out


@pytest.mark.parametrize("command", list(COMMANDS))
def test_help_begins_with_one_line_of_usage_and_ends_with_the_flags_of_all(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = helped(command, capsys)
    usage, empty, *_ = told.splitlines()
    assert (usage.startswith(f"usage: assetgen {command}"), usage.endswith("[FLAGS]"), empty) == (True, True, "")
    assert all(len(line) < 80 for line in told.splitlines())
    assert told.rindex("with every command:") > told.rindex("flags:" if "\nflags:" in told else "usage:")


def test_help_of_all_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    told = helped("", capsys)
    assert [line.split()[0] for line in told.splitlines() if line[:14].strip() in COMMANDS] == list(COMMANDS)
    assert "None" not in told


def test_help_is_a_command_too(capsys: pytest.CaptureFixture[str]) -> None:
    told = helped("build", capsys)
    with pytest.raises(SystemExit) as stop:
        main(["help", "build"])
    assert (stop.value.code, capsys.readouterr().out) == (0, told)


def test_a_mistyped_flag_and_a_word_too_many(tmp_path: Path) -> None:
    game = bench(tmp_path, "version: 1\n")
    for words, said in (
        (["build", "--ofline=1"], "there is no flag '--ofline=1'; did you mean '--offline'?"),
        (["build", "--zzz"], "there is no flag '--zzz'; 'assetgen build --help' lists them"),
        (["check", "hero"], "'hero' is one word too many; 'assetgen check --help' says what it takes"),
        (["review", "--port", "99999"], "argument --port: there is no port 99999: they end at 65535"),
        (["pick", "hero", "two"], "argument N: 'two' is no whole number"),
        (["schema", "--check", "nope.yaml"], "nope.yaml cannot be read: No such file or directory\n"),
        (["--verzion"], "there is no flag '--verzion'; did you mean '--version'?"),
    ):
        ran = game.run(*words)
        assert (ran.status, said in ran.err) == (2, True), ran.err


BOMB = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30))])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 2026-13-01", "cannot be read: month must be in 1..12"),
        (BOMB, "aliases add more than 100000 nodes"),
        ("[" * 5000, "nested more than 32 levels deep"),
        ("version: 1\nsprites: {a: {size: big}}", "$.sprites.a"),
    ],
)
def test_a_file_that_is_checked_against_the_schema_may_hold_anything(tmp_path: Path, text: str, said: str) -> None:
    game = bench(tmp_path, "version: 1\n")
    game.write(text, "odd.yaml")
    ran = game.run("schema", "--check", "odd.yaml")
    assert (ran.status, said in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_display_keeps_bar_numbers_and_price_on_one_line(width: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, no_color=True, legacy_windows=False)
    bar = _bar(console)
    now = running(dict.fromkeys(["a_long_name_of_an_asset", "another_rather_long_one", "c", "d"], "generating"))
    task = bar.add_task("building", total=420, completed=42, cost="12.069 USD", now=now)
    assert task == 0
    console.print(bar.get_renderable())
    lines = out.getvalue().rstrip("\n").split("\n")
    assert len(lines) == 1
    assert all(part in lines[0] for part in ("building ━", " 42/420 ", " 12.069 USD "))
    assert "a_long_name" in lines[0] or width < 80
    assert "…" in lines[0] or width > 80


def test_the_table_of_styles_is_a_line_each_on_a_terminal() -> None:
    whole, cut = table([*STYLES.values()]).splitlines(), table([*STYLES.values()], 80).splitlines()
    assert len(whole) == len(cut) == len(STYLES)
    assert max(map(len, whole)) > 80 >= max(map(len, cut))
    for line, short in zip(whole, cut, strict=True):
        assert line == short or (short.endswith("…") and line.startswith(short[:-1])), short


def test_what_runs_is_said_in_few_words() -> None:
    assert running({}) == ""
    assert running({"hero": "generating with rd_pro__default"}) == "hero (generating with rd_pro__default)"
    assert running(dict.fromkeys("abcde", "generating")) == "a, b, c and 2 more"


def knight(tmp_path: Path) -> Workbench:
    game = bench(
        tmp_path, "version: 1\nprovider: placeholder\nsprites:\n" + "".join(f"  s{i}: {{copy: a}}\n" for i in range(60))
    )
    game.edit("  s0: {copy: a}", "  a: {prompt: knight, style: rd_fast__default, size: 64}\n  s0: {copy: a}")
    game.build()
    return game


def test_what_is_in_the_way_of_a_build_is_said_once(tmp_path: Path) -> None:
    game = knight(tmp_path)
    for name in ("a", "s1", "s2"):
        (game.root / f"generated/sprites/{name}.png").write_bytes(
            (game.root / "generated/sprites/a.png").read_bytes()[:-9]
        )
    for command in ("plan", "build"):
        told = game.run(command).err
        assert not told.startswith("\n"), command
        assert [told.count(f"! {name}: drifted") for name in ("a", "s1", "s2")] == [1, 1, 1], told
        assert told.count("keep it with 'assetgen adopt ASSET', or replace it with --force") == 1, told
    told = game.run("check").err
    assert "Modified by hand: 'assetgen adopt' keeps" in told
    assert "'assetgen build' to mend it" not in told
    told = game.run("build", "--force").err
    assert "what was in the place of 3 files is in .assetgen/trash/" in told
    assert "drifted" not in told


def test_check_names_a_dozen_of_many_files_that_are_missing(tmp_path: Path) -> None:
    game = knight(tmp_path)
    for file in (game.root / "generated/sprites").iterdir():
        file.unlink()
    told = game.run("check").err
    assert told.count(": output missing") == 12
    assert "… and 49 more (--verbose lists them)" in told
    assert game.run("check", "--verbose").err.count(": output missing") == 61


def test_rows_of_a_cause_stand_below_it(tmp_path: Path) -> None:
    manifest = "version: 1\nprovider: placeholder\nsprites:\n" + "".join(
        f"  {name}: {{prompt: {name}, style: rd_fast__default, size: 64}}\n" for name in ("a", "b")
    )
    game = bench(tmp_path, manifest)
    game.build()
    told = game.run("plan", "--provider", "retrodiffusion").err.splitlines()
    head = next(number for number, line in enumerate(told) if "→ 2 assets" in line)
    assert [line[:6] for line in told[head : head + 4]] == ["  plac", "    + ", "    + ", "  ~ ex"]


def test_a_build_that_stops_before_it_spends_does_not_say_done(tmp_path: Path) -> None:
    game = bench(tmp_path, "version: 1\nsprites: {a: {prompt: knight, style: rd_fast__default, size: 64}}\n")
    ran = game.run("build")
    assert (ran.status, "Stopped: 1 built, 1 skipped" in ran.err) == (3, True), ran.err


def test_watch_says_that_a_mistake_is_mended(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    teller = Teller(_context(Namespace(directory=str(tmp_path))))
    teller.tell(BuildReport(), 0.1)
    teller.fail(UsageError("assets.yaml is gone"))
    teller.fail(UsageError("assets.yaml is gone"))
    teller.tell(BuildReport(), 0.1)
    teller.tell(BuildReport(), 0.1)
    assert capsys.readouterr().err == "  ✗ assets.yaml is gone\n" * 2 + "  ✓ mended\n"
    torn = BuildReport(assets={"a": AssetReport("failed", error="torn")})
    for report in (torn, torn, BuildReport(), torn):
        teller.tell(report, 0.1)
    assert capsys.readouterr().err == "  ✗ a: torn\n" * 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("words", [["review"], ["watch"], ["watch", "--no-page"]])
def test_what_serves_ends_quietly_on_ctrl_c(tmp_path: Path, words: list[str]) -> None:
    pytest.importorskip("watchfiles", reason="assetgen[review] is not installed")
    game = bench(tmp_path, "version: 1\nprovider: placeholder\nsprites: {}\n")
    game.build()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "ASSETGEN_CACHE_DIR": str(game.store)}
    command = [sys.executable, "-m", "assetgen", "-C", str(game.root), *words]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if words == ["review"]:  # it says that before it begins to serve
            assert httpx.get(process.stdout.readline().strip(), timeout=LONG).status_code == 200
        while "Ctrl-C ends it." not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=LONG)
    assert (process.returncode, told) == (130, "")


def test_pipes_get_utf_8_whatever_the_code_page(tmp_path: Path) -> None:
    """`history` marks with an arrow, which cp1252, the code page of pipes on Windows, does not have."""
    game = bench(
        tmp_path,
        "version: 1\nprovider: placeholder\n"
        "sprites: {a: {prompt: €, style: rd_pro__default, size: 64, candidates: 2}}\n",
    )
    game.build()
    game.run("pick", "a", "2")
    env = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(ROOT), "ASSETGEN_CACHE_DIR": str(game.store)}
    for words in (["history", "a"], ["history", "a", "--json"], ["build", "--help"]):
        command = [sys.executable, "-m", "assetgen", "-C", str(game.root), *words]
        done = subprocess.run(command, env=env, capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, b""), words
        assert any(sign in done.stdout.decode("utf-8") for sign in ("←", '"€"', "[ASSET…]")), words


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_display_opens_with_the_plan_and_leaves_the_terminal_to_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen, hidden, shown = Screen(), "\x1b[?25l", "\x1b[?25h"
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(sys, "stdin", io.StringIO("Yes\n"))
    context = Context(tmp_path, False, False, True, {}, time.time, time.monotonic, random.random, True)
    cost = Cost(Decimal("0.3"))
    with open_progress(context) as progress:
        progress.note("one purchase of yesterday is settled")
        assert hidden not in screen.getvalue()
        plan = Plan("retrodiffusion", (Action("generate", "hero", "sprite", "new", cost=cost),), (), 0)
        progress.planned(plan)
        assert hidden in screen.getvalue()
        assert asker(progress)(plan, cost)
        told = screen.getvalue()
        assert told.rindex(shown) < told.index(f"Spend {cost} (balance {cost})?") < told.rindex(hidden)
        progress.started("hero", "generating")
        progress.note("slow \x1b[2Jtoday")
        progress.finished("hero", cost)
    told = screen.getvalue()
    assert told.rindex(shown) > told.rindex(hidden)
    assert all(part in told for part in ("of yesterday", "slow \ufffd[2Jtoday", "1/1"))


def test_who_paints_on_a_page_is_told_how_to_retouch_an_asset(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        "version: 1\nprovider: placeholder\nsprites: {a: {prompt: knight, style: rd_fast__default, size: 64}}\n"
        "atlases: {all: {include: [a]}}\n",
    )
    game.build()
    page = game.root / "generated/atlases/all-0.png"
    page.write_bytes(page.read_bytes()[:-9])
    ran = game.run("build")
    assert (ran.status, "retouch its assets with 'assetgen adopt ASSET FILE'" in ran.err) == (1, True), ran.err


def test_what_is_deleted_is_one_line_an_asset(tmp_path: Path) -> None:
    strips = "  {name}: {{prompt: walks, style: rd_animation__four_angle_walking}}\n"
    game = bench(
        tmp_path,
        "version: 1\nprovider: placeholder\nsprites: {a: {prompt: knight, style: rd_fast__default, size: 64}}\n"
        "animations:\n" + strips.format(name="fox") + strips.format(name="owl"),
    )
    game.build()
    count = sum("owl" in path for path in game.files())
    assert count > 10
    game.edit(strips.format(name="fox"), "")
    game.edit("animations:\n" + strips.format(name="owl"), "")
    told = game.run("plan").err
    assert [line for line in told.splitlines() if "- delete" in line] == [
        f"  - delete   {name}    {count} files (no longer in the manifest)" for name in ("fox", "owl")
    ]
    assert f"{2 * count} to delete" in told
    assert game.run("plan", "--verbose").err.count("- delete") == 2 * count
    assert f"{2 * count} deleted" in game.run("build").err


def test_a_finding_that_fails_an_asset_is_said_once(tmp_path: Path) -> None:
    game = bench(tmp_path, "version: 1\nanimations: {flag: {file: flag.png, layout: {columns: 6, rows: 1}, fps: 10}}\n")
    Image.new("RGBA", (96, 16), (200, 40, 40, 255)).save(game.root / "flag.png")
    ran = game.run("build")
    assert (ran.status, ran.err.count("all 6 frames are equal")) == (1, 1), ran.err


def test_a_dozen_of_many_warnings_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = BuildReport()
    for number in range(60):
        report.warn(f"s{number}", "cut_off", "touches its left border")
    show_report(report, _context(Namespace(directory=str(tmp_path))))
    told = capsys.readouterr().err
    assert (told.count("warning: "), "… and 48 more (--verbose lists them)" in told) == (12, True)
    show_report(report, _context(Namespace(directory=str(tmp_path), verbose=True)))
    assert capsys.readouterr().err.count("warning: ") == 60


def test_show_without_a_name_lists_the_assets(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        "version: 1\nprovider: placeholder\nsprites:\n  a: {prompt: knight, style: rd_fast__default, size: 64}\n"
        "  b: {prompt: fox, style: rd_fast__default, size: 64}\n  c: {copy: a}\n",
    )
    game.build()
    (game.root / "generated/sprites/c.png").write_bytes((game.root / "generated/sprites/b.png").read_bytes())
    game.edit("prompt: fox", "prompt: vixen")
    game.edit("  c: {copy: a}", "  c: {copy: a}\n  d: {copy: c}")
    assert game.run("show").out.splitlines() == [
        "a  sprite  rd_fast__default  current",
        "b  sprite  rd_fast__default  stale: prompt changed",
        "c  sprite                    drifted: output modified by hand: generated/sprites/c.png",
        "d  sprite                    new",
    ]
    listed = game.run("show", "--json").json["assets"]
    assert [entry["status"] for entry in listed] == ["current", "stale", "drifted", "new"]
    assert listed[1] == {
        "asset": "b", "kind": "sprite", "status": "stale", "reason": "prompt changed", "style": "rd_fast__default",
    }  # fmt: skip
    game.write("version: 1\n")
    assert (game.run("show").status, game.run("show").out) == (0, "")


def test_a_failure_names_its_asset_once() -> None:
    said = "hat (assets.yaml:5:17): the service says 502: Unable (again): sorry"
    assert failure("hat", said) == "hat: assets.yaml:5:17: the service says 502: Unable (again): sorry"
    assert failure("hat", "hats (a): b") == "hat: hats (a): b"
    assert failure("a, b and 5 more", "the disk is full") == "a, b and 5 more: the disk is full"
