"""A block of the lock as plain data (maps, lists, scalars) and back. Empty and default fields are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from assetgen.model.cost import FREE, Cost, amount_of, plain
from assetgen.model.lock import Accepted, Adopted, Block, Original, Past, Rejected
from assetgen.model.realm import RETRODIFFUSION
from assetgen.model.request import LARGEST, SCHEME, Json, Request, inexact
from assetgen.store.yamlet import Damage

T = TypeVar("T")
Data = dict[str, Json]

_RESULT = frozenset(["steps", "adopted", "rejected"])
_DERIVED = frozenset(["frames", "files", "outputs", "tool", "partial", "drawn"])
_BLOCK = _RESULT | _DERIVED | frozenset(["kind", "reviewed", "layout", "ids", "tiles", "pages", "history"])
_REQUEST = frozenset(["op", "request", "palette", "candidates", "take", "seed", "seeded", "scheme", "provider"])
_STEP = _REQUEST | frozenset(["realm", "originals", "pick", "price", "model", "date", "inputs", "warnings", "attempt"])
_REJECTED = _REQUEST | frozenset(["realm", "raw", "reason", "date", "price", "usable", "attempt"])
_ADOPTED = frozenset(["original", "stage", "date", "over", "recipe"])
_ORIGINAL = frozenset(["file", "sha256", "pixels", "size", "candidate", "extra"])


def dump_block(block: Block) -> Data:
    """All of a block but its name."""
    data: Data = {
        "kind": block.kind,
        "steps": [dump_accepted(step) for step in block.steps],
        "rejected": block.rejected and _dump_rejected(block.rejected),
        "adopted": block.adopted and _dump_adopted(block.adopted),
        "reviewed": dict(block.reviewed),
        "layout": block.layout,
        "frames": block.frames,
        "files": block.files,
        "outputs": dict(block.outputs),
        "ids": dict(block.ids),
        "tiles": dict(block.tiles),
        "history": [dump_past(past) for past in block.history],
        "tool": block.tool,
        "partial": list(block.partial),
        "drawn": block.drawn,
    }
    data = {key: value for key, value in data.items() if value or value not in (None, {}, [])}
    return data if block.pages is None else {**data, "pages": block.pages}


def load_block(name: str, data: Json) -> Block:
    """The inverse. Damage with the path of the value that cannot be."""
    fields = _fields(data, _BLOCK)
    get = fields.get
    return Block(
        name=name,
        kind=_text(fields, "kind"),
        steps=_each(fields, "steps", load_accepted),
        rejected=_inside("rejected", _load_rejected, get("rejected")),
        adopted=_inside("adopted", _load_adopted, get("adopted")),
        reviewed=_texts(fields, "reviewed"),
        layout=_optional(fields, "layout"),
        frames=_optional(fields, "frames"),
        files=_optional(fields, "files"),
        outputs=_texts(fields, "outputs"),
        ids=_texts(fields, "ids"),
        tiles=_map(fields, "tiles", int, "an integer"),
        pages=get("pages"),
        history=_each(fields, "history", _load_past),
        tool=_optional(fields, "tool"),
        partial=_each(fields, "partial", _load_text),
        drawn=_optional(fields, "drawn"),
    )


def check_prices(block: Block) -> None:
    """ValueError where a block that was not read from text has a price that no text can have."""
    results: list[Block | Past] = [block, *block.history]
    priced = [step for result in results for step in result.steps] + [r.rejected for r in results if r.rejected]
    for bought in priced:
        for part in (bought.price, *bought.price.other):
            if part.amount is not None:
                amount_of(part.amount)


def dump_price(cost: Cost) -> str:
    """`0.18 USD`, `unknown USD`, `0.5 USD + 12 credits`."""
    return " + ".join(
        f"{'unknown' if part.amount is None else plain(part.amount)} {part.unit}" for part in (cost, *cost.other)
    )


def load_price(text: str) -> Cost:
    """The inverse; ValueError for anything else."""
    parts = []
    for part in text.split(" + "):
        amount, blank, unit = part.partition(" ")
        if not blank or not unit:
            raise ValueError(text)
        parts.append(Cost(None if amount == "unknown" else amount_of(amount), unit))
    return Cost(parts[0].amount, parts[0].unit, tuple(parts[1:]))


def dump_accepted(step: Accepted) -> Data:
    """One remote step's result."""
    data: Data = {
        **_dump_request(step.request),
        "realm": step.realm,
        "originals": [dump_original(original) for original in step.originals],
        "pick": step.pick,
        "price": dump_price(step.price) if step.price != FREE else None,
        "model": step.model,
        "date": step.date or None,
        "inputs": dict(step.inputs),
        "warnings": list(step.warnings),
        "attempt": step.attempt or None,
    }
    return {key: value for key, value in data.items() if value not in (None, {}, [])}


