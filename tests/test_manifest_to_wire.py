"""Manifest and service agree: whatever the manifest's check lets through passes the service's own strict checks on the
request that is sent, in both dialects; whatever it refuses, it refuses with a position, before anything is sent."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from generate_service import picture
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from assetgen.build.jobs import job_of
from assetgen.build.options import Environment, Options
from assetgen.build.session import Session
from assetgen.catalog.styles import STYLES
from assetgen.catalog.tools import EDIT_MIN_SIDE, TOOLS
from assetgen.catalog.types import Style, Tool
from assetgen.generate.dialects import Submission, cost_question, submission
from assetgen.generate.types import Job
from assetgen.generate.wire import Dialect
from assetgen.model.errors import AssetError, ManifestError
from assetgen.model.position import Problem
from assetgen.pixels.picture import size_of
from assetgen.simulator.strict import strict_problems
from assetgen.simulator.strict_tools import edit_problems, fix_problems, tool_problems

SECTIONS = {"picture": "sprites", "tile": "sprites", "animation": "animations", "tileset": "tilesets"}
SIDES = (8, 16, 24, 32, 48, 64, 96, 128, 256, 300, 384)
FILES = {f"p{side}.png": (side, side) for side in SIDES} | {"wide.png": (96, 64)}
COUNT = 300 if os.environ.get("ASSETGEN_SOAK") == "full" else 25
EXAMPLES = settings(deadline=None, max_examples=COUNT, suppress_health_check=list(HealthCheck))

Entry = dict[str, Any]


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A project folder with pictures of many sizes, with and without holes."""
    from assetgen.pixels.png import encode

    with tempfile.TemporaryDirectory() as folder:
        for index, (name, (width, height)) in enumerate(FILES.items()):
            (Path(folder) / name).write_bytes(encode(picture(width, height, hole=bool(index % 2))))
        yield Path(folder)


def jobs(root: Path, section: str, entry: Entry) -> list[Job]:
    """The entry loaded, planned and made into jobs: those of its first step that could go out now.

    Raises ManifestError as `assetgen` would.
    """
    document = {"version": 1, "palettes": {"dusk": ["1a1c2c", "5d275d", "b13e53"]}, section: {"it": entry}}
    (root / "assets.yaml").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    environment = Environment({"ASSETGEN_CACHE_DIR": str(root / "store")}, lambda: 1.8e9, lambda: 0.0, lambda: 0.5)
    session = Session(Options(root), environment)
    try:
        found = []
        for name in session.manifest.assets:
            state = session.project.state(name)
            for step in state.steps:
                if step.request is not None:
                    assert step.status == "buy", step
                    found.append(job_of(session, state.asset, step, step.request))
        return found
    finally:
        session.close()


def refusals(wanted: Job, dialect: Dialect) -> list[str]:
    """What the service would say against a job as it is sent, and against the question of what it costs."""
    if dialect == "v1" and wanted.request.op == "image_edit" and _smallest_side(wanted) < EDIT_MIN_SIDE:
        with pytest.raises(AssetError) as refused:  # what the manifest cannot know: it names no dialect
            submission(wanted, dialect, "k" * 64)
        assert refused.value.position is not None
        return []
    sent = submission(wanted, dialect, "k" * 64)
    found = _problems(wanted, sent, json.loads(sent.body), dialect)
    question = cost_question(wanted, dialect)
    if question is not None and sent.kind == "inference":
        found += strict_problems(json.loads(question[1]), dialect)
    return found


def _smallest_side(wanted: Job) -> int:
    return min(size_of(wanted.pictures[wanted.request.fields["input"]], what="input"))


def _problems(wanted: Job, sent: Submission, body: Any, dialect: Dialect) -> list[str]:
    if sent.kind == "inference":
        return strict_problems(body, dialect)
    if sent.kind == "edit":
        return edit_problems(body)
    if sent.kind == "fixer":
        return fix_problems(wanted.request.op, body)
    return tool_problems(wanted.request.op, body)


