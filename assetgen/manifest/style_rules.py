"""What a style takes, checked before any money is spent."""

from __future__ import annotations

from assetgen.catalog.live import FILE
from assetgen.catalog.types import Style
from assetgen.manifest.expand import Expanded
from assetgen.manifest.messages import any_of, count_of, quoted
from assetgen.manifest.nodes import Located, Problems
from assetgen.manifest.refs import World
from assetgen.model.manifest import Unsendable
from assetgen.model.position import Position

MAKES = {"sprite": ("picture", "tile"), "animation": ("animation",), "tileset": ("tileset", "tile")}
_OLD_ANIMATIONS = ("rd_animation__four_angle_walking",)
"""What RD_FLUX of the first API drew beside its own styles."""

_SECTION = {"picture": "sprites", "tile": "tilesets", "animation": "animations", "tileset": "tilesets"}


def find_style(entry: Expanded, world: World) -> Style | None:
    """The entry's style, or None; an unknown name is a problem with the nearest one."""
    problems = world.problems
    name = entry.values.get("style")
    if not isinstance(name, Located):
        return None
    from assetgen.catalog import live, styles

    old = bool(entry.values.get("old_model"))
    style = world.live.find(name, old_model=old)
    if style is None:
        near = styles.nearest(name)
        tail = f"did you mean {quoted(near)}?" if near else "'assetgen styles' lists them"
        if "__" in name:
            tail += f" A style that is newer than this program is known after 'assetgen styles --refresh' ({live.FILE})"
        problems.add(name.position, f"unknown style {quoted(name)}", where=entry.where, tail=tail)
    elif old and style.family != "fast" and style.name not in _OLD_ANIMATIONS:
        tail = f"{style.name} is none of RD_FLUX's styles: those of rd_fast, and animation_four_angle_walking"
        problems.add(entry.at("old_model"), f"'old_model' does not know {quoted(name)}", where=entry.where, tail=tail)
    return style


def check_kind(style: Style, entry: Expanded, problems: Problems) -> bool:
    """Whether the style makes what the section holds. A picture may serve as a sheet where a plain grid cuts it."""
    if style.family == "new" and style.makes == "animation":
        tail = "its frames cannot be cut by this version of assetgen; a newer one may know it"
        problems.add(
            entry.at("style"), f"the sheets of {quoted(style.name)} are not known", where=entry.where, tail=tail
        )
        return False
    if not style.known or style.makes in MAKES[entry.kind]:
        return True
    gridded = isinstance(entry.values.get("layout"), dict) or (entry.kind == "tileset" and "size" in entry.values)
    if style.makes == "picture" and gridded:
        return True
    article = "an animation" if style.makes == "animation" else f"a {style.makes}"
    tail = f"move it to '{_SECTION[style.makes]}'"
    written = str(entry.values.get("style") or style.name)
    problems.add(entry.at("style"), f"style {quoted(written)} makes {article}", where=entry.where, tail=tail)
    return False


def untaken(style: Style, entry: Expanded) -> dict[str, str]:
    """Request keys of the entry that the style does not take, each with the reason."""
    values = entry.values
    name = style.name
    reasons: dict[str, str] = {}

    def refuse(key: str, reason: str) -> None:
        if values.get(key) not in (None, False, []):
            reasons[key] = reason

    if style.input == "none":
        refuse("input", f"{name} takes no input picture")
    if not entry.has("input"):
        refuse("strength", "it needs an 'input'")
    if not style.outside:
        for key in ("outside", "outside_input", "outside_strength"):
            refuse(key, f"{name} has one terrain only")
    elif not entry.has("outside_input"):
        refuse("outside_strength", "it needs an 'outside_input'")
    if not style.tiling:
        refuse("tile", f"{name} cannot be seamless")
    if not style.transparent:
        refuse("remove_bg", f"{name} has no background to remove")
    if not style.durations:
        refuse(
            "frames",
            f"{name} has a fixed number of frames" if style.makes == "animation" else f"{name} makes no frames",
        )
    if not style.downloadable and style.known:
        refuse("data", f"{name} has no downloadable data")
    if style.references == 0:
        refuse("references", f"{name} takes no references")
    if not entry.has("palette") or not style.palette:
        _refuse_kept(entry, "pre_palette", "no palette is sent", reasons)
    if not entry.has("remove_bg") or values.get("remove_bg") is False:
        _refuse_kept(entry, "background", "it needs 'remove_bg: true'", reasons)
    return reasons


