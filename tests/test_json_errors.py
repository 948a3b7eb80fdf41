"""With `--json` there is one document on stdout, also where a command could do nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench import bench


@pytest.mark.parametrize("command", [["plan"], ["build", "--yes"], ["check"], ["build", "--locked"]])
def test_every_mistake_of_the_manifest_stands_in_the_document(tmp_path: Path, command: list[str]) -> None:
    game = bench(tmp_path, "version: 1\nsprites:\n  gem: {promt: a gem}\n  rock: {file: nowhere.png, sizes: 3}\n")
    ran = game.run(*command, "--json")
    assert ran.status == 2
    document = ran.json
    assert (document["version"], document["status"]) == (1, "failed")
    places = [(error["file"], error["line"], error["column"]) for error in document["errors"]]
    assert places == sorted(places)
    assert {line for _file, line, _column in places} == {3, 4}
    for error in document["errors"]:
        assert "{file}:{line}:{column}: {message}".format(**error) in ran.err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["plan", "--json", "nobody"], 2, "nobody"),
        (["build", "--json", "--max-cost", "much"], 2, "'much' is no amount"),
        (["balance", "--json"], 2, "RD_API_KEY is not set"),
        (["settle", "--json", "abc", "--lost"], 2, "no single open entry"),
    ],
)
def test_mistakes_of_the_command_line_stand_there_too(
    tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    game = bench(tmp_path, "version: 1\nsprites:\n  gem: {prompt: a gem, style: rd_fast__default, size: 64}\n")
    ran = game.run(*arguments)
    assert ran.status == status
    assert words in ran.err
    (error,) = ran.json["errors"]
    assert words in error["message"]


def test_without_json_nothing_is_written_to_stdout(tmp_path: Path) -> None:
    ran = bench(tmp_path, "version: 1\nsprites: {gem: {promt: a gem}}\n").run("plan")
    assert (ran.status, ran.out) == (2, "")
