"""Unity's flavour of YAML, read and written so that what is not ours stays as Unity wrote it.

Scalars keep their raw text (quotes included); flow maps stay on their line; sequences stand at their key's indent.
"""

from __future__ import annotations

from typing import Any


class Flow(dict[str, Any]):
    """A map that is written as `{x: 0, y: 0}`."""


def loads(text: str) -> dict[str, Any]:
    """Maps, lists and raw scalar texts. Raises ValueError."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML: {error}") from error
    value = _value(node, text, set()) if node is not None else None
    if not isinstance(value, dict):
        raise ValueError("expected a map at the top")
    return value


def _value(node: Any, text: str, seen: set[int]) -> Any:
    """`seen` are nodes taken before: Unity writes no aliases, and a few of them can stand for any number of nodes."""
    if id(node) in seen:
        raise ValueError("an alias, which Unity does not write")
    seen.add(id(node))
    kind = node.id
    if kind == "scalar":
        return text[node.start_mark.index : node.end_mark.index]
    if kind == "sequence":
        return [_value(item, text, seen) for item in node.value]
    made: dict[str, Any] = Flow() if node.flow_style else {}
    for key, item in node.value:
        made[key.value] = _value(item, text, seen)
    return made


def dumps(value: dict[str, Any]) -> str:
    """The text, with a final newline."""
    lines: list[str] = []
    _map(value, 0, lines)
    return "\n".join(lines) + "\n"


def flow(**values: object) -> Flow:
    """`{x: 0, y: 0.5}`."""
    return Flow({key: str(value) for key, value in values.items()})


def _inline(value: Any) -> str | None:
    if isinstance(value, Flow):
        return "{" + ", ".join(f"{key}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, dict):
        return None if value else "{}"
    if isinstance(value, list):
        return None if value else "[]"
    return str(value)


def _map(value: dict[str, Any], indent: int, lines: list[str], first: str | None = None) -> None:
    for number, (key, item) in enumerate(value.items()):
        lead = first if first is not None and number == 0 else " " * indent
        text = _inline(item)
        if text is not None:
            lines.append(f"{lead}{key}: {text}")
        elif isinstance(item, dict):
            lines.append(f"{lead}{key}:")
            _map(item, indent + 2, lines)
        else:
            lines.append(f"{lead}{key}:")
            _list(item, indent, lines)


def _list(value: list[Any], indent: int, lines: list[str]) -> None:
    for item in value:
        text = _inline(item)
        if text is not None:
            lines.append(f"{' ' * indent}- {text}")
        elif isinstance(item, dict):
            _map(item, indent + 2, lines, first=f"{' ' * indent}- ")
        else:
            lines.append(f"{' ' * indent}-")
            _list(item, indent + 2, lines)
