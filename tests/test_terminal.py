"""What a person sees: help that fits on a screen, mistakes that say what was meant, a display that fits its line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console
from workbench import bench

from assetgen.cli.main import COMMANDS, main
from assetgen.cli.progress import _bar, running


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
        (["--verzion"], "there is no flag '--verzion'; did you mean '--version'?"),
    ):
        ran = game.run(*words)
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


def test_what_runs_is_said_in_few_words() -> None:
    assert running({}) == ""
    assert running({"hero": "generating with rd_pro__default"}) == "hero (generating with rd_pro__default)"
    assert running(dict.fromkeys("abcde", "generating")) == "a, b, c and 2 more"