def _refuse_kept(entry: Expanded, kind: str, reason: str, reasons: dict[str, str]) -> None:
    if kind in (entry.values.get("keep") or ()):
        reasons["keep"] = f"there is no {kind} picture to keep: {reason}"


def check_counts(style: Style, entry: Expanded, problems: Problems) -> None:
    """Numbers that a style bounds: candidates, references, frames; and the input that it requires."""
    values, name = entry.values, str(entry.values.get("style") or style.name)
    for key in ("candidates", "variants"):
        count = values.get(key)
        if isinstance(count, int) and count > style.max_images:
            tail = f"{name} makes at most {count_of(style.max_images, 'picture')} a request"
            problems.add(entry.at(key), f"{count} {key}", where=entry.where, tail=tail)
    references = values.get("references") or ()
    if style.references and len(references) > style.references:
        tail = f"{name} takes at most {style.references}"
        problems.add(entry.at("references"), f"{len(references)} references", where=entry.where, tail=tail)
    frames = values.get("frames")
    if style.durations and isinstance(frames, int) and frames not in style.durations:
        tail = f"expected {any_of(map(str, style.durations))}"
        problems.add(entry.at("frames"), f"{name} cannot make {frames} frames", where=entry.where, tail=tail)
    if style.input == "required" and not entry.has("input"):
        tail = "write 'input: NAME' or 'input: ./file.png'"
        problems.add(entry.at("style"), f"style {quoted(name)} needs an input picture", where=entry.where, tail=tail)
    if style.outside and style.family == "tile" and not entry.has("outside"):
        tail = "write 'outside: lush grass', the terrain around that of the prompt"
        problems.add(entry.at("style"), f"style {quoted(name)} needs 'outside'", where=entry.where, tail=tail)


def unsendable(style: Style, entry: Expanded, size: tuple[int, int] | None, world: World) -> Unsendable | None:
    """What the service, once asked (`styles --refresh`), will say against the request: an error where it must be sent,
    and nothing to those whose result is here already (IDENTITY 15)."""
    offer = world.live.offer(style.name)
    if offer is None:
        return None
    values = entry.values
    images = values.get("variants") or values.get("candidates") or 1
    references = len(values.get("references") or ())
    has_input = entry.has("input") or style.input_sized
    text = offer.refuses(
        None if style.ignores_size or style.input_sized else size,
        images=images,
        has_input=has_input,
        references=references,
    )
    if text is None:
        return None
    key = "tile_size" if entry.has("tile_size") else "size" if entry.has("size") else "style"
    text = f"{text}, as the service said on {world.live.date} ({FILE})"
    return Unsendable(entry.name, entry.at(key), f"{text} in {entry.where}")


def gone(style: Style, entry: Expanded, world: World) -> str | None:
    """A warning where the service no longer lists the style."""
    if not world.live.is_gone(style):
        return None
    return f"{entry.at('style')}: {style.name} of {entry.where} was not among the service's styles on {world.live.date}"


def check_size(
    style: Style, size: tuple[int, int], position: Position, where: str, problems: Problems, written: str = ""
) -> str | None:
    """Checks a size against the style's limits. Gives a warning for sizes that only the first documents allow.

    `written` is the style's name as the manifest has it.
    """
    shown, name = f"{size[0]}x{size[1]}", quoted(written or style.name)
    low, high = style.min_size, style.max_size
    least, most = min(low, style.old_min or low), max(high, style.old_max or high)
    head = f"size {shown} does not fit style {name}"
    if style.sides and any(side not in style.sides for side in size):
        tail = f"it draws {any_of(f'{side}x{side}' for side in style.sides)} only"
    elif any(not least <= side <= most for side in size):
        tail = f"its sides are {low} to {high} pixels"
    elif style.square and size[0] != size[1]:
        tail = "it draws squares only"
    elif any(side % style.multiple for side in size):
        tail = f"its sides are multiples of {style.multiple}"
    elif any(not low <= side <= high for side in size):
        return (
            f"{position}: size {shown} of {where}: {style.name} draws {low} to {high} pixels today; it may be refused"
        )
    else:
        return None
    problems.add(position, head, where=where, tail=tail)
    return None
