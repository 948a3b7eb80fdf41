"""Readers written from the rules of each format whose engine cannot run here. They refuse what they do not know.

Each gives frames as `Cut`s: which picture, the rect in it, and where that lies in the untrimmed frame.
"""

from __future__ import annotations

import json
import plistlib
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assetgen.pixels.picture import Picture, read

Document = dict[str, Any]
"""A file as its parser gives it."""

Message = dict[str, list[Any]]
"""A message of protocol buffers: the values of each field, in order."""


@dataclass(frozen=True)
class Cut:
    file: Path
    rect: tuple[int, int, int, int]
    at: tuple[int, int]
    size: tuple[int, int]
    pivot: tuple[float, float] | None = None

    def picture(self) -> Picture:
        """The untrimmed frame."""
        sheet = read(self.file)
        x, y, w, h = self.rect
        assert min(w, h) > 0, f"empty: {self}"
        assert min(x, y, sheet.shape[1] - x - w, sheet.shape[0] - y - h) >= 0, f"outside the sheet: {self}"
        frame = np.zeros((self.size[1], self.size[0], 4), np.uint8)
        left, top = self.at
        assert min(left, top, self.size[0] - w - left, self.size[1] - h - top) >= 0, f"outside the frame: {self}"
        frame[top : top + h, left : left + w] = sheet[y : y + h, x : x + w]
        return frame


def libgdx(path: Path) -> dict[tuple[str, int], Cut]:
    """The old loader: after a blank line a page with its five fields, then regions of six or seven lines each."""
    lines = path.read_text().split("\n")
    assert lines[0] == ""
    assert lines[-1] == ""
    found, page, place = {}, None, 0

    def field(expected: str, indent: str) -> list[str]:
        nonlocal place
        key, colon, value = lines[place].partition(":")
        assert (key, colon) == (indent + expected, ":"), f"expected {expected}, found {lines[place]!r}"
        place += 1
        return [part.strip() for part in value.split(",")]

    while place < len(lines) - 1:
        if lines[place] == "":
            place += 1
            page = path.parent / lines[place]
            place += 1
            size = tuple(map(int, field("size", "")))
            assert size == read(page).shape[1::-1]
            assert field("format", "") == ["RGBA8888"]
            assert field("filter", "") == ["Nearest", "Nearest"]
            assert field("repeat", "") == ["none"]
            continue
        name = lines[place]
        assert ":" not in name
        assert name == name.strip()
        place += 1
        assert field("rotate", "  ") == ["false"]
        x, y = map(int, field("xy", "  "))
        w, h = map(int, field("size", "  "))
        if lines[place].startswith("  split"):
            splits = tuple(map(int, field("split", "  ")))
            assert splits[0] + splits[1] <= w
            assert splits[2] + splits[3] <= h
        width, height = map(int, field("orig", "  "))
        left, bottom = map(int, field("offset", "  "))
        index = int(field("index", "  ")[0])
        assert (name, index) not in found
        assert page is not None, "a region before the first page"
        found[name, index] = Cut(page, (x, y, w, h), (left, height - bottom - h), (width, height))
    return found


def starling(path: Path) -> dict[str, Cut]:
    root = ET.fromstring(path.read_text())
    assert root.tag == "TextureAtlas"
    sheet = path.parent / root.attrib["imagePath"]
    found = {}
    for entry in root:
        known = {
            "name",
            "x",
            "y",
            "width",
            "height",
            "frameX",
            "frameY",
            "frameWidth",
            "frameHeight",
            "pivotX",
            "pivotY",
        }
        assert entry.tag == "SubTexture"
        assert set(entry.attrib) <= known
        value = {key: int(text) for key, text in entry.attrib.items() if key != "name"}
        w, h = value["width"], value["height"]
        assert value.get("frameX", 0) <= 0
        assert value.get("frameY", 0) <= 0
        at = (-value.get("frameX", 0), -value.get("frameY", 0))
        size = (value.get("frameWidth", w), value.get("frameHeight", h))
        pivot = (value["pivotX"], value["pivotY"])
        found[entry.attrib["name"]] = Cut(sheet, (value["x"], value["y"], w, h), at, size, pivot)
    return found


def _numbers(text: str) -> list[float]:
    assert re.fullmatch(r"\{[^ ]*\}", text), text
    return [float(part) for part in text.replace("{", "").replace("}", "").split(",")]