def agree(root: Path, section: str, entry: Entry, *, valid: bool | None = None) -> None:
    """The property. `valid`: whether the manifest must take it; None when either is right."""
    found: list[Job] = []
    told: list[Problem] = []
    try:
        found = jobs(root, section, entry)
    except ManifestError as error:
        told = list(error.problems)
    if told:
        assert not valid, told
        event("refused by the manifest")
        assert all(problem.position.file == "assets.yaml" and problem.position.line for problem in told)
        return
    assert valid is not False, f"the manifest takes it: {entry}"
    event("sent")
    assert found
    for wanted in found:
        for dialect in _dialects(wanted):
            assert refusals(wanted, dialect) == [], (dialect, entry)


def _dialects(wanted: Job) -> tuple[Dialect, ...]:
    return ("v1",) if wanted.request.fields.get("old_model") else ("v1", "v2")


# -- entries ----------------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")), min_size=1, max_size=30)
prompts = texts.map(lambda text: "a " + text.replace("{", "{{").replace("}", "}}"))
paths = st.sampled_from([name for name, size in FILES.items() if size[0] >= 16]).map(lambda name: f"./{name}")
flags = st.booleans()
strengths = st.floats(0, 1).map(lambda value: round(value, 3))
seeds = st.integers(0, 2**32 - 1)


def maybe(draw: st.DrawFn, entry: Entry, **values: st.SearchStrategy[Any]) -> None:
    for name, strategy in values.items():
        if draw(flags):
            entry[name] = draw(strategy)


def size_for(draw: st.DrawFn, style: Style) -> Any:
    """A size that the style takes, written in one of the three ways."""
    if style.sides:
        return draw(st.sampled_from(style.sides))
    low, high = min(style.min_size, style.old_min or 999), max(style.max_size, style.old_max or 0)
    side = st.integers(low, high).map(lambda value: max(low, value - value % style.multiple))
    width = draw(side)
    height = width if style.square else draw(side)
    return draw(st.sampled_from([[width, height], f"{width}x{height}"])) if width != height else width


def input_for(draw: st.DrawFn, style: Style) -> str:
    if not style.input_sized:
        return draw(paths)
    fits = [
        name
        for name, size in FILES.items()
        if all(style.min_size <= side <= style.max_size and side % style.multiple == 0 for side in size)
    ]
    return "./" + draw(st.sampled_from(fits))


@st.composite
def generated(draw: st.DrawFn) -> tuple[str, Entry]:
    """A valid entry of any style of the catalog, or of a user's own, with any of the fields that it takes."""
    own = Style("user__flasks_586", "user", "picture", "", 16, 512, references=9, known=False)
    style = draw(st.sampled_from([*STYLES.values(), own]))
    section = SECTIONS[style.makes]
    written = draw(st.sampled_from([style.name, *style.aliases]))
    entry: Entry = {"prompt": draw(prompts), "style": written}
    if style.input == "required" or draw(flags):
        entry["input"] = input_for(draw, style)
        maybe(draw, entry, strength=strengths)
    if not style.input_sized and (style.default_size is None or draw(flags)):
        entry["tile_size" if section == "tilesets" else "size"] = size_for(draw, style)
    maybe(draw, entry, seed=seeds, expand_prompt=flags, upscale=st.sampled_from([1, 2, 16, "regular"]))
    if style.max_images > 1:
        maybe(draw, entry, candidates=st.integers(1, style.max_images))
        if "candidates" not in entry and section == "sprites":
            maybe(draw, entry, variants=st.integers(1, style.max_images))
    if style.references:
        maybe(draw, entry, references=st.lists(paths, min_size=1, max_size=style.references))
    if style.outside:
        entry["outside"] = draw(prompts)
        maybe(draw, entry, outside_input=paths)
        if "outside_input" in entry:
            maybe(draw, entry, outside_strength=strengths)
    if style.tiling:
        maybe(draw, entry, tile=st.sampled_from(["x", "y", "xy"]))
    if style.transparent:
        maybe(draw, entry, remove_bg=flags)
    if style.durations:
        maybe(draw, entry, frames=st.sampled_from(style.durations))
    if style.downloadable or not style.known:
        maybe(draw, entry, data=flags)
    maybe(draw, entry, palette=st.sampled_from(["dusk", {"map": "dusk"}, {"send": "dusk"}]))
    kept = ["pre_palette"] if style.palette and entry.get("palette") in ("dusk", {"send": "dusk"}) else []
    kept += ["background"] if entry.get("remove_bg") else []
    if kept:
        maybe(draw, entry, keep=st.lists(st.sampled_from(kept), unique=True, min_size=1))
    extras = {"output_bg_color": "#102030", "negative": "blur", "include_extra_data": True}
    maybe(draw, entry, api=st.lists(st.sampled_from(sorted(extras))).map(lambda names: {n: extras[n] for n in names}))
    if style.family == "fast":
        maybe(draw, entry, old_model=flags)
    return section, entry


