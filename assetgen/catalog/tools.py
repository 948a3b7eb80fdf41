"""The service's edit tools and pixel fixers as rows of data."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from assetgen.catalog.types import Tool, ToolField

_PROMPT = ToolField("prompt", "prompt", "string", description="what to change")
_NEEDED_PROMPT = ToolField("prompt", "prompt", "string", required=True, description="what to change")
_SEED = ToolField("seed", "seed", "integer", minimum=0, description="the same seed gives about the same result")
_SOFT = ToolField("soft_inpaint", "soft_inpaint", "boolean", description="blend the border of the repainted area")
_DITHER = (
    ToolField(
        "dither_mode", "dither_mode", "string", choices=("none", "bayer_2x2", "bayer_4x4", "bayer_8x8"),
        description="the dither pattern",
    ),
    ToolField("dither_strength", "dither_strength", "integer", minimum=0, maximum=100, description="in per cent"),
)  # fmt: skip


def _expand(side: str) -> ToolField:
    return ToolField(f"expand_{side}", f"expand_{side}", "integer", minimum=0, description=f"pixels added: {side}")


_PAID, _CHEAP, _FREE = Decimal("0.18"), Decimal("0.01"), Decimal(0)
_SIDES = ("left", "right", "top", "bottom")

_ROWS = (
    Tool(
        "image_edit", _PAID, "Changes a picture as the prompt says", (_NEEDED_PROMPT, _SEED),
        max_input=256, seeded=True, url_only=True, aliases=("edit",),
    ),
    Tool(
        "inpainting", _PAID, "Repaints what a mask marks",
        (
            ToolField(
                "mask", "mask_image", "picture", required=True,
                description="of the input's size; alpha (or grey) 0–12 protects, more is repainted",
            ),
            _NEEDED_PROMPT, _SEED, _SOFT,
        ),
        seeded=True, url_only=True,
    ),
    Tool(
        "outpainting", _PAID, "Adds to the sides of a picture",
        (*(_expand(side) for side in _SIDES), _PROMPT, _SEED, _SOFT),
        one_of=tuple(f"expand_{side}" for side in _SIDES), seeded=True, keeps_size=False, url_only=True,
    ),
    Tool(
        "seam_tiling", _PAID, "Repairs seams so that a picture repeats",
        (
            ToolField("tile_x", "tile_x", "boolean", description="repeats from left to right"),
            ToolField("tile_y", "tile_y", "boolean", description="repeats from top to bottom"),
            ToolField("seam_width", "seam_width", "integer", minimum=1, description="pixels"),
            ToolField("repair_window_size", "repair_window_size", "integer", minimum=1, description="pixels"),
            _SEED,
        ),
        one_of=("tile_x", "tile_y"), seeded=True,
    ),
    Tool(
        "background_remover", _CHEAP, "Makes the background transparent",
        (
            ToolField("force_solid_pixels", "force_solid_pixels", "boolean", description="alpha is 0 or 255 only"),
            ToolField(
                "transparency_threshold", "transparency_threshold", "number", minimum=0, maximum=255,
                description="alpha cut",
            ),
        ),
    ),
    Tool(
        "color_style_transfer", _CHEAP, "Takes the colours of another picture",
        (ToolField("extra_input", "extra_input_image", "picture", required=True, description="whose colours to take"),),
    ),
    Tool(
        "color_reducer", _FREE, "Reduces the number of colours",
        (ToolField("color_count", "color_count", "integer", minimum=1, description="colours to keep"), *_DITHER),
    ),
    Tool(
        "palette_converter", _FREE, "Maps a picture to a palette",
        (ToolField("palette", "input_palette", "palette", required=True, description="the colours to use"), *_DITHER),
    ),
    Tool(
        "k_centroid_downscale", _FREE, "Scales down by the commonest colours",
        tuple(ToolField(n, n, "integer", required=True, minimum=1, description="pixels") for n in ("width", "height")),
        keeps_size=False,
    ),
    Tool("pixel_correction", _FREE, "Puts the pixels of a picture back on one grid", keeps_size=False),
    Tool(
        "rotate", _FREE, "Turns a picture",
        (ToolField("rotation_degrees", "rotation_degrees", "number", required=True, description="degrees"),),
        keeps_size=False,
    ),
)  # fmt: skip

TOOLS: Mapping[str, Tool] = MappingProxyType({tool.name: tool for tool in _ROWS})
"""The edit tools by the service's id, which is also our `op`."""

FIXERS: Mapping[str, Tool] = MappingProxyType(
    {
        "fix_standard": Tool("fix_standard", _FREE, "Finds the pixel grid and redraws on it", keeps_size=False),
        "fix_neural": Tool("fix_neural", _FREE, "The same by a trained model", keeps_size=False),
    }
)
"""The two pixel fixers by our `op` (`fix: standard | neural`)."""

FIXER_MIN_SIDE = 16
FIXER_MAX_PIXELS = 16_000_000
FIXER_MAX_BODY = 900_000
"""Bytes of the whole request."""
FIXER_PER_MINUTE = 10

EDIT_MIN_SIDE, EDIT_MAX_SIDE = 16, 256
"""Sides that v1 `POST /edit` takes."""


def find_tool(name: str) -> Tool | None:
    """An edit tool by id or alias (`edit` is `image_edit`)."""
    return TOOLS.get(name) or next((tool for tool in _ROWS if name in tool.aliases), None)
