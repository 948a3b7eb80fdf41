"""Tiled's `.tsx`. It is merged through the JSON form: what that has no word for stays in the XML as it was."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_TOP = ("version", "tiledversion", "name", "tilewidth", "tileheight", "spacing", "margin", "tilecount", "columns")
_ORDER = (
    *("editorsettings", "tileoffset", "grid", "properties", "image", "objectgroup", "animation"),
    *("transformations", "terraintypes", "tile", "wangsets"),
)
_INT = ("tilewidth", "tileheight", "spacing", "margin", "tilecount", "columns")


def text(found: Mapping[str, Any]) -> str:
    """A tileset's JSON form as XML."""
    return write(to_xml(found))


def to_xml(found: Mapping[str, Any]) -> ET.Element:
    root = ET.Element(
        "tileset", {key: _plain(found[key]) for key in _TOP if found.get(key) not in (None, 0) or key == "columns"}
    )
    if "grid" in found:
        ET.SubElement(root, "grid", {key: _plain(value) for key, value in found["grid"].items()})
    if "image" in found:
        root.append(_image(found))
    for tile in found.get("tiles", []):
        root.append(_tile(tile))
    if found.get("wangsets"):
        sets = ET.SubElement(root, "wangsets")
        sets.extend(_wang_set(entry) for entry in found["wangsets"])
    return root


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def _image(found: Mapping[str, Any]) -> ET.Element:
    size = {"width": _plain(found["imagewidth"]), "height": _plain(found["imageheight"])}
    return ET.Element("image", {"source": found["image"], **size})


def _tile(tile: Mapping[str, Any]) -> ET.Element:
    made = ET.Element("tile", {"id": _plain(tile["id"])})
    if "probability" in tile:
        made.set("probability", _plain(tile["probability"]))
    if tile.get("properties"):
        properties = ET.SubElement(made, "properties")
        for entry in tile["properties"]:
            kind = {} if entry["type"] == "string" else {"type": entry["type"]}
            ET.SubElement(properties, "property", {"name": entry["name"], **kind, "value": _plain(entry["value"])})
    if "image" in tile:
        made.append(_image(tile))
    if tile.get("objectgroup"):
        made.append(_object_group(tile["objectgroup"]))
    if tile.get("animation"):
        animation = ET.SubElement(made, "animation")
        for step in tile["animation"]:
            ET.SubElement(animation, "frame", {"tileid": _plain(step["tileid"]), "duration": _plain(step["duration"])})
    return made


def _object_group(group: Mapping[str, Any]) -> ET.Element:
    made = ET.Element("objectgroup", {"draworder": "index", "id": "2"})
    for entry in group["objects"]:
        shape = ET.SubElement(made, "object", {key: _plain(entry[key]) for key in ("id", "x", "y")})
        if "polygon" in entry:
            points = " ".join(f"{_plain(point['x'])},{_plain(point['y'])}" for point in entry["polygon"])
            ET.SubElement(shape, "polygon", {"points": points})
    return made


def _wang_set(entry: Mapping[str, Any]) -> ET.Element:
    made = ET.Element("wangset", {"name": entry["name"], "type": entry["type"], "tile": _plain(entry.get("tile", -1))})
    for color in entry["colors"]:
        attributes = {key: _plain(color[key]) for key in ("name", "color", "tile", "probability")}
        ET.SubElement(made, "wangcolor", attributes)
    for tile in entry["wangtiles"]:
        wangid = ",".join(map(str, tile["wangid"]))
        ET.SubElement(made, "wangtile", {"tileid": _plain(tile["tileid"]), "wangid": wangid})
    return made


def parse(existing: str) -> ET.Element:
    """The tree. Raises ValueError where it is no Tiled tileset."""
    if "<!ENTITY" in existing:  # a few of them can stand for any length of text
        raise ValueError("it declares entities, which Tiled does not write")
    try:
        root = ET.fromstring(existing)  # noqa: S314
    except ET.ParseError as error:
        raise ValueError(f"no XML: {error}") from error
    if root.tag != "tileset" or "tilewidth" not in root.attrib:
        raise ValueError("no Tiled tileset")
    return root


def to_json(root: ET.Element) -> dict[str, Any]:
    """What the JSON form would say of the keys that we know."""
    found: dict[str, Any] = {"name": root.get("name", "")}
    found |= {key: int(root.get(key, "0")) for key in _INT}
    image = root.find("image")
    if image is not None:
        found |= _read_image(image)
    tiles = [_read_tile(tile) for tile in root.findall("tile")]
    if tiles:
        found["tiles"] = tiles
    sets = [_read_wang_set(entry) for entry in root.findall("wangsets/wangset")]
    if sets:
        found["wangsets"] = sets
    return found


def _read_image(image: ET.Element) -> dict[str, Any]:
    width, height = int(image.get("width", "0")), int(image.get("height", "0"))
    return {"image": image.get("source", ""), "imagewidth": width, "imageheight": height}


def _number(raw: str) -> int | float:
    value = float(raw)
    return int(value) if value == int(value) else value