def tool_fields(draw: st.DrawFn, tool: Tool, size: tuple[int, int]) -> Entry:
    """Fields that a tool takes for an input of this size."""
    edit: Entry = {"tool": tool.name}
    for field in tool.fields:
        if not field.required and not draw(flags):
            continue
        name = field.name
        if field.type == "picture":
            same = [f"./{file}" for file, have in FILES.items() if have == size]
            edit[name] = draw(st.sampled_from(same) if name == "mask" else paths)
        elif field.type == "palette":
            edit[name] = "dusk"
        elif field.choices:
            edit[name] = draw(st.sampled_from(field.choices))
        elif field.type == "string":
            edit[name] = draw(prompts)
        elif field.type == "boolean":
            edit[name] = draw(flags)
        else:
            most = {"rotation_degrees": 360, "seed": 2**32 - 1}.get(name, min(field.maximum or 256, 256))
            edit[name] = draw(st.integers(int(field.minimum or 0), int(most)))
    if tool.one_of and not any(edit.get(name) for name in tool.one_of):
        edit[tool.one_of[0]] = True if tool.name == "seam_tiling" else 8
    return edit


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, Entry]:
    """A valid edit of a file by any of the eleven tools, by a prompt alone, or by the pixel fixer."""
    way = draw(st.sampled_from([*TOOLS.values(), "prompt", "fix"]))
    small = [name for name, (side, _) in FILES.items() if 16 <= side <= 256]
    name = draw(st.sampled_from(small))
    if way == "prompt":
        entry: Entry = {"edit": f"./{name}", "prompt": draw(prompts)}
        maybe(draw, entry, seed=seeds)
        return "sprites", entry
    if way == "fix":
        return "sprites", {"file": f"./{name}", "fix": draw(st.sampled_from(["standard", "neural"]))}
    assert isinstance(way, Tool)
    return "sprites", {"edit": f"./{name}", "edits": [tool_fields(draw, way, FILES[name])]}


@EXAMPLES
@given(generated())
def test_every_valid_generation_passes_the_services_checks(root: Path, case: tuple[str, Entry]) -> None:
    agree(root, *case, valid=True)


@EXAMPLES
@given(edited())
def test_every_valid_edit_passes_the_services_checks(root: Path, case: tuple[str, Entry]) -> None:
    agree(root, *case, valid=True)


# -- mistakes ---------------------------------------------------------------------------------------------------------

BROKEN: dict[str, st.SearchStrategy[Any]] = {
    "style": st.sampled_from(["rd_fast__defualt", "mc_item", "user__", "user__no name", "rd_classic__default", 7]),
    "size": st.sampled_from([1, 11, 4097, 640, [64], "64", "64x", [64, 640], -64, 0, 6.5]),
    "seed": st.sampled_from([-1, 2**32, "seven", 1.5]),
    "strength": st.sampled_from([-0.1, 1.1, "much"]),
    "candidates": st.sampled_from([0, 17, -1, "many", 1.5]),
    "references": st.just(["./p16.png"] * 10),
    "frames": st.sampled_from([0, 5, 7, 17, "all"]),
    "tile": st.sampled_from(["z", "yx", True]),
    "upscale": st.sampled_from([0, 17, "irregular"]),
    "keep": st.sampled_from([["everything"], "background"]),
    "input": st.sampled_from(["./gone.png", "nobody", ["./p16.png"]]),
    "palette": st.sampled_from(["dawn", {"keep": "dusk"}, 3]),
    "api": st.sampled_from(
        [
            {"width": 64}, {"check_cost": True}, {"async": True}, {"prompt": "x"}, {"custom_id": "x"}, {"seed": 1},
            {"negative": 3}, {"output_bg_color": False}, {"include_extra_data": "yes"}, {"extra_strength": 2},
        ]
    ),
    "remove_bg": st.sampled_from(["perhaps", 2]),
    "prompt": st.sampled_from(["", "   "]),
    "promt": st.just("a typing mistake"),
    "fix": st.just("magic"),
    "edits": st.sampled_from(
        [
            [{"tool": "inpaint", "prompt": "x"}], [{"tool": "inpainting", "prompt": "x"}], [{"tool": "rotate"}],
            [{"tool": "outpainting", "expand_left": 0}], [{"tool": "seam_tiling"}], [{"prompt": ""}], [],
            [{"tool": "palette_converter", "palette": "dawn"}], [{"tool": "color_reducer", "color_count": 0}],
            [{"tool": "color_reducer", "dither_mode": "noise"}], [{"tool": "rotate", "rotation_degrees": "half"}],
            [{"tool": "pixel_correction", "strength": 1}], [{"tool": "image_edit", "prompt": "x", "seed": -1}],
        ]
    ),
}  # fmt: skip


