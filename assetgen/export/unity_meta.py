"""The text of a Unity `.png.meta`, what of it is ours, and how the rest is kept.

Owned: guid, sprite mode, pixels per unit, and of each sprite of ours its name, rect, pivot and ids. Seeded (ours until
somebody sets another): borders. Kept: filter and compression settings, other sprites, outlines, physics shapes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from assetgen.export.base import Keys
from assetgen.export.shapes import three_way
from assetgen.export.unityyaml import dumps, flow, loads

Border = tuple[int, int, int, int]
"""Left, bottom, right, top: Unity's x, y, z, w."""
_SPRITE = "213"
_SERIALIZED = "13"


class Sprite(Struct, frozen=True):
    """One sprite: `rect` from the top left, `pivot` as a fraction of the cut from its bottom left."""

    name: str
    id: int
    rect: tuple[int, int, int, int]
    pivot: tuple[float, float]
    border: Border


def sprite_id(identity: int) -> str:
    """32 hex digits that follow from the internalID."""
    return hashlib.md5(f"sprite {identity}".encode(), usedforsecurity=False).hexdigest()


def number(value: float) -> str:
    return f"{value:g}" if value != int(value) else str(int(value))


def _plain(text: str) -> str:
    """A name as a YAML scalar; ours need no quotes, but a word that YAML takes for something else does."""
    return f"'{text}'" if text in ("y", "n", "yes", "no", "on", "off", "true", "false", "null") else text


def meta_text(guid: str, size: tuple[int, int], sprites: list[Sprite], scale: float, single: bool) -> str:
    """A whole `.meta` file as Unity 2022.3 and later write it, with every key (missing ones get Unity's defaults)."""
    largest = str(max(2048, 1 << (max(size) - 1).bit_length()))
    cut = [] if single else sprites
    whole = sprites[0] if single else None
    importer: dict[str, Any] = {
        "internalIDToNameTable": [
            {"first": {_SPRITE: str(sprite.id)}, "second": _plain(sprite.name)} for sprite in cut
        ],
        "externalObjects": {},
        "serializedVersion": _SERIALIZED,
        "mipmaps": _fields(
            "mipMapMode 0 enableMipMap 0 sRGBTexture 1 linearTexture 0 fadeOut 0 borderMipMap 0 "
            "mipMapsPreserveCoverage 0 alphaTestReferenceValue 0.5 mipMapFadeDistanceStart 1 mipMapFadeDistanceEnd 3"
        ),
        "bumpmap": _fields(
            "convertToNormalMap 0 externalNormalMap 0 heightScale 0.25 normalMapFilter 0 flipGreenChannel 0"
        ),
        **_fields(
            "isReadable 0 streamingMipmaps 0 streamingMipmapsPriority 0 vTOnly 0 ignoreMipmapLimit 0 "
            "grayScaleToAlpha 0 generateCubemap 6 cubemapConvolution 0 seamlessCubemap 0 textureFormat 1"
        ),
        "maxTextureSize": largest,
        "textureSettings": _fields("serializedVersion 2 filterMode 0 aniso 1 mipBias 0 wrapU 1 wrapV 1 wrapW 1"),
        **_fields("nPOTScale 0 lightmap 0 compressionQuality 50"),
        "spriteMode": "1" if single else "2",
        **_fields("spriteExtrude 1 spriteMeshType 0"),
        "alignment": "9" if single else "0",
        "spritePivot": _pair(whole.pivot if whole else (0.5, 0.5)),
        "spritePixelsToUnits": number(scale),
        "spriteBorder": _border(whole.border if whole else (0, 0, 0, 0)),
        **_fields(
            "spriteGenerateFallbackPhysicsShape 1 alphaUsage 1 alphaIsTransparency 1 spriteTessellationDetail -1 "
            "textureType 8 textureShape 1 singleChannelComponent 0 flipbookRows 1 flipbookColumns 1 "
            "maxTextureSizeSet 0 compressionQualitySet 0 textureFormatSet 0 ignorePngGamma 0 applyGammaDecoding 0 "
            "swizzle 50462976 cookieLightType 0"
        ),
        "platformSettings": [
            {
                "serializedVersion": "4",
                "buildTarget": "DefaultTexturePlatform",
                "maxTextureSize": largest,
                **_fields(
                    "resizeAlgorithm 0 textureFormat -1 textureCompression 0 compressionQuality 50 "
                    "crunchedCompression 0 allowsAlphaSplitting 0 overridden 0 ignorePlatformSupport 0 "
                    "androidETC2FallbackOverride 0 forceMaximumCompressionQuality_BC6H_BC7 0"
                ),
            }
        ],
        "spriteSheet": {
            "serializedVersion": "2",
            "sprites": [_sprite(sprite, size[1]) for sprite in cut],
            **_sprite_tail(sprite_id(sprites[0].id) if whole else ""),
            "secondaryTextures": [],
            "spriteCustomMetadata": {"entries": []},
            "nameFileIdTable": {_plain(sprite.name): str(sprite.id) for sprite in cut},
        },
        **_fields("mipmapLimitGroupName - pSDRemoveMatte 0 userData - assetBundleName - assetBundleVariant -"),
    }
    return dumps({"fileFormatVersion": "2", "guid": guid, "TextureImporter": importer})


def _fields(text: str) -> dict[str, str]:
    """`name value` pairs; `-` alone is an empty value."""
    words = text.split()
    return {key: "" if value == "-" else value for key, value in zip(words[::2], words[1::2], strict=True)}


def _pair(values: tuple[float, float]) -> dict[str, Any]:
    return flow(x=number(values[0]), y=number(values[1]))


def _border(border: Border) -> dict[str, Any]:
    return flow(x=border[0], y=border[1], z=border[2], w=border[3])