def cocos2d(path: Path) -> dict[str, Cut]:
    """Format 3: the offset is that of the centres, y up."""
    found = plistlib.loads(path.read_bytes())
    about = found["metadata"]
    assert about["format"] == 3
    assert about["textureFileName"] == about["realTextureFileName"]
    sheet = path.parent / about["realTextureFileName"]
    assert _numbers(about["size"]) == list(read(sheet).shape[1::-1])
    cuts = {}
    for name, entry in found["frames"].items():
        assert entry["textureRotated"] is False
        x, y, w, h = map(int, _numbers(entry["textureRect"]))
        assert _numbers(entry["spriteSize"]) == [w, h]
        width, height = map(int, _numbers(entry["spriteSourceSize"]))
        across, up = _numbers(entry["spriteOffset"])
        left, top = across + (width - w) / 2, (height - h) / 2 - up
        assert (left, top) == (int(left), int(top)), "between pixels of the frame"
        anchor = _numbers(entry["anchor"])
        pivot = (anchor[0] * width, (1 - anchor[1]) * height)
        cuts[name] = Cut(sheet, (x, y, w, h), (int(left), int(top)), (width, height), pivot)
    return cuts


def bevy(path: Path) -> dict[str, Cut]:
    """The layout read by its grammar, joined with the names file."""
    text = re.sub(r"\s+", "", path.read_text())
    whole = re.fullmatch(r"\(size:\((\d+),(\d+)\),textures:\[((?:\(min:\(\d+,\d+\),max:\(\d+,\d+\)\),)*)\],\)", text)
    assert whole is not None, "no TextureAtlasLayout"
    rects = [tuple(map(int, r)) for r in re.findall(r"min:\((\d+),(\d+)\),max:\((\d+),(\d+)\)", whole.group(3))]
    names = json.loads(path.with_suffix("").with_suffix(".names.json").read_text())
    sheet = path.parent / names["image"]
    assert (int(whole.group(1)), int(whole.group(2))) == read(sheet).shape[1::-1]
    found = {}
    for name, entry in names["frames"].items():
        x, y, right, bottom = rects[entry["index"]]
        rect = (x, y, right - x, bottom - y)
        found[name] = Cut(sheet, rect, tuple(entry["offset"]), tuple(entry["size"]), tuple(entry["pivot"]))
    assert len(found) == len(rects)
    return found


def aseprite(path: Path) -> tuple[list[Cut], list[int], dict[str, tuple[int, int]]]:
    """Frames in play order with their times, and the range of each tag."""
    found = json.loads(path.read_text())
    frames = found["frames"]
    listed = [frames[str(n)] for n in range(len(frames))] if isinstance(frames, dict) else frames
    sheet = path.parent / found["meta"]["image"]
    cuts = []
    for entry in listed:
        f, s, size = entry["frame"], entry["spriteSourceSize"], entry["sourceSize"]
        assert entry["rotated"] is False
        assert (s["w"], s["h"]) == (f["w"], f["h"])
        assert entry["trimmed"] == ((f["w"], f["h"]) != (size["w"], size["h"]))
        cuts.append(Cut(sheet, (f["x"], f["y"], f["w"], f["h"]), (s["x"], s["y"]), (size["w"], size["h"])))
    tags = {}
    for tag in found["meta"]["frameTags"]:
        assert tag["direction"] == "forward"
        tags[tag["name"]] = (tag["from"], tag["to"])
    return cuts, [entry["duration"] for entry in listed], tags


_DEFOLD_ATLAS = {
    "": {"animations", "images", "margin", "extrude_borders", "inner_padding"},
    "animations": {"id", "images", "playback", "fps", "flip_horizontal", "flip_vertical"},
    "images": {"image"},
}
_DEFOLD_TILES = {
    "": {
        *("image", "tile_width", "tile_height", "tile_margin", "tile_spacing", "collision", "material_tag"),
        *("collision_groups", "animations", "extrude_borders"),
    },
    "animations": {"id", "start_tile", "end_tile", "playback", "fps"},
}