def load_accepted(data: Json) -> Accepted:
    """The inverse; Damage for anything else."""
    fields = _fields(data, _STEP)
    return Accepted(
        request=_load_request(fields),
        realm=_text(fields, "realm"),
        originals=_each(fields, "originals", load_original),
        pick=_optional(fields, "pick"),
        price=_price(fields),
        model=_optional(fields, "model"),
        date=_optional(fields, "date") or "",
        inputs=_map(fields, "inputs", object, "a value"),
        warnings=_each(fields, "warnings", _load_text),
        attempt=_integer(fields, "attempt", 0),
    )


def _dump_request(request: Request) -> Data:
    """`seed` is the effective one, for people and for calling the service again; reading derives it anew."""
    given = request.take == 0 and request.explicit_seed is not None
    data: Data = {"op": request.op, "request": dict(request.fields)}
    if request.palette is not None:
        data["palette"] = request.palette
    if request.candidates != 1:
        data["candidates"] = request.candidates
    if request.take:
        data["take"] = request.take
    if not request.seeded:
        data["seeded"] = False
    elif not given:
        data["seed"] = request.seed
    if request.scheme != SCHEME:
        data["scheme"] = request.scheme
    if request.provider != RETRODIFFUSION:
        data["provider"] = request.provider
    return data


def _load_request(fields: Data) -> Request:
    asked = _map(fields, "request", object, "a value")
    places: list[tuple[tuple[str, ...], Json]] = [(("request", name), value) for name, value in asked.items()]
    places += [((key,), fields.get(key)) for key in ("take", "candidates")]
    for path, value in places:
        if inexact(value):
            raise Damage(f"a number larger than {LARGEST}", path=path)
    return Request(
        op=_text(fields, "op"),
        fields=asked,
        palette=_optional(fields, "palette"),
        candidates=_integer(fields, "candidates", 1),
        take=_integer(fields, "take", 0),
        seeded=_typed(fields, "seeded", True, bool, "true or false"),
        scheme=_integer(fields, "scheme", SCHEME),
        provider=_optional(fields, "provider") or RETRODIFFUSION,
    )


def dump_original(original: Original) -> Data:
    """`pixels` is left out where it is the byte digest (no picture), `size` where it is 0×0."""
    data: Data = {"file": original.file, "sha256": original.sha256}
    if original.pixels != original.sha256:
        data["pixels"] = original.pixels
    if original.size != (0, 0):
        data["size"] = f"{original.size[0]}x{original.size[1]}"
    if original.candidate != 1:
        data["candidate"] = original.candidate
    if original.extra is not None:
        data["extra"] = original.extra
    return data


def load_original(data: Json) -> Original:
    fields = _fields(data, _ORIGINAL)
    digest = _text(fields, "sha256")
    width, cross, height = (_optional(fields, "size") or "0x0").partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and len(width) + len(height) < 12):
        raise Damage("expected a size such as `64x64`", path=("size",))
    return Original(
        file=_text(fields, "file"),
        sha256=digest,
        pixels=_optional(fields, "pixels") or digest,
        size=(int(width), int(height)),
        candidate=_integer(fields, "candidate", 1),
        extra=_optional(fields, "extra"),
    )


def _dump_rejected(rejected: Rejected) -> Data:
    data: Data = {
        **_dump_request(rejected.request),
        "realm": rejected.realm,
        "raw": rejected.raw,
        "reason": rejected.reason,
        "date": rejected.date,
        "price": dump_price(rejected.price),
    }
    if rejected.attempt:
        data["attempt"] = rejected.attempt
    if rejected.usable:
        data["usable"] = [dump_original(original) for original in rejected.usable]
    return data