def _sprite_tail(identity: str, internal: int = 0) -> dict[str, Any]:
    return {
        "outline": [],
        "customData": "",
        "physicsShape": [],
        "bones": [],
        "spriteID": identity,
        "internalID": str(internal),
        "vertices": [],
        "indices": "",
        "edges": [],
        "weights": [],
    }


def _sprite(sprite: Sprite, height: int) -> dict[str, Any]:
    x, y, w, h = sprite.rect
    rect = {"serializedVersion": "2", "x": str(x), "y": str(height - y - h), "width": str(w), "height": str(h)}
    tail = _sprite_tail(sprite_id(sprite.id), sprite.id)
    outline, physics = tail.pop("outline"), tail.pop("physicsShape")
    return {
        "serializedVersion": "2",
        "name": _plain(sprite.name),
        "rect": rect,
        "alignment": "9",
        "pivot": _pair(sprite.pivot),
        "border": _border(sprite.border),
        "customData": tail.pop("customData"),
        "outline": outline,
        "physicsShape": physics,
        "tessellationDetail": "-1",
        **tail,
    }


def _importer(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = loads(text)
    importer = found.get("TextureImporter")
    if not isinstance(importer, dict):
        raise ValueError("no TextureImporter")
    return found, importer


def _sprites(importer: Mapping[str, Any]) -> list[dict[str, Any]]:
    sheet = importer.get("spriteSheet")
    found = sheet.get("sprites") if isinstance(sheet, dict) else None
    return found if isinstance(found, list) else []


def _decimal(raw: Any) -> Any:
    try:
        return round(float(raw), 5)
    except (TypeError, ValueError):
        return str(raw)


def read(text: str, scope: tuple[str, ...]) -> Keys:
    """guid, mode, scale, and each of our sprites; numbers by value."""
    found, importer = _importer(text)
    keys: dict[str, Any] = {
        "guid": found.get("guid", ""),
        "spriteMode": importer.get("spriteMode"),
        "spritePixelsToUnits": _decimal(importer.get("spritePixelsToUnits")),
    }
    if importer.get("spriteMode") == "1":
        keys["pivot"] = {axis: _decimal(value) for axis, value in importer.get("spritePivot", {}).items()}
        return keys
    ours = set(scope)
    for sprite in _sprites(importer):
        identity = sprite.get("internalID", "")
        if identity in ours:
            rect = {key: _decimal(value) for key, value in sprite["rect"].items() if key != "serializedVersion"}
            pivot = {axis: _decimal(value) for axis, value in sprite["pivot"].items()}
            keys[f"sprite {identity}"] = [sprite["name"].strip("'\""), rect, sprite["alignment"], pivot]
    return keys


def join(existing: str, *, content: str, scope: frozenset[str], last: Mapping[str, Border]) -> str:
    """The existing meta with our sprites as `content` has them. Its guid stays: scenes refer to it."""
    found, theirs = _importer(existing)
    _, ours = _importer(content)
    for key in ("spriteMode", "spritePixelsToUnits"):
        theirs[key] = ours[key]
    _hold(theirs, ours["maxTextureSize"])
    for platform in theirs.get("platformSettings") or []:
        if platform.get("buildTarget") == "DefaultTexturePlatform":
            _hold(platform, ours["maxTextureSize"])
    if ours["spriteMode"] == "1":
        theirs["alignment"], theirs["spritePivot"] = ours["alignment"], ours["spritePivot"]
        written = next(iter(last.values()), (0, 0, 0, 0))
        theirs["spriteBorder"] = _joined_border(theirs.get("spriteBorder"), written, ours["spriteBorder"])
        return dumps(found)
    held = {sprite.get("internalID", ""): sprite for sprite in _sprites(theirs)}
    merged = []
    for sprite in _sprites(ours):
        old = held.pop(sprite["internalID"], None)
        if old is not None:
            border = _joined_border(old.get("border"), last.get(sprite["internalID"], (0, 0, 0, 0)), sprite["border"])
            owned = {key: sprite[key] for key in ("name", "rect", "alignment", "pivot")}
            sprite = {**old, **owned, "border": border}
        merged.append(sprite)
    kept = [sprite for identity, sprite in held.items() if identity not in scope]
    sheet = theirs.get("spriteSheet")
    if not isinstance(sheet, dict):
        sheet = theirs["spriteSheet"] = ours["spriteSheet"]
    sheet["sprites"] = merged + kept
    foreign = {sprite["name"]: sprite["internalID"] for sprite in kept if "internalID" in sprite}
    sheet["nameFileIdTable"] = {**ours["spriteSheet"]["nameFileIdTable"], **foreign}
    theirs["internalIDToNameTable"] = ours["internalIDToNameTable"] + [
        {"first": {_SPRITE: identity}, "second": sprite} for sprite, identity in foreign.items()
    ]
    return dumps(found)


def _hold(settings: dict[str, Any], size: str) -> None:
    """Makes the largest size that Unity imports at least `size` pixels."""
    raw = str(settings.get("maxTextureSize", "0"))
    if not raw.isdigit() or int(raw) < int(size):
        settings["maxTextureSize"] = size


def _joined_border(theirs: Any, last: Border, ours: Mapping[str, str]) -> Any:
    """A border that nobody set, or that is what we wrote last, is ours; else it stays."""
    if not isinstance(theirs, dict):
        return ours
    held = tuple(_decimal(theirs.get(axis, 0)) for axis in "xyzw")
    if held == (0, 0, 0, 0) and not any(last):
        return ours
    wanted = tuple(_decimal(ours[axis]) for axis in "xyzw")
    new = three_way(held, tuple(float(value) for value in last), wanted)
    return ours if new == wanted else theirs
