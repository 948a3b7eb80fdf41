"""Print the JSON Schema of the manifest, for editors; or check a file against it as an editor would."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assetgen.cli.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", type=Path, metavar="FILE", help="check a YAML or JSON file as an editor would")


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.manifest import schema_text

    if args.check is None:
        sys.stdout.write(schema_text())
        return 0
    return _check(context.root / args.check, schema_text(), context)


def _check(path: Path, schema: str, context: Context) -> int:
    """What an editor with this schema would mark, one line each: 2 when there is anything."""
    import json

    import yaml
    from jsonschema import Draft202012Validator

    from assetgen.manifest.nodes import Problems
    from assetgen.manifest.reader import parse
    from assetgen.model.errors import ManifestError, UsageError, words_of

    problems = Problems()
    try:
        data = path.read_bytes()
        if parse(data, str(path), problems) is None:  # nested without end, a bomb of aliases: nothing to construct
            raise ManifestError(problems.ordered())
        document = yaml.safe_load(data.decode("utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UsageError(f"{path} cannot be read: {words_of(error)}") from error
    validator = Draft202012Validator(json.loads(schema))
    marks = sorted(validator.iter_errors(document), key=lambda mark: mark.json_path)
    for mark in marks:
        context.error(f"{path}: {mark.json_path}: {mark.message}")
    if not marks:
        context.say(f"{path} fits the schema.")
    return 2 if marks else 0
