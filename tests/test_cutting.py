"""Cutting one sheet into named sprites."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pixel_samples import noise

from assetgen.model.errors import AssetError
from assetgen.model.manifest import Cut
from assetgen.pixels.cutting import cut, parts
from assetgen.pixels.picture import Picture


def sheet(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (40, 30)) -> Picture:
    picture = np.zeros((size[1], size[0], 4), np.uint8)
    for index, (x, y, w, h) in enumerate(boxes):
        picture[y : y + h, x : x + w] = (10 + index, 100, 200, 255)
    return picture


def test_grids_are_cut_in_reading_order_and_names_skip() -> None:
    picture = noise(1, 32, 16)
    pieces = cut(picture, Cut("grid", (16, 16), ("red", "blue")), "items")
    assert [piece.name for piece in pieces] == ["red", "blue"]
    assert (pieces[1].picture == picture[:, 16:]).all()
    assert [piece.name for piece in cut(picture, Cut("grid", (16, 8), ("a", "_", None, "b")), "items")] == ["a", "b"]
    assert [piece.name for piece in cut(picture, Cut("grid", (16, 16)), "items")] == ["00", "01"]


def test_names_and_grids_that_do_not_fit_are_said() -> None:
    with pytest.raises(AssetError, match="items: 3 names for 2 cells"):
        cut(noise(1, 32, 16), Cut("grid", (16, 16), ("a", "b", "c")), "items")
    with pytest.raises(AssetError, match="items: 32×16 pixels cannot be cut into cells of 12×16"):
        cut(noise(1, 32, 16), Cut("grid", (12, 16)), "items")
    with pytest.raises(AssetError, match="items: 1 names for 0 connected parts"):
        cut(sheet(), Cut("auto", None, ("a",)), "items")


def test_connected_parts_come_in_reading_order() -> None:
    # The first row's pieces differ in height and start; the second row lies clearly lower.
    picture = sheet((25, 2, 8, 8), (2, 4, 8, 9), (14, 3, 6, 5), (4, 18, 6, 6), (20, 17, 9, 9))
    pieces = cut(picture, Cut("auto"), "items")
    assert [piece.box for piece in pieces] == [
        (2, 4, 8, 9),
        (14, 3, 6, 5),
        (25, 2, 8, 8),
        (4, 18, 6, 6),
        (20, 17, 9, 9),
    ]
    assert [piece.name for piece in pieces] == ["00", "01", "02", "03", "04"]
    assert all((piece.picture[..., 3] == 255).all() for piece in pieces)


def test_near_parts_are_one_and_dust_is_none() -> None:
    picture = sheet((2, 2, 6, 6), (9, 3, 2, 2), (20, 2, 6, 6), (35, 25, 1, 2))
    assert [box for box, _ in parts(picture)] == [(2, 2, 9, 6), (20, 2, 6, 6)]


def test_overlapping_boxes_keep_their_own_pixels() -> None:
    picture = sheet((0, 0, 20, 2), (0, 0, 2, 20), (6, 6, 5, 5))
    first, second = parts(picture)
    assert first[0] == (0, 0, 20, 20)
    assert not first[1][6:11, 6:11].any()
    assert (second[1][..., 3] == 255).all()


def atlas(sprites: object, width: int = 40, height: int = 30) -> bytes:
    meta = {"image_w": width, "image_h": height}
    return json.dumps({"data": {"meta": meta, "sprites": sprites}, "type": "item_atlas"}).encode()


def test_the_services_atlas_names_and_places() -> None:
    picture = noise(2, 40, 30)
    listed = [
        {"x": 0, "y": 0, "w": 5, "h": 5, "id": 1, "name": "Iron Sword!"},
        {"x": 5, "y": 5, "w": 5, "h": 10, "id": 2, "name": "iron sword"},
        {"x": 10, "y": 0, "w": 5, "h": 5, "id": 3},
    ]
    pieces = cut(picture, Cut("data"), "items", atlas(listed, 20, 15))
    assert [(piece.name, piece.box) for piece in pieces] == [
        ("iron_sword", (0, 0, 10, 10)),
        ("iron_sword_2", (10, 10, 10, 20)),
        ("3", (20, 0, 10, 10)),
    ]
    renamed = cut(picture, Cut("data", None, ("a", "_", "b")), "items", atlas(listed, 20, 15))
    assert [piece.name for piece in renamed] == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "needs the atlas"),
        (b"{", "is not valid JSON"),
        (b"[]", "is not of the known form"),
        (atlas([{"x": 1}]), "is not of the known form"),
        (atlas([{"x": float("nan"), "y": 0, "w": 1, "h": 1}]), "is not of the known form"),
        (atlas([{"x": 39, "y": 0, "w": 5, "h": 5}]), r"a box outside the picture \(39,0 5×5\)"),
        (atlas([{"x": 1, "y": 0, "w": 0, "h": 5}]), "a box outside the picture"),
    ],
)
def test_atlases_that_cannot_be_used_are_said(data: bytes | None, words: str) -> None:
    with pytest.raises(AssetError, match=words):
        cut(noise(2, 40, 30), Cut("data"), "items", data)
