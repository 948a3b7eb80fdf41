"""A job as the JSON that goes over the wire: pure, both dialects, every field of the service's table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from assetgen.catalog.tools import EDIT_MAX_SIDE, EDIT_MIN_SIDE, FIXER_MAX_BODY, FIXER_MAX_PIXELS, FIXER_MIN_SIDE, TOOLS
from assetgen.generate.inputs import palette_picture, plain_picture, rgb_picture
from assetgen.generate.types import Job
from assetgen.model.errors import AssetError
from assetgen.model.request import DEFAULTS, Json

Dialect = Literal["v1", "v2"]
Payload = dict[str, Any]

OLD_MODEL = "RD_FLUX"

_SAME: Mapping[str, str] = {
    "prompt": "prompt",
    "outside": "extra_prompt",
    "remove_bg": "remove_bg",
    "frames": "frames_duration",
    "data": "include_downloadable_data",
}
"""Fields that only change their name."""


def inference(job: Job, dialect: Dialect) -> Payload:
    """The body of `POST /inferences`. Raises AssetError for what the dialect cannot say."""
    fields = job.request.fields
    width, height = _size(job)
    payload: Payload = {
        "prompt": fields.get("prompt", ""),
        "width": width,
        "height": height,
        "num_images": job.request.candidates,
        "upscale_output_factor": _upscale(fields.get("upscale", 1)),
        **_style(job, dialect),
    }
    if job.request.seed is not None:
        payload["seed"] = job.request.seed
    payload |= {wire: fields[name] for name, wire in _SAME.items() if name in fields}
    payload |= _pictures(job)
    tile = fields.get("tile", "")
    payload |= {f"tile_{axis}": True for axis in "xy" if axis in tile}
    if not fields.get("expand_prompt", True):
        payload["bypass_prompt_expansion"] = True
    if "pre_palette" in fields.get("keep", ()):
        payload["return_pre_palette"] = True
    if "background" in fields.get("keep", ()):
        payload["return_non_bg_removed"] = True
    if job.style is not None and job.style.makes == "animation":
        # Always a sheet: a GIF holds fewer colours and, for some styles, frames in an order that nobody knows.
        payload["return_spritesheet"] = True
    # `api` holds only what the grammar has no word for, so it never overrides what stands here.
    return {**fields.get("api", {}), **payload}


def edit_v1(job: Job) -> Payload:
    """The body of v1's `POST /edit`, which knows a prompt and a picture of 16 to 256 pixels a side."""
    data = _picture(job, "input")
    from assetgen.pixels.picture import size_of

    width, height = size_of(data, what=job.asset)
    if not all(EDIT_MIN_SIDE <= side <= EDIT_MAX_SIDE for side in (width, height)):
        raise _error(job, f"its input is {width}×{height}; edits take {EDIT_MIN_SIDE} to {EDIT_MAX_SIDE} pixels a side")
    return {"prompt": job.request.fields.get("prompt", ""), "inputImageBase64": plain_picture(data, job.asset)}


def tool(job: Job) -> Payload:
    """The body of `POST /edit/tools/{id}`: the input and the tool's own fields."""
    row = TOOLS.get(job.request.op)
    fields = job.request.fields
    if row is None:
        raise _error(job, f"no edit tool is called {job.request.op}")
    payload: Payload = {"input_image": plain_picture(_picture(job, "input"), job.asset)}
    for field in row.fields:
        value = fields.get(field.name, DEFAULTS.get(field.name) if field.required else None)
        if field.type == "picture" and field.name in fields:
            payload[field.wire] = plain_picture(_picture(job, field.name), f"{job.asset}: {field.name}")
        elif field.type == "palette" and job.palette:
            payload[field.wire] = palette_picture(job.palette)
        elif field.name == "seed":
            if job.request.seed is not None:
                payload[field.wire] = job.request.seed
        elif field.type not in ("picture", "palette") and value is not None:
            payload[field.wire] = value
    return {**fields.get("api", {}), **payload}


def fixer(job: Job) -> Payload:
    """The body of `POST /pixel-fixer/…`. Raises AssetError beyond the fixer's limits."""
    data = _picture(job, "input")
    from assetgen.pixels.picture import size_of

    width, height = size_of(data, what=job.asset)
    if min(width, height) < FIXER_MIN_SIDE or width * height > FIXER_MAX_PIXELS:
        raise _error(
            job, f"its picture is {width}×{height}; the pixel fixer takes {FIXER_MIN_SIDE} pixels to 16 megapixels"
        )
    payload = {"input_image": plain_picture(data, job.asset)}
    if (size := len(payload["input_image"]) + 32) > FIXER_MAX_BODY:
        raise _error(job, f"its picture takes {size} bytes as a request; the pixel fixer takes {FIXER_MAX_BODY}")
    return payload


def _size(job: Job) -> tuple[int, int]:
    """The size to ask for; the input picture's for styles that take theirs from it."""
    from assetgen.pixels.picture import size_of

    fields = job.request.fields
    if job.size is not None:
        return job.size
    if "width" in fields and "height" in fields:
        return (fields["width"], fields["height"])
    if job.style is not None and job.style.input_sized and "input" in fields:
        return size_of(_picture(job, "input"), what=job.asset)
    raise _error(job, "no size to ask for: give it one with `size:`")


def _upscale(value: Json) -> int | None:
    """The seeds' `null` is the service's regular, enlarged size (`upscale: regular`); native resolution is 1."""
    return value if isinstance(value, int) else None


def _style(job: Job, dialect: Dialect) -> Payload:
    name = job.style.name if job.style is not None else job.request.fields.get("style")
    if not job.request.fields.get("old_model"):
        return {"prompt_style": name} if name else {}
    if dialect != "v1":
        raise _error(job, "`old_model` speaks to the v1 API only; remove it, or set ASSETGEN_API_URL to …/v1")
    bare = (name or "rd_fast__default").removeprefix("rd_fast__")
    if bare.startswith("rd_animation__"):
        bare = "animation_" + bare.removeprefix("rd_animation__")
    return {"model": OLD_MODEL, "prompt_style": bare}


def _pictures(job: Job) -> Payload:
    fields = job.request.fields
    payload: Payload = {}
    for name, wire, weight, weight_wire in (
        ("input", "input_image", "strength", "strength"),
        ("outside_input", "extra_input_image", "outside_strength", "extra_strength"),
    ):
        if name in fields:
            payload[wire] = rgb_picture(_picture(job, name), f"{job.asset}: {name}")
            # Said even when it is the default of today: a request must not change its meaning with the service.
            payload[weight_wire] = fields.get(weight, DEFAULTS[weight])
    if "references" in fields:
        payload["reference_images"] = [
            rgb_picture(_found(job, digest, "references"), f"{job.asset}: references")
            for digest in fields["references"]
        ]
    if job.palette and (job.style is None or job.style.palette):
        payload["input_palette"] = palette_picture(job.palette)
    return payload


def _picture(job: Job, field: str) -> bytes:
    digest = job.request.fields.get(field)
    if digest is None:
        raise _error(job, f"{job.request.op} needs a picture as `{field}`")
    return _found(job, digest, field)


def _found(job: Job, digest: str, field: str) -> bytes:
    try:
        return job.pictures[digest]
    except KeyError:
        raise _error(job, f"the picture of `{field}` ({digest[:8]}) is not there") from None


def _error(job: Job, message: str) -> AssetError:
    return AssetError(f"{job.asset}: {message}", asset=job.asset, position=job.position)
