"""The parts of an LDtk project (format 1.5.3): every key that LDtk writes itself, since it fills in none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

VERSION = "1.5.3"


def iid(*parts: str) -> str:
    """A UUID that follows from `parts`."""
    digits = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def uid(*parts: str) -> int:
    """A number far above those that LDtk counts up from 1 for what a person adds."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return 1_000_000 + int.from_bytes(digest[:4], "big") % 1_000_000_000


def project(identity: str, grid: int, layers: list[Any], tilesets: list[Any], levels: list[Any], world: str) -> Any:
    """A whole project of one world."""
    return {
        "__header__": {
            "fileType": "LDtk Project JSON",
            "app": "LDtk",
            "doc": "https://ldtk.io/json",
            "schema": "https://ldtk.io/files/JSON_SCHEMA.json",
            "appAuthor": "Sebastien 'deepnight' Benard",
            "appVersion": VERSION,
            "url": "https://ldtk.io",
        },
        "iid": identity,
        "jsonVersion": VERSION,
        "appBuildId": 473703,
        "nextUid": 1,
        "identifierStyle": "Capitalize",
        "toc": [],
        "worldLayout": "Free",
        "worldGridWidth": 256,
        "worldGridHeight": 256,
        "defaultLevelWidth": 256,
        "defaultLevelHeight": 256,
        "defaultPivotX": 0,
        "defaultPivotY": 0,
        "defaultGridSize": grid,
        "defaultEntityWidth": grid,
        "defaultEntityHeight": grid,
        "bgColor": "#40465B",
        "defaultLevelBgColor": "#696A79",
        "minifyJson": False,
        "externalLevels": False,
        "exportTiled": False,
        "simplifiedExport": False,
        "imageExportMode": "None",
        "exportLevelBg": True,
        "pngFilePattern": None,
        "backupOnSave": False,
        "backupLimit": 10,
        "backupRelPath": None,
        "levelNamePattern": "Level_%idx",
        "tutorialDesc": None,
        "customCommands": [],
        "flags": [],
        "defs": {
            "layers": layers,
            "entities": [],
            "tilesets": tilesets,
            "enums": [],
            "externalEnums": [],
            "levelFields": [],
        },
        "levels": levels,
        "worlds": [],
        "dummyWorldIid": world,
    }


def tileset_def(
    identifier: str, number: int, path: str, size: tuple[int, int], grid: int, spacing: int, margin: int
) -> dict[str, Any]:
    """`padding` is LDtk's word for the margin."""
    step = grid + spacing
    return {
        "__cWid": (size[0] - 2 * margin + spacing) // step,
        "__cHei": (size[1] - 2 * margin + spacing) // step,
        "identifier": identifier,
        "uid": number,
        "relPath": path,
        "embedAtlas": None,
        "pxWid": size[0],
        "pxHei": size[1],
        "tileGridSize": grid,
        "spacing": spacing,
        "padding": margin,
        "tags": [],
        "tagsSourceEnumUid": None,
        "enumTags": [],
        "customData": [],
        "savedSelections": [],
        "cachedPixelData": None,
    }


def layer_def(
    identifier: str, number: int, grid: int, tileset: int, values: Sequence[dict[str, Any]], groups: list[Any]
) -> dict[str, Any]:
    return {
        "__type": "IntGrid",
        "identifier": identifier,
        "type": "IntGrid",
        "uid": number,
        "doc": None,
        "uiColor": None,
        "gridSize": grid,
        "guideGridWid": 0,
        "guideGridHei": 0,
        "displayOpacity": 1,
        "inactiveOpacity": 0.6,
        "hideInList": False,
        "hideFieldsWhenInactive": True,
        "canSelectWhenInactive": True,
        "renderInWorldView": True,
        "pxOffsetX": 0,
        "pxOffsetY": 0,
        "parallaxFactorX": 0,
        "parallaxFactorY": 0,
        "parallaxScaling": True,
        "requiredTags": [],
        "excludedTags": [],
        "autoTilesKilledByOtherLayerUid": None,
        "uiFilterTags": [],
        "useAsyncRender": False,
        "intGridValues": list(values),
        "intGridValuesGroups": [],
        "autoRuleGroups": groups,
        "autoSourceLayerDefUid": None,
        "tilesetDefUid": tileset,
        "tilePivotX": 0,
        "tilePivotY": 0,
        "biomeFieldUid": None,
    }


