"""Mapping is exact, dithers are anchored, extraction is deterministic and takes real colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pixel_samples import colors, noise, pictures

from assetgen.pixels.colors import (
    Dither,
    bayer,
    index_picture,
    map_to,
    off_palette,
    oklab,
    rgb_array,
    swap,
    unique_colors,
)
from assetgen.pixels.components import label
from assetgen.pixels.picture import Picture
from assetgen.pixels.quantize import extract


def brute(picture: Picture, palette: list[str]) -> Picture:
    """Pixel by pixel, entry by entry, the first of the nearest."""
    points, targets = oklab(picture[..., :3]).reshape(-1, 3), oklab(rgb_array(palette))
    rgb = rgb_array(palette)
    result = picture.copy()
    flat = result.reshape(-1, 4)
    for at, point in enumerate(points):
        if flat[at, 3]:
            best, choice = float("inf"), 0
            for number, target in enumerate(targets):
                distance = (point[0] - target[0]) ** 2 + (point[1] - target[1]) ** 2 + (point[2] - target[2]) ** 2
                if distance < best:
                    best, choice = distance, number
            flat[at, :3] = rgb[choice]
    return result


@pytest.mark.parametrize("seed", range(50))
def test_mapping_equals_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    palette = [f"{value:06x}" for value in rng.integers(0, 1 << 24, rng.integers(1, 33))]
    palette += palette[:2]
    picture = noise(seed, 16, 12)
    picture[rng.random((12, 16)) < 0.2] = 0
    assert (map_to(picture, palette) == brute(picture, palette)).all()


def test_large_pictures_take_the_table_and_map_the_same() -> None:
    large = noise(1, 300, 300)
    palette = ["000000", "ffffff", "808080", "b13e53", "1a1c2c"]
    mapped = map_to(large, palette)
    part = np.ascontiguousarray(large[:40, :40])
    assert (mapped[:40, :40] == map_to(part, palette)).all()


@settings(deadline=None, max_examples=80)
@given(pictures(), colors((1, 30)), st.sampled_from(["none", "bayer2", "bayer4", "bayer8"]))
def test_a_picture_on_its_palette_comes_back_unchanged(picture: Picture, palette: list[str], dither: Dither) -> None:
    mapped = map_to(picture, palette, dither)
    assert not off_palette(mapped, palette).any()
    assert (mapped[..., 3] == picture[..., 3]).all()
    assert (map_to(mapped, palette, dither) == mapped).all()
    assert (mapped[picture[..., 3] == 0] == 0).all()


def test_ties_go_to_the_lower_index_and_clear_entries_are_no_targets() -> None:
    grey = np.full((1, 1, 4), 255, np.uint8)
    assert map_to(grey, ["ffffff00", "fefefe", "fefefe"])[0, 0].tolist() == [254, 254, 254, 255]
    assert (map_to(grey, ["00000000"]) == grey).all()
    assert (map_to(grey, []) == grey).all()


def test_known_values_of_oklab() -> None:
    lab = oklab(np.array([[255, 255, 255], [255, 0, 0], [0, 0, 255]], np.uint8))
    expected = [[1.0, 0.0, 0.0], [0.62796, 0.22486, 0.12585], [0.45201, -0.03246, -0.31153]]
    assert np.allclose(lab, expected, atol=1e-4)


def test_dithers_show_the_shade_between_and_start_at_the_corner() -> None:
    grey = np.full((8, 8, 4), 255, np.uint8)
    grey[..., :3] = 119
    for dither in ("bayer2", "bayer4", "bayer8"):
        mapped = map_to(grey, ["000000", "ffffff"], dither)
        assert 0.3 < (mapped[..., 0] == 255).mean() < 0.7
        part = np.ascontiguousarray(grey[:5, :3])
        assert (map_to(part, ["000000", "ffffff"], dither) == mapped[:5, :3]).all()
    assert (map_to(grey, ["000000", "ffffff"], "bayer4", 0.0) == map_to(grey, ["000000", "ffffff"])).all()


@pytest.mark.parametrize("side", [2, 4, 8])
def test_bayer_holds_each_threshold_once(side: int) -> None:
    values = np.sort((bayer(side) * side**2 - 0.5).round().astype(int).reshape(-1))
    assert (values == np.arange(side**2)).all()


@settings(deadline=None, max_examples=60)
@given(st.lists(pictures(few=False), min_size=1, max_size=3), st.integers(1, 20))
def test_extracted_colours_are_real_and_few(frames: list[Picture], count: int) -> None:
    found = extract(frames, count)
    real = {f"{value:06x}" for value in unique_colors(frames)[0].tolist()}
    assert set(found) <= real
    assert len(found) == len(set(found)) <= count
    assert extract(frames[::-1], count) == found
    if len(real) <= count:
        assert set(found) == real


def test_extraction_finds_the_clusters_of_a_noisy_picture() -> None:
    rng = np.random.default_rng(5)
    centres = np.array([[20, 20, 30], [200, 60, 60], [60, 180, 80], [240, 240, 230]])
    picture = noise(5, 200, 200)
    picture[..., :3] = np.clip(centres[rng.integers(0, 4, (200, 200))] + rng.integers(-9, 10, (200, 200, 3)), 0, 255)
    found = rgb_array(extract([picture], 4)).astype(int)
    assert np.abs(found[:, None] - centres[None]).max(axis=2).min(axis=1).max() < 10
    assert len(unique_colors([picture])[0]) > 10_000


def test_extraction_of_nothing_is_nothing() -> None:
    assert extract([np.zeros((4, 4, 4), np.uint8)], 8) == []
    with pytest.raises(ValueError):
        extract([], 0)


@settings(deadline=None, max_examples=60)
@given(pictures(), colors((2, 8)))
def test_a_swap_there_and_back_is_identity(picture: Picture, palette: list[str]) -> None:
    source = list(dict.fromkeys(palette))
    picture = map_to(picture, source)
    target = source[1:] + source[:1]
    assert (swap(swap(picture, source, target), target, source) == picture).all()


def test_swaps_that_cannot_be_meant_are_refused() -> None:
    picture = noise(1, 2, 2)
    with pytest.raises(ValueError, match="2 colours cannot become 1"):
        swap(picture, ["000000", "ffffff"], ["000000"])
    with pytest.raises(ValueError, match="would become both"):
        swap(picture, ["000000", "000000"], ["ff0000", "00ff00"])


@settings(deadline=None, max_examples=40)
@given(pictures(), colors((1, 9)))
def test_index_pictures_look_up_to_the_original(picture: Picture, palette: list[str]) -> None:
    picture = map_to(picture, palette)
    index = index_picture(picture, palette)
    looked_up = rgb_array(palette)[index[..., 0]]
    visible = picture[..., 3] > 0
    assert (looked_up[visible] == picture[visible, :3]).all()
    assert (index[..., 3] == picture[..., 3]).all()


def test_index_pictures_name_the_colour_that_is_missing() -> None:
    with pytest.raises(ValueError, match="the colour ffffff at 0,0"):
        index_picture(np.full((1, 1, 4), 255, np.uint8), ["000000"])


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 1 << 30), st.floats(0.1, 0.9), st.booleans())
def test_connected_parts_equal_a_flood_fill(seed: int, filled: float, diagonal: bool) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random((rng.integers(1, 14), rng.integers(1, 14))) < filled
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0)] + ([(1, 1), (1, -1), (-1, 1), (-1, -1)] if diagonal else [])
    expected, parts = np.zeros(mask.shape, int), 0
    for y, x in np.argwhere(mask):
        if expected[y, x]:
            continue
        parts += 1
        stack = [(int(y), int(x))]
        while stack:
            a, b = stack.pop()
            if 0 <= a < mask.shape[0] and 0 <= b < mask.shape[1] and mask[a, b] and not expected[a, b]:
                expected[a, b] = parts
                stack += [(a + dy, b + dx) for dy, dx in steps]
    labels, count = label(mask, diagonal=diagonal)
    assert count == parts
    assert (labels == expected).all()
