"""Top-level settings: folders, engines, budget, network."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from assetgen.manifest.expand import DEVICES
from assetgen.manifest.files import Files
from assetgen.manifest.messages import quoted
from assetgen.manifest.nodes import Items, Located, Map, Node, Problems, Scalar
from assetgen.manifest.scalars import plain_json
from assetgen.model.cost import CREDITS, USD, Cost
from assetgen.model.manifest import Engine, Network
from assetgen.model.position import Position

_RESERVED = frozenset('<>:"|?*')
OWN_FOLDER = ".assetgen"
_OWN_PLACES = frozenset({"assets.json", "sprites", "animations", "tilesets", "palettes", "atlases"})
_OWN_SUFFIXES = frozenset({".png", ".json", ".gpl", ".hex", ".pal"})


def folder(
    values: Mapping[str, Any], key: str, default: str, top: Map, file: str, files: Files, problems: Problems
) -> str:
    """`output` or `originals` as a normal relative path; the default where it is wrong."""
    text = values.get(key)
    located = text if isinstance(text, Located) else Located.of(default, _at(top, key))
    path = files.relative(located, located.position, key, problems)
    if path is None:
        return default
    where = located.position
    if path == ".":
        tail = f"choose a folder of its own, like {default}"
        problems.add(where, f"{key} {quoted(located)} is the folder of the manifest", tail=tail)
    elif file == path or file.startswith(path + "/"):
        problems.add(where, f"{key} {quoted(located)} holds the manifest")
    elif path.split("/")[0].lower() in (OWN_FOLDER, ".git"):
        problems.add(where, f"{key} {quoted(located)} belongs to another tool", tail=f"choose a folder like {default}")
    elif any(set(part) & _RESERVED or part.lower() in DEVICES or part[-1] in ". " for part in path.split("/")):
        problems.add(
            where, f"{key} {quoted(located)} cannot be a folder on every system", tail=f"choose one like {default}"
        )
    elif not files.inside(path) or not files.inside(path + "/x"):
        tail = "a symbolic link may not lead out of the project"
        problems.add(where, f"{key} {quoted(located)} leaves the project", tail=tail)
    else:
        return path
    return default


def _at(top: Map, key: str) -> Position:
    entry = top.entries.get(key)
    return Position(top.position.file, 1, 1) if entry is None else entry.value.position


def overlap(first: str, second: str) -> bool:
    """Whether two folders are equal or one lies in the other, case apart."""
    a, b = first.lower() + "/", second.lower() + "/"
    return a.startswith(b) or b.startswith(a)


def check_folders(
    output: str, originals: str, engines: tuple[Engine, ...], top: Map, files: Files, problems: Problems
) -> None:
    """Outputs, originals and engines' folders keep out of each other's way."""
    if overlap(output, originals):
        head = f"output {quoted(output)} and originals {quoted(originals)} overlap"
        at = _at(top, "output") if "output" in top.entries else _at(top, "originals")
        problems.add(at, head, tail="outputs may be deleted, originals never: keep them apart")
    owners = {output.lower(): ("output", output)}
    for engine in engines:
        own = engine.output
        if own is None:
            continue
        if overlap(own, originals):
            problems.add(
                engine.at("output"), f"output {quoted(own)} of engine {engine.name} overlaps the originals folder"
            )
        first = owners.setdefault(own.lower(), (engine.name, own))
        if first[1] != own:
            head = (
                f"output {quoted(own)} of engine {engine.name} and {quoted(first[1])} of {first[0]} differ by case only"
            )
            problems.add(engine.position, head)
    if any(engine.name == "unity" for engine in engines) and _in_unity_assets(originals, files):
        tail = "Unity would import every original: keep them outside of Assets"
        problems.add(_at(top, "originals"), f"originals {quoted(originals)} lie in Unity's Assets folder", tail=tail)


def _in_unity_assets(originals: str, files: Files) -> bool:
    if "assets" in originals.lower().split("/"):
        return True
    root = PurePath(files.real_root)
    above = [parent for parent in (root, *root.parents) if parent.name == "Assets"]
    return any((files.root.__class__(parent.parent) / "ProjectSettings").is_dir() for parent in above)


def engines(values: Mapping[str, Any], top: Map, files: Files, problems: Problems) -> tuple[Engine, ...]:
    """The engines in use with their options, paths made relative to the project."""
    entry = top.entries.get("engines")
    if entry is None or not values.get("engines"):
        return ()
    found: dict[str, Engine] = {}
    for name, position, node in _listed(entry.value):
        if name in found:
            problems.add(
                position, f"engine {quoted(name)} is named twice", tail=f"first at line {found[name].position.line}"
            )
            continue
        places = {e.key: e.position for e in node.entries.values()} if isinstance(node, Map) else {}
        found[name] = Engine(name, _options(name, node, files, problems), position, places)
    return tuple(found.values())


def _listed(node: Node) -> list[tuple[str, Position, Node | None]]:
    if isinstance(node, Map):
        return [(e.key, e.position, e.value) for e in node.entries.values() if not e.key.startswith("x-")]
    found: list[tuple[str, Position, Node | None]] = []
    for item in node.items if isinstance(node, Items) else ():
        if isinstance(item, Scalar):
            found.append((item.text, item.position, None))
        else:
            found += _listed(item) if isinstance(item, Map) else []
    return found


def _options(name: str, node: Node | None, files: Files, problems: Problems) -> dict[str, Any]:
    if name == "template":
        return {"templates": _templates(node, files, problems)}
    options: dict[str, Any] = plain_json(node) if isinstance(node, Map) else {}
    output = options.get("output")
    if output is None:
        options.pop("output", None)
    elif isinstance(node, Map):
        position = node.entries["output"].value.position
        what = f"output of engine {name}"
        path = files.relative(str(output), position, what, problems)
        if path is not None and not files.inside(path + "/x"):
            tail = "a symbolic link may not lead out of the project"
            problems.add(position, f"{what} {quoted(path)} leaves the project", tail=tail)
        options["output"] = path if path is not None else "generated"
    return options


def _templates(node: Node | None, files: Files, problems: Problems) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    targets: dict[str, str] = {}
    for item in node.items if isinstance(node, Items) else ():
        if not isinstance(item, Map):
            continue
        places = {key: entry.value for key, entry in item.entries.items() if isinstance(entry.value, Scalar)}
        template, to = places.get("template"), places.get("to")
        if not isinstance(template, Scalar) or not isinstance(to, Scalar):
            continue
        path = files.relative(template.text, template.position, "template", problems)
        if path is not None:
            files.require(path, template.position, "template", problems)
        target = files.relative(to.text, to.position, "target", problems)
        if target is None or path is None:
            continue
        if target.lower() in targets:
            problems.add(to.position, f"two templates write {quoted(target)}")
        elif _is_ours(target.lower()):
            problems.add(to.position, f"{quoted(target)} may be an output already", tail="choose a name of its own")
        targets[target.lower()] = target
        found.append({"template": path, "to": target})
    return found


def _is_ours(target: str) -> bool:
    """Whether a path under the output folder, in lower case, is one that pictures, palettes or the index may have."""
    folder, _, rest = target.partition("/")
    if folder not in _OWN_PLACES:
        return False
    return not rest or PurePath(rest).suffix in _OWN_SUFFIXES


def budget(text: Any) -> Cost | None:
    """`5.00` in dollars, or `200 credits`."""
    if text is None:
        return None
    amount, _, unit = text.partition(" ")
    return Cost(Decimal(amount), CREDITS if unit.strip() == CREDITS else USD)


def network(value: Any) -> Network:
    """Transport settings; what is not said keeps its default."""
    said = {key: item for key, item in (value or {}).items() if item is not None}
    return Network(**said | {"account_budget": budget(said.get("account_budget"))})