def int_grid_value(value: int, identifier: str, color: str) -> dict[str, Any]:
    return {"value": value, "identifier": identifier, "color": color, "tile": None, "groupUid": 0}


def rule_group(number: int, name: str, rules: list[Any]) -> dict[str, Any]:
    return {
        "uid": number,
        "name": name,
        "color": None,
        "icon": None,
        "active": True,
        "isOptional": False,
        "rules": rules,
        "usesWizard": False,
        "requiredBiomeValues": [],
        "biomeRequirementMode": 0,
    }


def rule(number: int, tiles: Sequence[int], pattern: Sequence[int], outside: int | None, offset: int) -> dict[str, Any]:
    """A rule of 3×3 cells; `outside` is the value taken beyond the level's edge, `offset` moves the tile, in pixels."""
    return {
        "uid": number,
        "active": True,
        "size": 3,
        "tileRectsIds": [[tile] for tile in tiles],
        "alpha": 1,
        "chance": 1,
        "breakOnMatch": True,
        "pattern": list(pattern),
        "flipX": False,
        "flipY": False,
        "xModulo": 1,
        "yModulo": 1,
        "xOffset": 0,
        "yOffset": 0,
        "tileXOffset": offset,
        "tileYOffset": offset,
        "tileRandomXMin": 0,
        "tileRandomXMax": 0,
        "tileRandomYMin": 0,
        "tileRandomYMax": 0,
        "checker": "None",
        "tileMode": "Single",
        "pivotX": 0,
        "pivotY": 0,
        "outOfBoundsValue": outside,
        "invalidated": False,
        "perlinActive": False,
        "perlinSeed": number % 10_000_000,
        "perlinScale": 0.2,
        "perlinOctaves": 2,
    }


def level(name: str, number: int, identity: str, size: tuple[int, int], layer: dict[str, Any]) -> dict[str, Any]:
    return {
        "identifier": name,
        "iid": identity,
        "uid": number,
        "worldX": 0,
        "worldY": 0,
        "worldDepth": 0,
        "pxWid": size[0],
        "pxHei": size[1],
        "__bgColor": "#696A79",
        "bgColor": None,
        "useAutoIdentifier": False,
        "bgRelPath": None,
        "bgPos": None,
        "bgPivotX": 0.5,
        "bgPivotY": 0.5,
        "__smartColor": "#ADADB5",
        "__bgPos": None,
        "externalRelPath": None,
        "fieldInstances": [],
        "layerInstances": [layer],
        "__neighbours": [],
    }


def layer_instance(
    definition: dict[str, Any], tileset: dict[str, Any], level_number: int, identity: str, cells: list[list[int]]
) -> dict[str, Any]:
    """The layer in a level; LDtk draws its automatic tiles itself when it opens the project."""
    return {
        "__identifier": definition["identifier"],
        "__type": "IntGrid",
        "__cWid": len(cells[0]),
        "__cHei": len(cells),
        "__gridSize": definition["gridSize"],
        "__opacity": 1,
        "__pxTotalOffsetX": 0,
        "__pxTotalOffsetY": 0,
        "__tilesetDefUid": tileset["uid"],
        "__tilesetRelPath": tileset["relPath"],
        "iid": identity,
        "levelId": level_number,
        "layerDefUid": definition["uid"],
        "pxOffsetX": 0,
        "pxOffsetY": 0,
        "visible": True,
        "optionalRules": [],
        "intGridCsv": [value for row in cells for value in row],
        "autoLayerTiles": [],
        "seed": definition["uid"] % 10_000_000,
        "overrideTilesetUid": None,
        "gridTiles": [],
        "entityInstances": [],
    }
