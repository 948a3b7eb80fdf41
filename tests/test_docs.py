"""The pages say what the program does: every command and flag, links that lead somewhere, manifests that are valid."""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from assetgen.cli.main import COMMANDS, command_module, main
from assetgen.cli.parser import add_common

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
CODE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def flags_of(command: str) -> set[str]:
    """Every spelling of every flag that is the command's own."""
    parser = argparse.ArgumentParser(add_help=False)
    command_module(command).configure(parser)
    return {spelling for action in parser._actions for spelling in action.option_strings}


def sections() -> dict[str, str]:
    """The parts of commands.md by headline."""
    parts = re.split(r"^## (.+)$", (ROOT / "docs" / "commands.md").read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_has_its_section_in_the_program_s_order() -> None:
    assert list(sections())[2:] == list(COMMANDS)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_flag_is_documented_and_no_other(command: str) -> None:
    rows = re.findall(r"^\| (`-.+?) \| ", sections()[command], re.M)
    documented = {spelling.split()[0] for row in rows for spelling in re.findall(r"`([^`]+)`", row)}
    assert documented == flags_of(command)
    assert f"`assetgen {command}" in sections()[command]


def test_common_flags_are_documented() -> None:
    head = (ROOT / "docs" / "commands.md").read_text("utf-8").split("## ")[0]
    common = argparse.ArgumentParser(add_help=False)
    add_common(common)
    for action in common._actions:
        for spelling in action.option_strings:
            assert f"`{spelling}" in head, spelling


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_and_flag_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    module = command_module(command)
    module.configure(parser)
    assert module.__doc__
    assert COMMANDS[command]
    assert all(action.help for action in parser._actions), [a.dest for a in parser._actions if not a.help]
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert command in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = CODE.sub("", page.read_text("utf-8"))
    for link in LINK.findall(text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert target.is_relative_to(ROOT), f"{page.name}: {link} leaves the repository"
        if anchor:
            assert anchor in anchors(target), f"{page.name}: {link}"


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headlines get."""
    headlines = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in headlines}


def test_every_page_is_on_the_index() -> None:
    named = {link.partition("#")[0] for link in LINK.findall((ROOT / "docs" / "index.md").read_text("utf-8"))}
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"} <= named


def examples() -> Iterator[object]:
    """Every fenced manifest in the pages that is whole: its first line, comments aside, is `version: 1`."""
    for page in PAGES:
        for number, (language, text) in enumerate(CODE.findall(page.read_text("utf-8"))):
            lines = [line for line in text.splitlines() if not line.startswith("#")]
            if language == "yaml" and lines[:1] == ["version: 1"]:
                yield pytest.param(text, id=f"{page.name}-{number}")


@pytest.mark.parametrize("text", list(examples()))
def test_manifests_in_the_pages_are_valid(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "assets.yaml").write_text(text, "utf-8")
    for name in re.findall(r"file: ([\w./-]+)", text):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / "example_project" / "art" / "logo.png").read_bytes())
    status = main(["-C", str(tmp_path), "plan"])
    assert status == 0, capsys.readouterr().err


def test_getting_started_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page up to the real service: its commands typed, its manifests saved, its answers compared."""
    page = (ROOT / "docs" / "getting-started.md").read_text("utf-8").split("## 6.")[0]
    monkeypatch.chdir(tmp_path)
    compared = 0
    for language, text in CODE.findall(page):
        if language == "yaml":
            drawn = set(re.findall(r"file: ([\w./-]+)", text))
            for name in drawn:
                Path(name).parent.mkdir(exist_ok=True)
                Image.radial_gradient("L").resize((96, 16)).convert("RGBA").save(name)
            Path("assets.yaml").write_text(text, "utf-8")
            assert main(["build"]) == 0
            capsys.readouterr()
            for made in ("assets.lock", "generated"):  # what comes next in the page begins with nothing
                shutil.rmtree(made, ignore_errors=True)
                Path(made).unlink(missing_ok=True)
            continue
        for typed, answer in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", text, re.M):
            program, *words = typed.split()
            if program == "cd":
                monkeypatch.chdir(words[0])
            elif program == "assetgen":
                assert main(words) == 0, typed
                told = capsys.readouterr().err
                assert told == answer or not answer, typed
                compared += bool(answer)
    assert compared == 2