def _load_rejected(data: Json) -> Rejected:
    fields = _fields(data, _REJECTED)
    return Rejected(
        request=_load_request(fields),
        realm=_text(fields, "realm"),
        raw=_text(fields, "raw"),
        reason=_text(fields, "reason"),
        date=_text(fields, "date"),
        price=_price(fields),
        usable=_each(fields, "usable", load_original),
        attempt=_integer(fields, "attempt", 0),
    )


def _dump_adopted(adopted: Adopted) -> Data:
    data: Data = {"original": dump_original(adopted.original), "stage": adopted.stage, "date": adopted.date}
    since = {"over": adopted.over, "recipe": adopted.recipe}
    return data | {key: value for key, value in since.items() if value is not None}


def _load_adopted(data: Json) -> Adopted:
    fields = _fields(data, _ADOPTED)
    original = _inside("original", load_original, fields.get("original"))
    if original is None:
        raise Damage("`original` is missing")
    since = _optional(fields, "over"), _optional(fields, "recipe")
    return Adopted(original, _text(fields, "stage"), _text(fields, "date"), *since)


def dump_past(past: Past) -> Data:
    data: Data = {"steps": [dump_accepted(step) for step in past.steps]}
    if past.adopted:
        data["adopted"] = _dump_adopted(past.adopted)
    if past.rejected:
        data["rejected"] = _dump_rejected(past.rejected)
    return data


def _load_past(data: Json) -> Past:
    fields = _fields(data, _RESULT)
    return Past(
        _each(fields, "steps", load_accepted),
        _inside("adopted", _load_adopted, fields.get("adopted")),
        _inside("rejected", _load_rejected, fields.get("rejected")),
    )


def _fields(data: Json, known: frozenset[str]) -> Data:
    if not isinstance(data, dict):
        raise Damage("expected indented `KEY: VALUE` lines")
    if not data.keys() <= known:
        unknown = min(data.keys() - known)
        raise Damage(f"`{unknown}` is not known here: made by a newer assetgen, or edited by hand", path=(unknown,))
    return data


def _text(fields: Data, key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str):
        raise Damage(f"`{key}` is missing" if value is None else "expected text", path=(key,) if key in fields else ())
    return value


def _load_text(value: Json) -> str:
    if not isinstance(value, str):
        raise Damage("expected text")
    return value


def _optional(fields: Data, key: str) -> str | None:
    value = fields.get(key)
    if value is not None and not isinstance(value, str):
        raise Damage("expected text", path=(key,))
    return value


def _typed(fields: Data, key: str, default: T, kind: type[T], words: str) -> T:
    value = fields.get(key, default)
    if type(value) is not kind:
        raise Damage(f"expected {words}", path=(key,))
    return value


def _integer(fields: Data, key: str, default: int) -> int:
    return _typed(fields, key, default, int, "an integer")


def _price(fields: Data) -> Cost:
    text = _optional(fields, "price")
    if text is None:
        return FREE
    try:
        return load_price(text)
    except ValueError:
        raise Damage("expected a price such as `0.18 USD`", path=("price",)) from None


def _map(fields: Data, key: str, kind: type[T], words: str) -> Mapping[str, T]:
    value = fields.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Damage("expected indented `KEY: VALUE` lines", path=(key,))
    if kind is not object:
        for name, item in value.items():
            if type(item) is not kind:
                raise Damage(f"expected {words}", path=(key, name))
    return value


def _texts(fields: Data, key: str) -> Mapping[str, str]:
    return _map(fields, key, str, "text")


def _inside(key: str, load: Callable[[Json], T], data: Json) -> T | None:
    """`load`, with `key` in front of the path of its Damage; None for absent data."""
    if data is None:
        return None
    try:
        return load(data)
    except Damage as damage:
        damage.path = (key, *damage.path)
        raise


def _each(fields: Data, key: str, load: Callable[[Json], T]) -> tuple[T, ...]:
    items: Sequence[Json] | None = fields.get(key)
    if items is None:
        return ()
    if not isinstance(items, list):
        raise Damage("expected a list (`- …` lines)", path=(key,))
    loaded: list[T] = []
    try:
        for item in items:
            loaded.append(load(item))  # noqa: PERF401  (its length tells which item was damaged)
    except Damage as damage:
        damage.path = (key, len(loaded), *damage.path)
        raise
    return tuple(loaded)
