"""Quality checks: real sheets pass, and each damage is found by the check that should find it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from patience import quick
from pixel_samples import cut_grid, drawn_tileset, needs_samples, noise, sample

from assetgen.catalog.layouts import CORNERS, LAYOUTS
from assetgen.catalog.tags import resolve_tags
from assetgen.model.finding import Finding
from assetgen.model.layout import Cell, Tag
from assetgen.model.manifest import Timing
from assetgen.pixels.autotile import verify_sheet
from assetgen.pixels.colors import map_to
from assetgen.pixels.operations.framing import enlarge
from assetgen.pixels.picture import Picture
from assetgen.pixels.quality import (
    CHECKS,
    Judge,
    check_animation,
    check_palette,
    check_size,
    check_sprite,
)
from assetgen.pixels.quality_tiles import check_tileset, corner_mismatches

SHEETS = {
    "four_angle_walking.png": ("four_angle_walking", 4, 4),
    "walking_and_idle.png": ("walking_and_idle", 4, 4),
    "small_sprites.png": ("small_sprites", 5, 4),
    "battle_sprites.png": ("battle_sprites", 14, 4),
    "advanced_attack_8f_64px.png": (None, 4, 2),
    "vfx_16x1.png": (None, 16, 1),
}


def tags_of(layout: str | None, columns: int, rows: int) -> tuple[Tag, ...]:
    row = LAYOUTS[layout] if layout else None
    return resolve_tags(row, columns * rows, Timing(), {}, columns=columns, rows=rows)


def checked(sheet: Picture, name: str) -> list[Finding]:
    layout, columns, rows = SHEETS[name]
    tags = tags_of(layout, columns, rows)
    grounded = [tag.name for tag in tags if tag.name.startswith(("walk", "idle"))] if layout else []
    return check_animation(cut_grid(sheet, columns, rows), tags, columns=columns, grounded=grounded)


def errors(findings: list[Finding]) -> set[str]:
    return {finding.check for finding in findings if finding.level == "error"}


def names(findings: list[Finding]) -> set[str]:
    return {finding.check for finding in findings}


# --- real sheets ---


@needs_samples
@pytest.mark.parametrize("name", SHEETS)
def test_real_sheets_have_no_errors(name: str) -> None:
    assert errors(checked(sample(name), name)) == set()


@needs_samples
@pytest.mark.parametrize("name", ["tileset_32px.png", "tileset_16px.png"])
def test_real_tilesets_have_no_errors(name: str) -> None:
    findings = verify_sheet(cut_grid(sample(name), 4, 5))
    assert errors(findings) == set()
    assert len(findings) <= 1


@needs_samples
@pytest.mark.parametrize("name", ["item_icon.png", "object_tree.png", "ui_panel.png", "single_tile_32px.png"])
def test_real_sprites_have_no_findings(name: str) -> None:
    picture = sample(name)
    clear = bool((picture[[0, 0, -1, -1], [0, -1, 0, -1], 3] == 0).any())
    assert check_sprite(picture, transparent=clear) == []


@needs_samples
def test_the_real_tile_is_seamless_enough() -> None:
    assert errors(check_sprite(sample("single_tile_32px.png"), seamless="xy")) == set()


# --- damaged copies: what was done, to which sheet, and the check that must find it ---


def cell_of(sheet: Picture, name: str, index: int) -> Picture:
    """A view of one cell."""
    _, columns, rows = SHEETS[name]
    height, width = sheet.shape[0] // rows, sheet.shape[1] // columns
    y, x = index // columns * height, index % columns * width
    return sheet[y : y + height, x : x + width]


def empty(index: int) -> Callable[[Picture, str], None]:
    def damage(sheet: Picture, name: str) -> None:
        cell_of(sheet, name, index)[:] = 0

    return damage


def shift(index: int, by: int, axis: int = 1) -> Callable[[Picture, str], None]:
    """The figure pushed sideways; what leaves the cell is lost."""

    def damage(sheet: Picture, name: str) -> None:
        cell = cell_of(sheet, name, index)
        moved = np.roll(cell, by, axis=axis)
        (moved if axis == 0 else moved.swapaxes(0, 1))[: max(by, 0)] = 0
        cell[:] = moved

    return damage


def same(index: int, source: int) -> Callable[[Picture, str], None]:
    def damage(sheet: Picture, name: str) -> None:
        cell_of(sheet, name, index)[:] = cell_of(sheet, name, source).copy()

    return damage


def row_again(row: int, source: int) -> Callable[[Picture, str], None]:
    def damage(sheet: Picture, name: str) -> None:
        for column in range(SHEETS[name][1]):
            same(row * SHEETS[name][1] + column, source * SHEETS[name][1] + column)(sheet, name)

    return damage


def filled(*indexes: int) -> Callable[[Picture, str], None]:
    def damage(sheet: Picture, name: str) -> None:
        for index in indexes:
            cell = cell_of(sheet, name, index)
            cell[cell[..., 3] == 0] = (120, 140, 160, 255)

    return damage


def scrolled(by: int, axis: int) -> Callable[[Picture, str], None]:
    """The whole sheet out of its grid: figures cross the borders of their cells."""

    def damage(sheet: Picture, _name: str) -> None:
        sheet[:] = np.roll(sheet, by, axis=axis)

    return damage


def holed(index: int) -> Callable[[Picture, str], None]:
    def damage(sheet: Picture, name: str) -> None:
        cell = cell_of(sheet, name, index)
        visible = cell[..., 3] > 0
        solid = visible.copy()
        for _ in range(2):
            inner = np.pad(solid, 1)
            solid = inner[1:-1, 1:-1] & inner[:-2, 1:-1] & inner[2:, 1:-1] & inner[1:-1, :-2] & inner[1:-1, 2:]
        cell[solid] = 0

    return damage


def doubled(index: int) -> Callable[[Picture, str], None]:
    """Two small figures where one was meant."""

    def damage(sheet: Picture, name: str) -> None:
        cell = cell_of(sheet, name, index)
        small = cell[::2, ::2].copy()
        cell[:] = 0
        height, width = small.shape[:2]
        cell[height // 2 : height // 2 + height, :width] = small
        cell[height // 2 : height // 2 + height, width : 2 * width] = small

    return damage


DAMAGES: dict[str, tuple[str, Callable[[Picture, str], None], str, str]] = {
    "a cell emptied": ("walking_and_idle.png", empty(6), "empty", "error"),
    "a cell of many emptied": ("battle_sprites.png", empty(13), "empty", "error"),
    "shifted by 15 px": ("four_angle_walking.png", shift(9, 15), "wander", "warn"),
    "shifted by 15 px, large cells": ("battle_sprites.png", shift(4, 15), "wander", "warn"),
    "lowered by 5 px": ("four_angle_walking.png", shift(5, 5, axis=0), "baseline", "error"),
    "a row duplicated": ("walking_and_idle.png", row_again(2, 0), "copied", "error"),
    "a row duplicated, five columns": ("small_sprites.png", row_again(1, 2), "copied", "error"),
    "a row duplicated in one tag": ("advanced_attack_8f_64px.png", row_again(1, 0), "duplicate", "warn"),
    "a frame twice": ("four_angle_walking.png", same(5, 4), "duplicate", "warn"),
    "the background filled in": ("small_sprites.png", filled(*range(20)), "background", "error"),
    "one background filled in": ("battle_sprites.png", filled(20), "background", "error"),
    "cells bleeding sideways": ("four_angle_walking.png", scrolled(24, 1), "bleeding", "error"),
    "cells bleeding downwards": ("walking_and_idle.png", scrolled(20, 0), "bleeding", "error"),
    "a hollow figure": ("small_sprites.png", holed(0), "holes", "warn"),
    "two figures": ("battle_sprites.png", doubled(7), "two_figures", "warn"),
}


@needs_samples
@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_found_by_its_check(what: str) -> None:
    name, damage, check, level = DAMAGES[what]
    sheet = sample(name).copy()
    before = checked(sheet, name)
    damage(sheet, name)
    found = [finding for finding in checked(sheet, name) if finding.check == check and finding not in before]
    assert found
    assert found[0].level in (level, "error")


@needs_samples
@pytest.mark.parametrize("name", ["tileset_32px.png", "tileset_16px.png"])
@pytest.mark.parametrize(("first", "second"), [(1, 2), (6, 8), (15, 19), (3, 11)])
def test_exchanged_tiles_are_found_by_their_corners(name: str, first: int, second: int) -> None:
    tiles = cut_grid(sample(name), 4, 5)
    tiles[first], tiles[second] = tiles[second], tiles[first]
    findings = check_tileset(tiles, CORNERS)
    assert "corners" in errors(findings)
    told = {finding.message.split(" shows")[0] for finding in findings if finding.check == "corners"}
    assert told == {f"tile {first}", f"tile {second}"}


@needs_samples
@pytest.mark.parametrize("name", ["tileset_32px.png", "tileset_16px.png"])
def test_a_broken_seam_is_found(name: str) -> None:
    tiles = cut_grid(sample(name), 4, 5)
    tiles[7] = tiles[7].copy()
    tiles[7][:, -1, :3] = 255 - tiles[7][:, -1, :3]
    findings = [finding for finding in check_tileset(tiles, CORNERS) if finding.check == "seam"]
    assert any(finding.level == "error" and "tile 7: its right seam" in finding.message for finding in findings)


@needs_samples
def test_wrong_sizes_and_colours_are_found() -> None:
    sheet = sample("walking_and_idle.png")
    assert check_size((192, 192), 4, 4, {}, (48, 48)) == []
    assert errors(check_size((192, 190), 4, 4, {}, (48, 48))) == {"size"}
    assert errors(check_size((190, 192), 4, 4, {})) == {"size"}
    palette = ["1a1c2c", "5d275d", "b13e53", "ef7d57", "ffcd75"]
    mapped = map_to(sheet, palette)
    assert check_palette([("sheet", mapped)], palette, {}) == []
    mapped[100, 72, :3] = (1, 2, 3)
    mapped[100, 72, 3] = 255
    found = check_palette([("walk_down_00", mapped)], palette, {})
    assert errors(found) == {"off_palette"}
    assert "walk_down_00: 1 colours off the palette (010203" in found[0].message


# --- drawn pictures ---


def figure(x: int, y: int, side: int = 32, size: int = 10) -> Picture:
    picture = np.zeros((side, side, 4), np.uint8)
    picture[y : y + size, x : x + size] = (200, 100, 50, 255)
    picture[y, x : x + size] = (255, 200, 100, 255)
    return picture


def tag(*indexes: int, name: str = "walk") -> Tag:
    return Tag(name, tuple(Cell(index) for index in indexes), (100,) * len(indexes), "repeat")


def test_the_same_picture_in_all_frames_is_an_error() -> None:
    cells = [figure(10, 10)] * 4
    assert errors(check_animation(cells, [tag(0, 1, 2, 3)], columns=4)) == {"static"}
    assert check_animation(cells, [tag(0)], columns=4) == []


def test_mirrored_rows_are_no_copies() -> None:
    cells = [figure(10, 10), figure(11, 10)]
    mirrored = Tag("walk_right", (Cell(0, True), Cell(1, True)), (100, 100), "repeat")
    assert check_animation(cells, [tag(0, 1, name="walk_left"), mirrored], columns=2) == []


def test_cells_that_the_layout_leaves_empty_are_no_finding() -> None:
    cells = [figure(10, 10), np.zeros((32, 32, 4), np.uint8), figure(11, 10)]
    assert check_animation(cells, [tag(0, 1, 2)], columns=3, empty=[1]) == []
    assert errors(check_animation(cells, [tag(0, 1, 2)], columns=3)) == {"empty"}


def test_two_figures_that_touch_a_border_do_not_bleed() -> None:
    left, right = figure(22, 10), figure(0, 10)
    right[..., :3] = np.where(right[..., 3:] > 0, (20, 40, 200), 0)
    findings = check_animation([left, right], [tag(0, 1)], columns=2)
    assert "bleeding" not in names(findings)
    assert "cut_off" in names(findings)


def test_backgrounds_that_are_meant_to_stay_are_not_measured() -> None:
    cells = [noise(seed, 16, 16) for seed in range(4)]
    assert check_animation(cells, [tag(0, 1, 2, 3)], columns=2, transparent=False) == []
    assert errors(check_animation(cells, [tag(0, 1, 2, 3)], columns=2)) == {"background"}


def test_seams_of_single_tiles() -> None:
    gradient = np.zeros((16, 16, 4), np.uint8)
    gradient[..., :3] = (np.arange(16) * 16)[None, :, None]
    gradient[..., 3] = 255
    assert errors(check_sprite(gradient, seamless="x")) == {"seam"}
    assert check_sprite(gradient, seamless="y") == []
    framed = noise(1, 16, 16)
    framed[[0, -1]] = framed[:, [0, -1]] = (0, 0, 0, 255)
    assert check_sprite(framed, seamless="xy") == []


def test_materials_that_look_alike_prove_nothing() -> None:
    tiles = [noise(index, 16, 16) for index in range(20)]
    assert corner_mismatches(tiles, CORNERS) == []
    assert check_tileset(drawn_tileset(), CORNERS, {"seam": "off"}) == []
    tiles = drawn_tileset()
    tiles[5], tiles[13] = tiles[13], tiles[5]
    assert "corners" in errors(check_tileset(tiles, CORNERS))


def test_levels_and_thresholds_come_from_the_manifest() -> None:
    cells = [figure(4, 10), figure(18, 10)]
    wanted = [tag(0, 1)]

    def levels(setting: object) -> list[str]:
        found = check_animation(cells, wanted, {"wander": setting}, columns=2)
        return [finding.level for finding in found if finding.check == "wander"]

    assert levels(None) == ["error"]
    assert levels("warn") == ["warn"]
    assert levels("off") == []
    assert levels({"threshold": 50}) == []
    assert levels({"level": "error", "threshold": 40}) == ["error"]
    assert levels({"level": "error", "threshold": 45}) == []
    assert Judge({"static": {"threshold": 3}}).limits("static") == (None, 3)


def test_every_check_has_a_threshold() -> None:
    assert all(limit.about and (limit.warn is not None or limit.error is not None) for limit in CHECKS.values())


def test_checks_cost_next_to_nothing() -> None:
    cells = [enlarge(figure(10 + index % 2, 10), 2) for index in range(56)]
    tags = [tag(*range(start, start + 14), name=f"walk_{start}") for start in range(0, 56, 14)]
    quick(lambda: check_animation(cells, tags, columns=14), 0.5)
