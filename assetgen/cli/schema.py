"""Print the JSON Schema of the manifest, for editors: see docs/manifest.md."""

from __future__ import annotations

import argparse
import sys

from assetgen.cli.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults()


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.manifest import schema_text

    sys.stdout.write(schema_text())
    return 0