def _read_tile(tile: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = {"id": int(tile.get("id", "0"))}
    if tile.get("probability"):
        found["probability"] = _number(tile.get("probability", "1"))
    image = tile.find("image")
    if image is not None:
        found |= _read_image(image)
    frames = tile.findall("animation/frame")
    if frames:
        found["animation"] = [
            {"duration": int(frame.get("duration", "0")), "tileid": int(frame.get("tileid", "0"))} for frame in frames
        ]
    properties = [_read_property(entry) for entry in tile.findall("properties/property")]
    if properties:
        found["properties"] = properties
    objects = [_read_object(entry) for entry in tile.findall("objectgroup/object")]
    if objects:
        found["objectgroup"] = {"objects": objects}
    return found


def _read_property(entry: ET.Element) -> dict[str, Any]:
    kind, raw = entry.get("type", "string"), entry.get("value", entry.text or "")
    value: Any = raw
    if kind == "bool":
        value = raw == "true"
    elif kind == "int":
        value = int(raw)
    elif kind == "float":
        value = float(raw)
    return {"name": entry.get("name", ""), "type": kind, "value": value}


def _read_object(entry: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = {key: _number(entry.get(key, "0")) for key in ("id", "x", "y", "width", "height")}
    polygon = entry.find("polygon")
    if polygon is not None:
        pairs = (pair.split(",") for pair in polygon.get("points", "").split())
        found["polygon"] = [{"x": _number(x), "y": _number(y)} for x, y in pairs]
    return found


def _read_wang_set(entry: ET.Element) -> dict[str, Any]:
    colors = [
        {
            "name": color.get("name", ""),
            "color": color.get("color", ""),
            "tile": int(color.get("tile", "-1")),
            "probability": _number(color.get("probability", "1")),
        }
        for color in entry.findall("wangcolor")
    ]
    tiles = [
        {"tileid": int(tile.get("tileid", "0")), "wangid": [int(part) for part in tile.get("wangid", "").split(",")]}
        for tile in entry.findall("wangtile")
    ]
    kind, tile = entry.get("type", ""), int(entry.get("tile", "-1"))
    return {"name": entry.get("name", ""), "type": kind, "tile": tile, "colors": colors, "wangtiles": tiles}


def graft(root: ET.Element, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Brings a parsed tree from its JSON form `before` to `after`: only what differs is written anew."""
    for key in _TOP:
        if key in after and (key in _INT or key == "name"):
            if after[key] == 0 and key != "columns":
                root.attrib.pop(key, None)
            else:
                root.set(key, _plain(after[key]))
    new = to_xml(after)
    if _picture(before) != _picture(after):
        _replace(root, "image", new.findall("image"))
    held = {tile.get("id"): tile for tile in root.findall("tile")}
    old = {str(tile["id"]): tile for tile in before.get("tiles", [])}
    now = {str(tile["id"]): tile for tile in after.get("tiles", [])}
    made = {tile.get("id"): tile for tile in new.findall("tile")}
    tiles = []
    for identity in now:
        element = held.get(identity)
        if element is None:
            element = made[identity]
        elif old.get(identity) != now[identity]:
            _graft_tile(element, made[identity], old[identity], now[identity])
        tiles.append(element)
    _replace(root, "tile", tiles)
    if before.get("wangsets") != after.get("wangsets"):
        _graft_sets(root, new)


def _picture(found: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(found.get(key) for key in ("image", "imagewidth", "imageheight"))


def _graft_tile(element: ET.Element, new: ET.Element, old: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    if "probability" in now:
        element.set("probability", _plain(now["probability"]))
    else:
        element.attrib.pop("probability", None)
    for tag in ("properties", "image", "objectgroup", "animation"):
        if old.get(tag) != now.get(tag):
            _replace(element, tag, new.findall(tag))


def _graft_sets(root: ET.Element, new: ET.Element) -> None:
    held = {entry.get("name"): entry for entry in root.findall("wangsets/wangset")}
    sets = ET.Element("wangsets")
    for entry in new.findall("wangsets/wangset"):
        old = held.get(entry.get("name"))
        extras = [child for child in old if child.tag not in ("wangcolor", "wangtile")] if old is not None else []
        for number, child in enumerate(extras):
            entry.insert(number, child)
        sets.append(entry)
    _replace(root, "wangsets", [sets] if len(sets) else [])


def _replace(parent: ET.Element, tag: str, children: Iterable[ET.Element]) -> None:
    """Puts `children` where the parent's elements of that tag stood, or where the order of a tileset wants them."""
    children = list(children)
    for old in parent.findall(tag):
        parent.remove(old)
    rank = {name: number for number, name in enumerate(_ORDER)}
    place = 0
    for number, child in enumerate(parent):
        if rank.get(child.tag, -1) <= rank.get(tag, len(_ORDER)):
            place = number + 1
    for child in reversed(children):
        parent.insert(place, child)


def write(root: ET.Element) -> str:
    """The tree as Tiled lays it out: one space an indent, double quotes."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    _lines(root, 0, lines)
    return "\n".join(lines) + "\n"


def _lines(element: ET.Element, depth: int, lines: list[str]) -> None:
    pad = " " * depth
    head = "".join(f" {key}={quoteattr(value)}" for key, value in element.attrib.items())
    body = (element.text or "").strip("\n") if element.text and element.text.strip() else ""
    if len(element) == 0:
        lines.append(
            f"{pad}<{element.tag}{head}>{escape(body)}</{element.tag}>" if body else f"{pad}<{element.tag}{head}/>"
        )
        return
    lines.append(f"{pad}<{element.tag}{head}>")
    for child in element:
        _lines(child, depth + 1, lines)
    lines.append(f"{pad}</{element.tag}>")