def protobuf_text(text: str, fields: dict[str, set[str]]) -> Message:
    """Protocol buffer text; an unknown field is an error, as in Defold."""
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|[-\d.]+|[:{}]', text)
    place = 0

    def message(kind: str, end: str | None) -> Message:
        nonlocal place
        found: Message = {}
        while place < len(tokens) and tokens[place] != end:
            key = tokens[place]
            assert key in fields[kind], f"{kind or 'the file'} has no field {key}"
            if tokens[place + 1] == "{":
                place += 2
                found.setdefault(key, []).append(message(key, "}"))
                place += 1
            else:
                assert tokens[place + 1] == ":"
                raw = tokens[place + 2]
                found.setdefault(key, []).append(json.loads(raw) if raw[0] in '"-0123456789' else raw)
                place += 3
        return found

    found = message("", None)
    assert place == len(tokens)
    return found


def defold_atlas(path: Path, root: Path) -> tuple[dict[str, tuple[list[Picture], float, bool]], list[Picture]]:
    """Animations as (pictures, seconds each, loops) and the single images."""
    found = protobuf_text(path.read_text(), _DEFOLD_ATLAS)
    assert found["extrude_borders"] == [2]

    def picture(entry: Message) -> Picture:
        name = entry["image"][0]
        assert name.startswith("/"), "paths are absolute in the project"
        return read(root / name[1:])

    animations = {}
    for entry in found.get("animations", []):
        loop = {"PLAYBACK_LOOP_FORWARD": True, "PLAYBACK_ONCE_FORWARD": False}[entry["playback"][0]]
        assert isinstance(entry["fps"][0], int)
        animations[entry["id"][0]] = ([picture(image) for image in entry["images"]], 1 / entry["fps"][0], loop)
    return animations, [picture(image) for image in found.get("images", [])]


def defold_tiles(path: Path, root: Path) -> tuple[list[Picture], list[Message]]:
    """Tiles of a tile source in its own count from 1 (index 0 is tile 1), and its animations."""
    found = dict(protobuf_text(path.read_text(), _DEFOLD_TILES).items())
    sheet = read(root / found["image"][0][1:])
    (w,), (h,), (margin,), (gap,) = (found[f"tile_{key}"] for key in ("width", "height", "margin", "spacing"))
    tiles = [
        sheet[y : y + h, x : x + w]
        for y in range(margin, sheet.shape[0] - h + 1, h + gap)
        for x in range(margin, sheet.shape[1] - w + 1, w + gap)
    ]
    return tiles, found.get("animations", [])


_IMPORTER = {
    *("internalIDToNameTable", "externalObjects", "serializedVersion", "mipmaps", "bumpmap", "isReadable"),
    *("streamingMipmaps", "streamingMipmapsPriority", "vTOnly", "ignoreMipmapLimit", "grayScaleToAlpha"),
    *("generateCubemap", "cubemapConvolution", "seamlessCubemap", "textureFormat", "maxTextureSize", "textureSettings"),
    *("nPOTScale", "lightmap", "compressionQuality", "spriteMode", "spriteExtrude", "spriteMeshType", "alignment"),
    *("spritePivot", "spritePixelsToUnits", "spriteBorder", "spriteGenerateFallbackPhysicsShape", "alphaUsage"),
    *("alphaIsTransparency", "spriteTessellationDetail", "textureType", "textureShape", "singleChannelComponent"),
    *("flipbookRows", "flipbookColumns", "maxTextureSizeSet", "compressionQualitySet", "textureFormatSet"),
    *("ignorePngGamma", "applyGammaDecoding", "swizzle", "cookieLightType", "platformSettings", "spriteSheet"),
    *("mipmapLimitGroupName", "pSDRemoveMatte", "userData", "assetBundleName", "assetBundleVariant"),
}


