"""Jobs as JSON: every field of the table, pictures as the service wants them, and its checks on whatever we send."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import numpy as np
import pytest
from generate_service import job, picture
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assetgen.catalog.styles import STYLES
from assetgen.catalog.tools import TOOLS
from assetgen.catalog.types import Style
from assetgen.generate import wire
from assetgen.generate.dialects import cost_question, submission
from assetgen.generate.inputs import backdrop, flatten, palette_picture
from assetgen.generate.shape import shape_of
from assetgen.generate.types import Job
from assetgen.model.errors import AssetError
from assetgen.pixels.picture import canonical, decode
from assetgen.simulator.strict import strict_problems
from assetgen.simulator.strict_tools import edit_problems, fix_problems, tool_problems

KEY = "k" * 64


def body(wanted: Job, dialect: Any = "v2") -> dict[str, Any]:
    return dict(json.loads(submission(wanted, dialect, KEY).body))


def color_type(text: str) -> int:
    """Of a base64 PNG: 2 is RGB, 6 RGBA, 3 indexed."""
    data = base64.b64decode(text)
    assert data.startswith(b"\x89PNG")
    return int(struct.unpack(">B", data[25:26])[0])


def test_the_smallest_request() -> None:
    wanted = job(prompt="a knight", seed=7)
    assert body(wanted) == {
        "prompt": "a knight", "prompt_style": "rd_fast__default", "width": 64, "height": 64, "num_images": 1,
        "seed": 7, "upscale_output_factor": 1,
    }  # fmt: skip
    assert body(wanted, "v1") == {**body(wanted), "async": True}


@pytest.mark.parametrize(
    ("field", "value", "sent"),
    [
        ("remove_bg", True, {"remove_bg": True}),
        ("tile", "x", {"tile_x": True}),
        ("tile", "xy", {"tile_x": True, "tile_y": True}),
        ("expand_prompt", False, {"bypass_prompt_expansion": True}),
        ("expand_prompt", True, {}),
        ("upscale", 4, {"upscale_output_factor": 4}),
        ("upscale", "regular", {"upscale_output_factor": None}),
        ("outside", "lush grass", {"extra_prompt": "lush grass"}),
        ("frames", 8, {"frames_duration": 8}),
        ("keep", ["pre_palette"], {"return_pre_palette": True}),
        ("keep", ["background"], {"return_non_bg_removed": True}),
        ("data", True, {"include_downloadable_data": True}),
        ("api", {"output_bg_color": "#102030"}, {"output_bg_color": "#102030"}),
        ("api", {"include_extra_data": True, "negative": "blur"}, {"include_extra_data": True, "negative": "blur"}),
        ("strength", 0.3, {}),
    ],
)
def test_each_plain_field(field: str, value: Any, sent: dict[str, Any]) -> None:
    base = body(job(seed=1))
    assert body(job(seed=1, **{field: value})) == {**base, **sent}


def test_candidates_and_derived_seeds() -> None:
    assert body(job(candidates=4))["num_images"] == 4
    seeds = {body(job(take=take))["seed"] for take in range(3)}
    assert len(seeds) == 3
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_api_never_overrides_what_the_grammar_says() -> None:
    assert body(job(api={"width": 512, "prompt_style": "other"}))["width"] == 64


@pytest.mark.parametrize("hole", [False, True])
def test_pictures_travel_as_rgb(hole: bool) -> None:
    given_picture = picture(hole=hole)
    sent = body(job("rd_pro__default", pictures={"input": given_picture, "references": [given_picture] * 3}))
    assert sent["strength"] == 0.75
    assert len(sent["reference_images"]) == 3
    for text in (sent["input_image"], *sent["reference_images"]):
        assert color_type(text) == 2
        arrived = decode(base64.b64decode(text), what="input")
        opaque = given_picture[..., 3] == 255
        assert (arrived[opaque] == given_picture[opaque]).all()
        used = {tuple(color) for color in given_picture[opaque][:, :3].tolist()}
        assert hole != bool(opaque.all())
        assert not {tuple(color) for color in arrived[~opaque][:, :3].tolist()} & used


def test_two_textures_and_their_strength() -> None:
    pictures = {"input": picture(32, 32), "outside_input": picture(32, 32, seed=2)}
    sent = body(job("rd_tile__tileset_advanced", size=32, pictures=pictures, strength=0.5, outside_strength=0.25))
    assert (sent["strength"], sent["extra_strength"]) == (0.5, 0.25)
    assert sent["input_image"] != sent["extra_input_image"]


def test_palettes_travel_as_small_opaque_pictures() -> None:
    sent = body(job(palette=("1a1c2c", "#5d275d", "b13e53ff")))["input_palette"]
    assert color_type(sent) == 2
    assert decode(base64.b64decode(sent), what="palette")[0, :, :3].tolist() == [
        [26, 28, 44],
        [93, 39, 93],
        [177, 62, 83],
    ]
    assert "input_palette" not in body(job("rd_animation__vfx", size=64, palette=("1a1c2c",)))
    with pytest.raises(AssetError, match="too large"):
        palette_picture([f"{n * 7919 % (1 << 24):06x}" for n in range(70_000)])


def test_animations_are_always_asked_for_as_sheets() -> None:
    for style in STYLES.values():
        wanted = job(style.name, size=style.default_size or 64, pictures={"input": picture()})
        assert body(wanted).get("return_spritesheet", False) == (style.makes == "animation")


def test_old_names_go_as_todays_and_the_old_model_as_the_bare_one() -> None:
    assert body(job("animation__walking_and_idle", size=48))["prompt_style"] == "rd_animation__four_angle_walking_idle"
    assert body(job("rd_mini__low_res"))["prompt_style"] == "rd_plus__low_res"
    assert body(job("user__flasks_586"))["prompt_style"] == "user__flasks_586"
    old = body(job("rd_fast__simple", old_model=True), "v1")
    assert (old["model"], old["prompt_style"]) == ("RD_FLUX", "simple")
    walking = body(job("animation__four_angle_walking", size=48, old_model=True), "v1")
    assert walking["prompt_style"] == "animation_four_angle_walking"
    assert strict_problems(walking, "v1") == []
    with pytest.raises(AssetError, match="hero"):
        body(job("rd_fast__simple", old_model=True))


def test_advanced_animations_take_their_size_from_the_input() -> None:
    wanted = job("rd_advanced_animation__walking", size=None, pictures={"input": picture(48, 40)})
    assert (body(wanted)["width"], body(wanted)["height"]) == (48, 40)


def test_keys_go_where_they_are_understood() -> None:
    edit = job(op="image_edit", prompt="add a hat", pictures={"input": picture()})
    rotate = job(op="rotate", rotation_degrees=90, pictures={"input": picture()})
    assert submission(job(), "v2", KEY).headers == {"idempotency-key": KEY}
    assert submission(job(), "v1", KEY).headers == {}
    assert not submission(job(), "v1", KEY).repeatable
    assert body(edit)["custom_id"] == KEY
    assert submission(edit, "v2", KEY).path == "/edit/tools/image_edit/tasks"
    assert set(body(edit, "v1")) == {"prompt", "inputImageBase64"}
    assert not submission(edit, "v1", KEY).repeatable
    assert "custom_id" not in body(rotate)
    assert submission(rotate, "v2", KEY).repeatable
    assert not submission(rotate, "v2", KEY).paid
    assert cost_question(edit, "v1") is None


def test_limits_that_only_the_pictures_show() -> None:
    with pytest.raises(AssetError, match="300×40"):
        body(job(op="image_edit", prompt="x", pictures={"input": picture(300, 40)}), "v1")
    with pytest.raises(AssetError, match="8×8"):
        body(job(op="fix_standard", pictures={"input": picture(8, 8)}))
    noise = np.random.default_rng(1).integers(0, 256, (700, 700, 4)).astype(np.uint8)
    noise[..., 3] = 255
    with pytest.raises(AssetError, match="900000"):
        body(job(op="fix_neural", pictures={"input": noise}))
    with pytest.raises(AssetError, match="needs a picture as"):
        body(job(op="inpainting", prompt="x"))
    with pytest.raises(AssetError, match="is not there"):
        body(replace(job("rd_pro__default", pictures={"input": picture()}), pictures={}))
    bare = replace(job().request, fields={"prompt": "x"})
    with pytest.raises(AssetError, match="size"):
        body(replace(job(), size=None, request=bare))
    with pytest.raises(AssetError, match="no operation"):
        body(replace(job(), request=replace(job().request, op="sparkle")))


def test_masks_and_edit_inputs_keep_their_transparency() -> None:
    hole = picture(hole=True)
    sent = body(job(op="inpainting", prompt="x", pictures={"input": hole, "mask": hole}, soft_inpaint=True))
    for name in ("input_image", "mask_image"):
        assert (decode(base64.b64decode(sent[name]), what=name) == hole).all()
    assert sent["soft_inpaint"] is True


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12), st.sampled_from([2, 6, 256]))
def test_the_backdrop_is_no_colour_of_the_picture(seed: int, width: int, height: int, levels: int) -> None:
    random = np.random.default_rng(seed)
    colors = random.integers(0, levels, (height, width, 4)) * (255 // (levels - 1))
    given_picture = canonical(colors.astype(np.uint8))
    shown = {tuple(c[:3]) for row in given_picture.tolist() for c in row if c[3]}
    assert backdrop(given_picture) not in shown
    flat = flatten(given_picture)
    assert (flat[..., 3] == 255).all()
    solid = given_picture[..., 3] == 255
    assert (flat[solid] == given_picture[solid]).all()


def test_a_picture_that_uses_the_whole_grid_still_gets_a_free_colour() -> None:
    steps = (255, 0, 128, 192, 64)
    colors = [(r, g, b, 255) for r in steps for g in steps for b in steps] + [(0, 0, 1, 255), (0, 0, 0, 0)]
    given_picture = canonical(np.array([colors], np.uint8))
    assert backdrop(given_picture) == (0, 0, 2)


@st.composite
def valid_jobs(draw: st.DrawFn) -> Job:
    """Any job that the manifest's checks let through, as far as one job shows it."""
    style: Style = draw(st.sampled_from(sorted(STYLES.values(), key=lambda s: s.name)))
    side = style.default_size or draw(st.sampled_from([style.min_size, style.max_size]))
    side -= side % style.multiple
    fields: dict[str, Any] = {"prompt": draw(st.text(max_size=40))}
    pictures: dict[str, Any] = {}
    hole = draw(st.booleans())
    if style.input == "required" or (style.input == "optional" and draw(st.booleans())):
        pictures["input"] = picture(side, side, hole=hole)
        fields["strength"] = draw(st.floats(0, 1))
    if style.outside and draw(st.booleans()):
        pictures["outside_input"] = picture(side, side, hole=hole)
        fields |= {"outside": draw(st.text(max_size=10)), "outside_strength": draw(st.floats(0, 1))}
    if style.references and draw(st.booleans()):
        pictures["references"] = [picture(16, 16, seed=n) for n in range(draw(st.integers(1, style.references)))]
    if bool(style.durations) and draw(st.booleans()):
        fields["frames"] = draw(st.sampled_from(style.durations))
    if style.tiling:
        fields["tile"] = draw(st.sampled_from(["", "x", "y", "xy"]))
    if style.transparent:
        fields["remove_bg"] = draw(st.booleans())
    fields["keep"] = draw(st.sampled_from([[], ["background"], ["pre_palette"], ["background", "pre_palette"]]))
    fields["expand_prompt"] = draw(st.booleans())
    fields["data"] = style.downloadable and draw(st.booleans())
    palette = ("000000", "ffffff") if draw(st.booleans()) else None
    if draw(st.booleans()):
        fields["seed"] = draw(st.integers(0, 2**31 - 1))
    count = draw(st.integers(1, style.max_images))
    return job(style.name, size=side, pictures=pictures, palette=palette, candidates=count, **fields)


