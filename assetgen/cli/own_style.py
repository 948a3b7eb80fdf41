"""Make, change and remove styles of one's own: the service keeps them, manifests name them (`style: user__…`)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from assetgen.cli.account import with_provider
from assetgen.cli.context import Context, print_json, tell
from assetgen.cli.styles import FIELDS
from assetgen.model.errors import UsageError
from assetgen.model.request import Json

_LARGEST = 16 << 20


def manage(args: argparse.Namespace, context: Context) -> int:
    """One of `--create NAME`, `--change ID`, `--delete ID`. Free; nothing of the project is touched."""
    import asyncio

    from assetgen.generate.types import StyleCall

    fields = _fields(args)
    if args.delete:
        if fields:
            raise UsageError("--delete takes neither --reference nor --set")
        call = StyleCall("DELETE", args.delete)
    elif args.change:
        if not fields:
            raise UsageError("say what to change: --reference FILE or --set FIELD=VALUE")
        call = StyleCall("PATCH", args.change, fields)
    else:
        if "reference_images" not in fields:
            raise UsageError("a style needs a picture that shows it: --reference FILE")
        call = StyleCall("POST", "", {**fields, "name": args.create})
    found = asyncio.run(with_provider(context, lambda provider: provider.own_style(call)))
    if args.json:
        print_json({"version": 1, "style": found})
    elif args.delete:
        context.say(f"Style {args.delete} is gone.")
    else:
        tell(f"{found.get('prompt_style', '')}  {found.get('id', '')}")
        context.say("Write it as 'style:' in the manifest; the second word is its ID, for --change and --delete.")
    return 0


def _fields(args: argparse.Namespace) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    for text in args.set:
        name, sign, value = text.partition("=")
        if not sign or name not in FIELDS:
            raise UsageError(f"--set {text}: expected FIELD=VALUE with one of {', '.join(FIELDS)}")
        fields[name] = _value(name, value)
    if args.reference is not None:
        fields["reference_images"] = [_picture(args.reference)]
    return fields


def _value(name: str, text: str) -> Any:
    kind = FIELDS[name]
    if kind is bool:
        if text not in ("true", "false"):
            raise UsageError(f"--set {name}={text}: expected true or false")
        return text == "true"
    if kind is int:
        if not text.isdecimal() or len(text) > 6:
            raise UsageError(f"--set {name}={text}: expected a number of pixels")
        return int(text)
    return text


def _picture(path: Path) -> str:
    """A picture file as the service wants it: RGB, raw base64. Raises UsageError and PictureError."""
    from assetgen.generate.inputs import rgb_picture

    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"--reference {path}: larger than {_LARGEST >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"--reference {path} cannot be read: {error.strerror}") from None
    return rgb_picture(data, str(path))
