"""What comes from outside: manifests, palettes, pictures, Aseprite files, replies, files that editors change."""

from __future__ import annotations

import base64
import contextlib
import functools
import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetgen.export.base import OwnedKeys

TESTS = Path(__file__).resolve().parent.parent


# -- manifest -----------------------------------------------------------------


@functools.cache
def _folder() -> Path:
    from manifest_files import png as picture

    root = Path(tempfile.mkdtemp(prefix="assetgen-fuzz-"))
    for name in ("a.png", "art/logo.png"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(picture())
    (root / "more.yaml").write_text("sprites:\n  extra: {file: a.png}\n")
    return root


def manifest(data: bytes) -> str:
    from assetgen.manifest import load
    from assetgen.pixels.palettes import read

    root = _folder()
    (root / "assets.yaml").write_bytes(data)
    made = load(root, "assets.yaml", read)
    return f"{min(len(made.assets), 3)} assets, {len(made.warnings) > 0}"


def manifest_seeds() -> list[bytes]:
    import test_manifest_damage
    from manifest_files import TASTE

    example = TESTS.parent / "example_project" / "assets.yaml"
    own = [example.read_bytes()] if example.is_file() else []
    return [TASTE.encode(), test_manifest_damage.RICH.encode(), b"version: 1\ninclude: [more.yaml]\n", *own]


# -- pictures and palettes ----------------------------------------------------


def palette(data: bytes) -> str:
    from assetgen.pixels.palettes import read, write

    colors = read(data, "x.gpl")
    for format_ in ("gpl", "hex", "pal", "png", "json"):
        write(colors, "x", format_)
    return f"{min(len(colors), 4)} colours"


def palette_seeds() -> list[bytes]:
    from assetgen.pixels.palettes import write

    colors = ["1a1c2c", "5d275d", "b13e53", "ef7d5780"]
    made = [write(colors[:3], "dusk", format_) for format_ in ("gpl", "hex", "pal", "png", "json")]
    aco = b"\x00\x01\x00\x02" + b"\x00\x00\x12\x12\x34\x34\x56\x56\x00\x00" * 2
    aco += b"\x00\x02\x00\x01" + b"\x00\x00\x12\x12\x34\x34\x56\x56\x00\x00" + b"\x00\x00\x00\x02\x00a\x00\x00"
    ase = b"ASEF\x00\x01\x00\x00\x00\x00\x00\x01\x00\x01\x00\x00\x00\x18\x00\x02\x00a\x00\x00RGB "
    ase += b"\x3f\x80\x00\x00\x00\x00\x00\x00\x3f\x00\x00\x00\x00\x02"
    paint = b"; paint.net\nFF1A1C2C\n805D275D\n"
    return [*made, aco, ase, paint, bytes(range(256)) * 3]


def picture(data: bytes) -> str:
    from assetgen.pixels import picture

    sniffed = picture.sniff(data)
    size = picture.size_of(data, what="x")
    limits = picture.Limits(pixels=1 << 20)  # the same code with a smaller number: more pictures in a minute
    shown = picture.decode(data, what="x", limits=limits)
    moving = picture.decode_frames(data, what="x", limits=limits)
    assert shown.shape[:2] == (size[1], size[0])
    assert all(frame.shape == moving.frames[0].shape for frame in moving.frames)
    picture.file_digest(data, "x")
    return f"{sniffed} {min(len(moving.frames), 3)} frames"


def picture_seeds() -> list[bytes]:
    return list(_pictures())


@functools.cache
def _pictures() -> tuple[bytes, ...]:
    import numpy as np
    from PIL import Image

    from assetgen.pixels.png import encode, encode_truecolor

    dice = np.random.default_rng(3)
    pixels = dice.integers(0, 255, (9, 7, 4), np.uint8)
    pixels[pixels[..., 3] < 80] = 0
    images = [Image.fromarray(pixels), Image.fromarray(pixels[::-1].copy())]
    found = [encode(pixels), encode_truecolor(pixels), encode((pixels // 128 * 128).astype(np.uint8))]
    for name, options in (
        ("GIF", {"save_all": True, "append_images": images[1:], "duration": [50, 120], "disposal": 2}),
        ("PNG", {"save_all": True, "append_images": images[1:], "duration": 80}),
        ("WEBP", {"lossless": True}),
        ("PNG", {"interlace": 1}),
    ):
        buffer = io.BytesIO()
        images[0].save(buffer, name, **options)
        found.append(buffer.getvalue())
    for mode in ("L", "LA", "P", "1", "I;16"):
        buffer = io.BytesIO()
        image = images[0].convert("L").point(lambda v: v) if mode == "I;16" else images[0].convert(mode)
        image.save(buffer, "PNG")
        found.append(buffer.getvalue())
    for mode in ("JPEG", "BMP", "TIFF"):
        buffer = io.BytesIO()
        images[0].convert("RGB").save(buffer, mode)
        found.append(buffer.getvalue())
    return tuple(found)


def aseprite(data: bytes) -> str:
    from assetgen.model.errors import AssetgenError
    from assetgen.pixels import aseprite

    with contextlib.suppress(AssetgenError):
        aseprite.read_palette(data, "x")
    found = aseprite.read(data, "x")
    found.resolved_tags("default")
    return f"{min(len(found.frames), 3)} frames {len(found.tags) > 0} {len(found.slices) > 0}"


def aseprite_seeds() -> list[bytes]:
    import test_aseprite as t

    red, blue = (*t.RED,), (*t.BLUE,)
    small = t.cel([[red, blue], [blue, red]])
    rich = t.document(
        [
            t.layer(),
            t.layer("group", kind=1),
            t.layer("child", level=1, opacity=128),
            small,
            t.cel([[blue]], at=(1, 1), on=2, opacity=90),
            t.tags((0, 1, 0, 0, "walk"), (1, 1, 2, 3, "idle")),
            t.palette(red, blue),
        ],
        [t.linked(0), t.cel([[red]], at=(-1, 0), on=2, raw=True)],
    )
    return [t.document([t.layer(), small]), rich]


def exported(data: bytes) -> str:
    """The JSON that Aseprite exports beside a picture, and the atlas that the service sends with a sheet."""
    import numpy as np

    from assetgen.model.errors import AssetgenError
    from assetgen.model.manifest import Cut
    from assetgen.pixels import aseprite
    from assetgen.pixels.cutting import cut

    sheet = np.full((4, 8, 4), 255, np.uint8)
    with contextlib.suppress(AssetgenError):
        assert aseprite.picture_name(data, "x")
    try:
        found = aseprite.read_json(data, sheet, "x")
        found.resolved_tags("default")
        return f"{min(len(found.frames), 3)} frames {len(found.tags)} {len(found.slices)}"
    except AssetgenError as error:
        with contextlib.suppress(AssetgenError):
            return f"{min(len(cut(sheet, Cut('data'), 'x', data)), 3)} pieces"
        raise error from None


def exported_seeds() -> list[bytes]:
    import test_aseprite as t

    sprites = [{"x": 0, "y": 0, "w": 2, "h": 2, "name": "a"}, {"x": 2, "y": 2, "w": 1, "h": 1, "id": 7}]
    atlas = {"downloadable_json": {"data": {"meta": {"image_w": 8, "image_h": 4}, "sprites": sprites}}}
    return [json.dumps(document).encode() for document in (t.exported(True), t.exported(False), atlas)]


# -- replies of the provider --------------------------------------------------


def reply(data: bytes) -> str:
    from assetgen.generate.decode import decode_reply, json_object
    from assetgen.generate.errors import parse_refusal, parse_task_error
    from assetgen.generate.shape import Shape

    refusals = (parse_refusal(400, {}, data), parse_task_error((json_object(data) or {}).get("error")))
    assert all(str(refusal.error("x")).encode() for refusal in refusals)
    outcomes = [str(len({refusal.status for refusal in refusals}))]
    for shape in (
        Shape(1, (7, 9)),
        Shape(2, (7, 9), extras=("pre_palette", "background"), data=True),
        Shape(1, (28, 36), grid=(4, 4), cell=(7, 9), animation=True),
        Shape(1, None, ignores_size=True),
    ):
        found = decode_reply(data, {}, shape)
        assert found.images or found.problems
        with_files = decode_reply(data, {0: data, 1: "gone"}, shape)
        str(found.price), str(found.remaining)
        "".join((found.model or "", found.date or "", *found.problems, *found.warnings)).encode()
        outcomes.append(f"{len(found.images)}{bool(found.problems)}{bool(found.warnings)}{len(with_files.images)}")
    return " ".join(outcomes)


def reply_seeds() -> list[bytes]:
    held = [base64.b64encode(picture).decode() for picture in _pictures()[:5]]
    result = {
        "created_at": 1795248000, "balance_cost": 0.18, "credit_cost": 5, "remaining_balance": 99.82, "model": "rd_pro",
        "base64_images": held[:3], "output_urls": ["https://x.invalid/a.png"], "downloadable_data": {"wang": [1, 2]},
    }  # fmt: skip
    task = {"task_id": "t-1", "status": "succeeded", "result": result | {"created_at": "2026-11-21T08:00:00Z"}}
    edit = {"outputImageBase64": held[0], "remaining_credits": 12}
    nothing = {"detail": [{"loc": ["body", "prompt"], "msg": "too long"}], "charged": False}
    refused = {"error": {"code": "x", "message": "no", "request_id": "r", "details": {"a": 1}, "status_code": 422}}
    return [json.dumps(document).encode() for document in (result, task, edit, nothing, refused)]


# -- files that editors also edit ---------------------------------------------


@functools.cache
def _owned() -> tuple[tuple[str, OwnedKeys], ...]:
    from export_sample import sample

    project = sample()
    found = []
    for engine in ("godot", "unity", "tiled", "ldtk"):
        for output in project.export(engine, {}):
            if output.owned is not None:
                found.append((output.path, output.owned))
    return tuple(found)


def merged(data: bytes) -> str:
    """First byte: which of our files; the rest: what an editor left in its place."""
    owned = _owned()
    path, keys = owned[data[0] % len(owned)] if data else owned[0]
    existing = data[1:].decode("utf-8", "replace")
    judged = keys.judge(existing)
    merged = keys.merge(existing)
    keys.conflicts(existing)
    again = keys.merge(merged)
    # A file with two things of one id takes a second round to come to rest; a third must change nothing.
    assert keys.merge(again) == again, "merging what was merged changes nothing"
    assert keys.judge(again), "what was merged can be read"
    return f"{Path(path).suffix} {len(judged)} {merged == keys.content}"


def merged_seeds() -> list[bytes]:
    seen: dict[str, bytes] = {}
    for index, (path, keys) in enumerate(_owned()[:250]):
        seen.setdefault(Path(path).suffix + path[-8:-5], bytes([index]) + keys.content.encode())
    return list(seen.values())[:12]