def unity(path: Path) -> tuple[dict[str, tuple[Cut, tuple[float, ...], str]], Document]:
    """Sprites as (cut, border, internalID), whose `pivot` is in the sheet from the top left; and the importer.

    The three lists of ids must agree, names must be without `/`, ids must not be 0.
    """
    text = path.read_text()
    assert "\t" not in text
    assert "\r" not in text
    assert text.endswith("\n")
    found = yaml.load(text, Loader=yaml.BaseLoader)
    assert found["fileFormatVersion"] == "2"
    assert re.fullmatch(r"[0-9a-f]{32}", found["guid"])
    importer = found["TextureImporter"]
    assert set(importer) == _IMPORTER, set(importer) ^ _IMPORTER
    sheet = path.with_suffix("")
    height = read(sheet).shape[0]
    assert int(importer["maxTextureSize"]) >= max(read(sheet).shape[:2])
    if importer["spriteMode"] == "1":
        pivot = importer["spritePivot"]
        width = read(sheet).shape[1]
        at = (float(pivot["x"]) * width, (1 - float(pivot["y"])) * height)
        border = tuple(float(importer["spriteBorder"][axis]) for axis in "xyzw")
        return {"": (Cut(sheet, (0, 0, width, height), (0, 0), (width, height), at), border, "21300000")}, importer
    table = {entry["second"]: entry["first"]["213"] for entry in importer["internalIDToNameTable"]}
    sprites = {}
    for sprite in importer["spriteSheet"]["sprites"]:
        rect = {key: int(value) for key, value in sprite["rect"].items()}
        w, h = rect["width"], rect["height"]
        y = height - rect["y"] - h
        pivot = (rect["x"] + float(sprite["pivot"]["x"]) * w, y + h - float(sprite["pivot"]["y"]) * h)
        name, identity = sprite["name"], sprite["internalID"]
        assert "/" not in name
        assert int(identity) != 0
        assert -(2**63) <= int(identity) < 2**63
        assert table[name] == identity
        assert importer["spriteSheet"]["nameFileIdTable"][name] == identity
        assert re.fullmatch(r"[0-9a-f]{32}", sprite["spriteID"])
        assert sprite["alignment"] == "9"
        border = tuple(float(sprite["border"][axis]) for axis in "xyzw")
        assert name not in sprites
        sprites[name] = (Cut(sheet, (rect["x"], y, w, h), (0, 0), (w, h), pivot), border, identity)
    assert len(sprites) == len(table) == len({entry[2] for entry in sprites.values()})
    return sprites, importer


def ldtk_level(path: Path) -> tuple[Picture, list[list[int]], Document]:
    """The first level drawn by the rules of its layer, its cells, and the project.

    A rule of three by three cells matches where each number n of its pattern is 0, the cell's value, or the negative of
    another one; the first match of a cell wins.
    """
    project = json.loads(path.read_text())
    assert project["jsonVersion"] == "1.5.3"
    assert project["__header__"]["fileType"] == "LDtk Project JSON"
    definition, layer = project["defs"]["tilesets"][0], project["defs"]["layers"][0]
    level = project["levels"][0]
    instance = level["layerInstances"][0]
    assert instance["layerDefUid"] == layer["uid"]
    assert instance["levelId"] == level["uid"]
    assert layer["tilesetDefUid"] == instance["__tilesetDefUid"] == definition["uid"]
    assert re.fullmatch(r"[A-Z][A-Za-z0-9_]*", definition["identifier"])
    numbers = [definition["uid"], layer["uid"], level["uid"]]
    numbers += [rule["uid"] for group in layer["autoRuleGroups"] for rule in group["rules"]]
    assert len(set(numbers)) == len(numbers)
    sheet = read(path.parent / definition["relPath"])
    assert sheet.shape[1::-1] == (definition["pxWid"], definition["pxHei"])
    grid, columns, rows = layer["gridSize"], instance["__cWid"], instance["__cHei"]
    cells = [instance["intGridCsv"][row * columns : (row + 1) * columns] for row in range(rows)]
    step = definition["tileGridSize"] + definition["spacing"]

    def value(x: int, y: int, outside: int | None) -> int | None:
        return cells[y][x] if 0 <= x < columns and 0 <= y < rows else outside

    picture = np.zeros((rows * grid, columns * grid, 4), np.uint8)
    for y in range(rows):
        for x in range(columns):
            for rule in layer["autoRuleGroups"][0]["rules"]:
                around = [value(x + i % 3 - 1, y + i // 3 - 1, rule["outOfBoundsValue"]) for i in range(9)]
                pairs = zip(rule["pattern"], around, strict=True)
                if not all(n == 0 or (v == n if n > 0 else v != -n) for n, v in pairs):
                    continue
                tile = rule["tileRectsIds"][0][0]
                left = definition["padding"] + tile % definition["__cWid"] * step
                top = definition["padding"] + tile // definition["__cWid"] * step
                px, py = x * grid + rule["tileXOffset"], y * grid + rule["tileYOffset"]
                part = sheet[top : top + grid, left : left + grid]
                target = picture[py : py + grid, px : px + grid]
                target[:] = part[: target.shape[0], : target.shape[1]]
                break
    return picture, cells, project