@EXAMPLES
@given(generated(), st.sampled_from(sorted(BROKEN)), st.data())
def test_every_mistake_is_refused_by_the_manifest_first(
    root: Path, case: tuple[str, Entry], field: str, data: st.DataObject
) -> None:
    section, entry = case
    if field == "prompt" and "input" in entry:
        return  # a style that needs a picture can do without words
    agree(root, section, {**entry, field: data.draw(BROKEN[field])}, valid=False)


@EXAMPLES
@given(generated(), generated())
def test_fields_of_one_style_under_another(root: Path, one: tuple[str, Entry], other: tuple[str, Entry]) -> None:
    """Fields, sizes and inputs that suit one style under the name of another: refused, or right."""
    section, entry = one
    agree(root, section, {**entry, "style": other[1]["style"]})


@EXAMPLES
@given(edited(), st.sampled_from(sorted(TOOLS)), st.sampled_from(sorted(FILES)))
def test_fields_of_one_tool_under_another(root: Path, case: tuple[str, Entry], tool: str, file: str) -> None:
    """Fields of one tool under another one's name, on pictures of any size: refused, or right."""
    section, entry = case
    if "edits" in entry:
        entry = {"edit": f"./{file}", "edits": [{**entry["edits"][0], "tool": tool}]}
    elif "file" in entry:
        entry = {**entry, "file": f"./{file}"}
    else:
        entry = {**entry, "edit": f"./{file}"}
    agree(root, section, entry)


WALK = "rd_advanced_animation__walking"  # draws in the input picture's size, whatever else is written
MASKED = {"tool": "inpainting", "prompt": "x"}


@pytest.mark.parametrize(
    ("section", "entry", "told"),
    [
        ("sprites", {"prompt": "x", "style": "rd_fast__default", "size": 64, "references": ["./p16.png"]}, "takes no"),
        ("sprites", {"prompt": "x", "style": "rd_pro__edit", "size": 64}, "needs an input picture"),
        ("sprites", {"prompt": "x", "style": "animation__vfx"}, "makes an animation"),
        ("sprites", {"prompt": "x", "style": "rd_pro__ui_panel", "candidates": 5}, "at most 4"),
        ("sprites", {"prompt": "x", "style": "rd_fast__default", "size": 64, "data": True}, "no downloadable data"),
        ("sprites", {"prompt": "x", "style": "rd_fast__default", "size": 64, "frames": 8}, "makes no frames"),
        ("sprites", {"edit": "./p64.png", "edits": [{**MASKED, "mask": "./p32.png"}]}, "both must be of one size"),
        ("animations", {"prompt": "x", "style": WALK, "input": "./p16.png", "size": 64}, "16x16 does not fit"),
        ("sprites", {"edit": "./p300.png", "prompt": "a hat"}, "up to 256"),
        ("sprites", {"file": "./p8.png", "fix": "standard"}, "16"),
    ],
)  # fmt: skip
def test_limits_are_told_in_words(root: Path, section: str, entry: Entry, told: str) -> None:
    with pytest.raises(ManifestError) as refused:
        jobs(root, section, entry)
    assert told in str(refused.value)
