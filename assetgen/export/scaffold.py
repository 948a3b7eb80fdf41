"""Minimal runnable projects around the exported files: the hero walks over the tileset with the arrow keys.

The texts lie in `scaffolds/ENGINE/` beside this module; `@NAME@` in them is replaced.
"""

from __future__ import annotations

from importlib import resources

ENGINES = ("godot", "love", "phaser")
"""Engines for which there is a project."""

RUN = {
    "godot": "open the folder in Godot 4.3 or later and press F5",
    "love": "love .",
    "phaser": "npm install && npm start",
}
"""How each is started, once `assetgen build` has run."""


def scaffold(
    engine: str,
    *,
    project: str = "my-game",
    output: str = "generated",
    hero: str = "hero_walk",
    tileset: str = "meadow",
) -> dict[str, str]:
    """The project's files as text by path relative to the manifest's folder.

    `hero` is an animation with tags `walk_D` and `idle_D` for D in down, left, up, right; `tileset` one with two
    terrains. `output` is the engine's output folder. Raises KeyError for an engine that has none.
    """
    if engine not in ENGINES:
        raise KeyError(engine)
    folder = resources.files("assetgen.export").joinpath("scaffolds", engine)
    values = {"@PROJECT@": project, "@OUTPUT@": output, "@HERO@": hero, "@TILESET@": tileset}
    found = {}
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        text = file.read_text(encoding="utf-8")
        for mark, value in values.items():
            text = text.replace(mark, value)
        found[file.name] = text
    return found
