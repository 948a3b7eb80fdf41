"""What identifies a request: canonical JSON and its digests (IDENTITY 1, 3, 4).

Everything paid for is found again under these digests. Changing one of them for an existing request
is a breaking release: `tests/test_request_digest.py` holds golden vectors.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import rfc8785
from msgspec import Struct
from msgspec.structs import force_setattr

from assetgen.model.realm import RETRODIFFUSION

Json = Any
"""A JSON value: str, int, float, bool, None, list or dict of such."""

SCHEME = 1

DEFAULTS: Mapping[str, Json] = MappingProxyType(
    {
        "prompt": "",
        "strength": 0.75,
        "outside": "",
        "outside_strength": 0.75,
        "references": [],
        "remove_bg": False,
        "tile": "",
        "upscale": 1,
        "keep": [],
        "expand_prompt": True,
        "data": False,
        "old_model": False,
        "api": {},
        "soft_inpaint": False,
        "candidates": 1,
        "take": 0,
    }
)
"""Scheme 1's frozen defaults: a field with this value is not part of a request. Append only."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "prompt_style": "style",
        "num_images": "candidates",
        "input_image": "input",
        "extra_prompt": "outside",
        "extra_input_image": "outside_input",
        "extra_strength": "outside_strength",
        "reference_images": "references",
        "input_palette": "palette",
        "frames_duration": "frames",
        "upscale_output_factor": "upscale",
        "include_downloadable_data": "data",
        "mask_image": "mask",
    }
)
"""Spellings of the wire that mean one of our fields. Append only."""

_TEXTS = frozenset({"prompt", "outside"})


LARGEST = 2**53 - 1


def canonical_fields(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Canonical names, stripped NFC prompts, defaults and None left out, lists of `keep` sorted."""
    result: dict[str, Json] = {}
    for spelling, value in fields.items():
        name = ALIASES.get(spelling, spelling)
        if name in _TEXTS and isinstance(value, str):
            value = unicodedata.normalize("NFC", value).strip()
        elif name == "keep" and value:
            value = sorted(value)
        if value is None or (name in DEFAULTS and value == DEFAULTS[name] and type(value) is type(DEFAULTS[name])):
            continue
        result[name] = value
    return result


def inexact(value: Json) -> bool:
    """Whether a value holds a number that a request cannot: JSON's whole numbers are exact up to LARGEST."""
    if isinstance(value, dict | list):
        return any(map(inexact, value.values() if isinstance(value, dict) else value))
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, int) and abs(value) > LARGEST


def _digest(document: Json) -> str:
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


class Request(Struct, frozen=True, dict=True):
    """One exact remote call.

    `op` is our own name of the operation: `generate`, an edit tool's id (`image_edit`, `inpainting`, …),
    `fix_standard` or `fix_neural`. `fields` hold canonical names; pictures stand in it as pixel digests
    (`references` as a list of them), an explicit seed as `seed`. `palette` is the pixel digest of the
    palette's N×1 picture as sent.
    """

    op: str
    fields: Mapping[str, Json]
    palette: str | None = None
    candidates: int = 1
    take: int = 0
    seeded: bool = True
    scheme: int = SCHEME
    provider: str = RETRODIFFUSION

    def __post_init__(self) -> None:
        force_setattr(self, "fields", canonical_fields(self.fields))

    @property
    def explicit_seed(self) -> int | None:
        seed: int | None = self.fields.get("seed")
        return seed

    @cached_property
    def intent(self) -> str:
        """Digest of the request without derived seed, take, candidates and palette (rule 3)."""
        return _digest(self._document(dict(self.fields)))

    @property
    def seed(self) -> int | None:
        """The effective seed (rule 4); None for operations that take none (`seeded` False)."""
        if not self.seeded:
            return None
        if self.take == 0 and self.explicit_seed is not None:
            return self.explicit_seed
        digest = hashlib.sha256(rfc8785.dumps([self.intent, self.explicit_seed, self.take])).digest()
        return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF

    @cached_property
    def digest(self) -> str:
        """The request digest (rule 1): what a purchase is keyed on."""
        effective = {"seed": self.seed, "take": self.take, "candidates": self.candidates, "palette": self.palette}
        return _digest(self._document(canonical_fields({**self.fields, **effective})))

    def _document(self, fields: dict[str, Json]) -> Json:
        return {"digest": self.scheme, "provider": self.provider, "op": self.op, "fields": fields}

    def equals(self, other: Request) -> bool:
        """Rule 3: equal when intent and take are equal."""
        return self.take == other.take and self.intent == other.intent

    def changed_fields(self, other: Request) -> list[str]:
        """Names of the intent's fields in which the two differ, `op` and `take` among them."""
        names = sorted({*self.fields, *other.fields})
        changed = [name for name in names if self.fields.get(name) != other.fields.get(name)]
        return ["op"] * (self.op != other.op) + changed + ["take"] * (self.take != other.take)


def canonical_digest(document: Json) -> str:
    """SHA-256 of a JSON value's canonical form (RFC 8785), as hex: the key of every derived stage."""
    return _digest(document)