@settings(deadline=None, max_examples=50)
@given(valid_jobs(), st.sampled_from(["v1", "v2"]))
def test_whatever_is_valid_passes_the_services_checks(wanted: Job, dialect: Any) -> None:
    sent = body(wanted, dialect)
    assert strict_problems(sent, dialect) == []
    question = cost_question(wanted, dialect)
    assert question is not None
    assert strict_problems(json.loads(question[1]), dialect) == []
    shape = shape_of(wanted)
    assert shape.count == wanted.request.candidates
    assert submission(wanted, dialect, KEY) == submission(wanted, dialect, KEY)  # the same bytes, each time


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_every_field_of_each_tool_is_sent_under_its_name(tool: Any) -> None:
    values: dict[str, Any] = {"string": "text", "integer": 4, "number": 4, "boolean": True}
    fields = {
        field.name: field.choices[-1] if field.choices else values[field.type]
        for field in tool.fields
        if field.type not in ("picture", "palette")
    }
    pictures = {field.name: picture() for field in tool.fields if field.type == "picture"}
    palette = ("000000",) if any(field.type == "palette" for field in tool.fields) else None
    wanted = job(op=tool.name, pictures={"input": picture(), **pictures}, palette=palette, **fields)
    sent = wire.tool(wanted)
    assert set(sent) == {"input_image"} | {field.wire for field in tool.fields}
    assert tool_problems(tool.name, sent) == []


def test_the_old_edit_and_the_fixers_pass_the_services_checks() -> None:
    edit = job(op="image_edit", prompt="add a hat", pictures={"input": picture(hole=True)})
    assert edit_problems(body(edit, "v1")) == []
    for kind in ("fix_standard", "fix_neural"):
        assert fix_problems(kind, body(job(op=kind, pictures={"input": picture(hole=True)}))) == []
