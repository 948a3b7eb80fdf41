"""The user's own Jinja template over the index: `engines: {template: [{template: my.j2, to: out.h}]}`.

Needs the extra `assetgen[template]`. The template sees what `assets.json` holds: `index` as a whole, and its keys
(`sprites`, `animations`, `tilesets`, `palettes`, `atlases`, `project`). It runs sandboxed: it can read other templates
of the project by `include` and `import`, and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from assetgen.export.base import Context, Output, option
from assetgen.export.index import document
from assetgen.export.names import in_use, plain
from assetgen.model.built import Built
from assetgen.model.errors import AssetError, AssetgenError
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "template"
needs = frozenset({"single", "sheet", "frames", "palettes", "atlas"})
always: frozenset[str] = frozenset()
options = frozenset({"templates"})


_TAG = re.compile(r"\{%[-+]?\s*(?:include|extends|import|from)\b(.*?)%\}", re.DOTALL)
_QUOTED = re.compile("""["']([^"'\\n]+)["']""")


def references(text: str) -> list[str]:
    """Templates that a template names; those whose names it works out are not found."""
    return [name for tag in _TAG.findall(text) for name in _QUOTED.findall(tag)]


def check(manifest: Manifest) -> list[Problem]:
    """The extra must be installed."""
    entry = in_use(manifest, name)
    if entry is None:
        return []
    from importlib.util import find_spec

    if find_spec("jinja2") is not None:
        return []
    return [Problem(entry.position, "templates need Jinja: pip install 'assetgen[template]'")]


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """One file for each entry of `templates`. Raises AssetError naming template and line."""
    index = document(built)
    for entry in option(engine, "templates", []):
        source, target = str(entry["template"]), str(entry["to"])
        yield Output(target, render(source, index, context), f"export:{name}")


def render(source: str, index: dict[str, Any], context: Context) -> str:
    """The text of a template of the project, ending in a newline."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def load(path: str) -> str:
        if path.startswith("/") or ".." in path.split("/") or ":" in path:
            raise jinja2.TemplateNotFound(path, f"{path} is outside of the project")
        try:
            return context.read(path)
        except AssetgenError as error:
            raise jinja2.TemplateNotFound(path, str(error)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise jinja2.TemplateNotFound(path, f"{path} cannot be read: {error}") from error

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(load),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["identifier"] = plain
    environment.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)
    try:
        text = environment.get_template(source).render(index=index, **index)
    except jinja2.TemplateSyntaxError as error:
        raise AssetError(f"{error.filename or error.name or source}:{error.lineno}: {error.message}") from error
    except jinja2.TemplateError as error:
        raise AssetError(f"{source}: {error.message or type(error).__name__}") from error
    except (TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise AssetError(f"{source}: {type(error).__name__}: {error}") from error
    return text if text.endswith("\n") else text + "\n"
