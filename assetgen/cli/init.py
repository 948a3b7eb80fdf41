"""Write a commented assets.yaml and the lines that git needs: ready to build. With --engine, a small game around it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from assetgen.cli.context import Context
from assetgen.cli.merge_driver import install, unsaid
from assetgen.model.errors import AssetgenError, UsageError

MANIFEST = "assets.yaml"

_SHOWN_BY_PLAN = "'assetgen plan' shows what it asks for"
_DRIVER_SET = "git merges assets.lock in this clone without losing a paid picture."

BESIDE: dict[str, str] = {".gitignore": "gitignore", ".gitattributes": "gitattributes"}
"""Files that may exist already → the lines that they need."""

HINTS: dict[str, str] = {
    "bevy": "add DefaultPlugins.set(ImagePlugin::default_nearest())",
    "cocos2d": "call setAliasTexParameters() on each texture",
    "css": "set image-rendering: pixelated",
    "defold": "game.project: graphics, set both default texture filters to nearest",
    "gamemaker": "Game Options, Graphics: switch 'Interpolate colours between pixels' off",
    "godot": "Project Settings, Rendering, Textures: set the default texture filter to Nearest",
    "love": 'call love.graphics.setDefaultFilter("nearest", "nearest") before loading pictures',
    "phaser": "set pixelArt: true in the game's configuration",
    "pixi": "set TextureSource.defaultOptions.scaleMode = 'nearest' before loading pictures",
    "starling": "set textureSmoothing to TextureSmoothing.NONE",
}
"""What keeps pixels crisp and cannot travel in a file, by engine."""

TITLES: dict[str, str] = {
    "css": "CSS",
    "gamemaker": "GameMaker",
    "love": "LÖVE",
    "pixi": "PixiJS",
}
"""What people call an engine, where that is not its name with a capital letter."""

OUTPUTS: dict[str, str] = {"unity": "Assets/Generated"}
"""Where an engine needs the files, if not in `generated`."""

_BY_HAND = {"template": "it needs a template of yours: see 'engines' in docs/manifest.md"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", nargs="?", default=".", help="the game's folder; made where missing")
    from assetgen.export.base import names

    engines = ", ".join(name for name in names() if name not in _BY_HAND)
    about = f"write files for this engine; may be repeated. There are {engines}"
    parser.add_argument("--engine", action="append", default=[], metavar="NAME", help=about)


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.export.scaffold import RUN

    folder = context.root / args.folder
    engines = tuple(dict.fromkeys(args.engine))
    if (folder / MANIFEST).exists() and not engines:
        added, driver = _tell_git(folder), install(folder)
        for path in added:
            context.say(f"  + {path}")
        if driver:
            context.say(_DRIVER_SET)
        if driver or added:
            context.say(f"{folder / MANIFEST} exists already and stays as it is.")
            return 0
    for path in init(folder, engines):
        context.say(f"  + {path}")
    if install(folder):
        context.say(_DRIVER_SET)
    for engine in engines:
        title = TITLES.get(engine, engine.capitalize())
        if engine in HINTS:
            context.say(f"For crisp pixels in {title}: {HINTS[engine]}.")
        if engine in RUN:
            context.say(f"To see the hero walk in {title}, once it is built: {RUN[engine]}")
    place = "" if folder.resolve() == Path.cwd() else f' -C "{folder}"' if " " in str(folder) else f" -C {folder}"
    context.say(f"Ready. 'assetgen{place} plan' shows what will be made, 'assetgen{place} build' makes it.")
    return 0


def init(folder: Path, engines: Sequence[str] = ()) -> list[Path]:
    """Makes `folder` a project; returns what was written or extended.

    UsageError, before anything is written, where a manifest is already there or an engine is not known.
    """
    from assetgen.store import atomic

    manifest = folder / MANIFEST
    if manifest.exists():
        _know(engines)
        next_step = f"write 'engines: [{', '.join(engines)}]' into it" if engines else _SHOWN_BY_PLAN
        raise UsageError(f"{manifest} exists already and stays as it is; {next_step}")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: give a folder")
    _know(engines)
    output = next((OUTPUTS[engine] for engine in engines if engine in OUTPUTS), "generated")
    written = [manifest]
    atomic.write(manifest, starter(folder.resolve().name, engines, output).encode())
    written += _extended(folder, BESIDE, output)
    for engine in engines:
        for name, text in _game(folder, engine, output).items():
            atomic.write(folder / name, text.encode())
            written.append(folder / name)
    return written


def _extended(folder: Path, names: Iterable[str], output: str, originals: str = "originals") -> list[Path]:
    """Adds to git's files beside the manifest the lines that they lack; returns those that changed."""
    from assetgen.store import atomic

    changed = []
    for name in names:
        path = folder / name
        before = path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""
        lines = _template(BESIDE[name]).replace("generated/", f"{output}/").replace("originals/", f"{originals}/")
        after = with_lines(before, lines)
        if after != before:
            atomic.write(path, after.encode("utf-8", "surrogateescape"))
            changed.append(path)
    return changed


def _tell_git(folder: Path) -> list[Path]:
    """In a clone whose git does not know yet what to ignore or how to merge, a project that is there already gets the
    lines that say it; returns the files that changed."""
    from assetgen.manifest import load

    names = unsaid(folder)
    if not names:
        return []
    try:
        manifest = load(folder)
    except AssetgenError:  # to be told by the first plan
        return _extended(folder, names, "generated")
    return _extended(folder, names, manifest.output, manifest.originals)


def _game(folder: Path, engine: str, output: str) -> dict[str, str]:
    """A small game around the assets, for engines that have one; none where one of its files is there already."""
    from assetgen.export.scaffold import ENGINES, scaffold

    if engine not in ENGINES:
        return {}
    files = scaffold(engine, project=project_name(folder.resolve().name), output=output)
    return {} if any((folder / name).exists() for name in files) else files


def starter(folder_name: str, engines: Sequence[str], output: str = "generated") -> str:
    """The manifest that a new project begins with."""
    text = _template("assets.yaml").replace("project: my-game", f"project: {project_name(folder_name)}")
    if output != "generated":
        text = text.replace("\n# Files that engines", f"\noutput: {output}\n\n# Files that engines")
    if engines:
        text = text.replace("# engines: [godot]", f"engines: [{', '.join(engines)}]")
    return text


def project_name(folder_name: str) -> str:
    """A folder's name as a project's: `My Game!` → `my-game`."""
    return re.sub(r"[^a-z0-9]+", "-", folder_name.lower()).strip("-") or "my-game"


def with_lines(text: str, lines: str) -> str:
    """`text` followed by those of `lines` that it does not hold yet, with its own line ends; the same text when it
    holds all."""
    present = {line.strip() for line in text.splitlines()}
    missing = [line for line in lines.splitlines() if line.strip() not in present]
    if not missing:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else end if text.endswith("\n") else end * 2
    return text + gap + "".join(line + end for line in missing)


def _template(name: str) -> str:
    return resources.files("assetgen.cli").joinpath("starter", name).read_text("utf-8")


def _know(engines: Sequence[str]) -> None:
    from assetgen.export.base import exporter

    for engine in engines:
        if engine in _BY_HAND:
            raise UsageError(f"{engine} cannot be set up by init: {_BY_HAND[engine]}")
        exporter(engine)
