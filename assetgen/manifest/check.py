"""Checkers: what each place of the schema accepts, read from nodes with their positions.

A checker turns a node into plain data and lists what is wrong. It is both coercion and validation, compiled from
the published schema by `schema.py`; a test holds it against `jsonschema`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from assetgen.manifest import scalars
from assetgen.manifest.messages import any_of, did_you_mean, nearest, quoted
from assetgen.manifest.nodes import Entry, Items, Located, Map, Node, Scalar
from assetgen.model.position import Position

_LISTED = 64
"""Known keys are listed where none is near: the longest list, a preset's, is a few lines of a terminal."""
_BRIEF = 40
"""Up to so many characters of a text are repeated in advice."""
_DOUBTFUL = {"prompt": 1, "source": 2}
"""From where on a comment behind a text is more likely a part of it: what a variable holds may be a prompt's."""
_SECRET = re.compile(r"(api|rd)[_-]?(key|token)")
_VARIABLE = re.compile(r"\{[A-Za-z_]")


class Failure(NamedTuple):
    """One mistake: `head` names the offending text, `tail` what was expected; `unknown` is the key that is none."""

    position: Position
    head: str
    tail: str
    unknown: str = ""


class Context:
    """What reading collects. `raw`: variables are not replaced yet, so a text that holds one fits anywhere."""

    __slots__ = ("failures", "raw")

    def __init__(self, raw: bool = False) -> None:
        self.failures: list[Failure] = []
        self.raw = raw

    def fail(self, node: Node, key: str, expected: str, hint: str = "") -> None:
        head = f"{scalars.kind_of(node)} is no value for {quoted(key)}"
        tail = f"expected {expected}" + (f"; {hint}" if hint else "")
        self.failures.append(Failure(node.position, head, tail))


class Checker:
    """Base: `expected` says in words what is accepted here."""

    expected = "a value"

    def read(self, node: Node, key: str, context: Context) -> Any:
        """The value of `node`, None where it is wrong; mistakes go to `context.failures`."""
        raise NotImplementedError

    def fits(self, node: Node) -> bool:
        """Whether the node is of the kind that this checker is about (for the best message)."""
        raise NotImplementedError

    def deferred(self, node: Node, context: Context) -> bool:
        """Whether the node holds a variable that is replaced later, or something wrong that was told already."""
        if not isinstance(node, Scalar):
            return False
        return node.broken or (context.raw and not node.plain and bool(_VARIABLE.search(node.text)))


class Anything(Checker):
    """Free data by the YAML core schema."""

    def read(self, node: Node, key: str, context: Context) -> Any:
        return scalars.plain_json(node)

    def fits(self, node: Node) -> bool:
        return True


class Text(Checker):
    """Source text. `mode`: `text`, `prompt` (a ` #` behind it is a mistake), `ref` or `path` (keep the position),
    `source` (null is text as well: what a variable holds)."""

    def __init__(self, expected: str, mode: str, pattern: str | None, shortest: int, longest: int | None) -> None:
        self.expected = expected
        self.mode = mode
        self.pattern = None if pattern is None else re.compile(whole(pattern))
        self.shortest = shortest
        self.longest = longest

    def fits(self, node: Node) -> bool:
        return isinstance(node, Scalar)

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Scalar):
            context.fail(node, key, self.expected)
            return None
        if node.is_null and self.mode != "source":
            hint = "quote a colour that begins with '#', or leave the '#' out" if "colour" in self.expected else ""
            context.fail(node, key, self.expected, hint)
            return None
        if node.comment >= _DOUBTFUL.get(self.mode, 3):
            head = f"' #' directly after the unquoted text {quoted(node.text)}"
            context.failures.append(
                Failure(node.position, head, "quote the text, or put the comment on a line of its own")
            )
        if self.deferred(node, context):
            return None if node.broken else node.text
        if len(node.text.strip()) < self.shortest:
            context.fail(node, key, self.expected, "it is empty")
        elif self.longest is not None and len(node.text) > self.longest:
            context.fail(node, key, f"at most {self.longest} characters")
        elif self.pattern is not None and not self.pattern.fullmatch(node.text):
            context.fail(node, key, self.expected)
        else:
            return Located.of(node.text, node.position) if self.mode in ("ref", "path") else node.text
        return None


class Choice(Checker):
    """One of a few words or numbers."""

    def __init__(self, values: Sequence[Any], expected: str) -> None:
        self.values = {("true" if v else "false") if isinstance(v, bool) else str(v): v for v in values}
        self.expected = expected or any_of(self.values)

    def fits(self, node: Node) -> bool:
        return isinstance(node, Scalar) and node.text in self.values

    def read(self, node: Node, key: str, context: Context) -> Any:
        if isinstance(node, Scalar) and node.text in self.values:
            value = self.values[node.text]
            if node.plain or isinstance(value, str):
                return value
        if self.deferred(node, context):
            return None
        near = nearest(node.text, self.values) if isinstance(node, Scalar) else None
        hint = "" if near is None else f"did you mean {quoted(near)}?"
        if isinstance(node, Scalar) and near == node.text:
            hint = "remove the quotes"
        context.fail(node, key, self.expected, hint)
        return None


class Boolean(Checker):
    expected = "true or false"

    def fits(self, node: Node) -> bool:
        return isinstance(node, Scalar) and scalars.boolean(node.text) is not None

    def read(self, node: Node, key: str, context: Context) -> Any:
        value = scalars.boolean(node.text) if isinstance(node, Scalar) and node.plain else None
        if value is None and not self.deferred(node, context):
            context.fail(node, key, self.expected, _unquote(node, scalars.boolean))
        return value


class Number(Checker):
    """A number within bounds; `whole` ones have no fraction."""

    def __init__(self, whole: bool, rules: Mapping[str, Any], expected: str) -> None:
        self.convert: Callable[[str], int | float | None] = scalars.integer if whole else scalars.number
        self.minimum = rules.get("minimum")
        self.above = rules.get("exclusiveMinimum")
        self.maximum = rules.get("maximum")
        self.expected = expected or ("a whole number" if whole else "a number") + self._bounds()

    def _bounds(self) -> str:
        if self.above is not None:
            return f" above {self.above}" + (f", at most {self.maximum}" if self.maximum is not None else "")
        if self.minimum is not None and self.maximum is not None:
            return f" from {self.minimum} to {self.maximum}"
        return f" of at least {self.minimum}" if self.minimum is not None else ""

    def fits(self, node: Node) -> bool:
        return isinstance(node, Scalar) and scalars.number(node.text) is not None

    def read(self, node: Node, key: str, context: Context) -> Any:
        value = self.convert(node.text) if isinstance(node, Scalar) and node.plain else None
        if value is None:
            if not self.deferred(node, context):
                context.fail(node, key, self.expected, _unquote(node, self.convert))
            return None
        too_small = (self.minimum is not None and value < self.minimum) or (
            self.above is not None and value <= self.above
        )
        if too_small or (self.maximum is not None and value > self.maximum):
            context.fail(node, key, self.expected)
            return None
        # 8 and 8.0 are one number: neither keys nor files may tell them apart.
        return int(value) if isinstance(value, float) and value.is_integer() else value


class ListOf(Checker):
    """A list whose items are all alike. Wrong items are None; a list of fixed length is then None as a whole."""

    def __init__(self, item: Checker, least: int, most: int | None, expected: str) -> None:
        self.item = item
        self.least = least
        self.most = most
        self.expected = expected or "a list"

    def fits(self, node: Node) -> bool:
        return isinstance(node, Items)

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Items):
            if not self.deferred(node, context):
                bare = node.text.strip("[] ") if isinstance(node, Scalar) and not node.is_null else ""
                hint = f"write [{bare}]" if bare and len(bare) <= _BRIEF else ""
                context.fail(node, key, self.expected, hint)
            return None
        count = len(node.items)
        if count < self.least or (self.most is not None and count > self.most):
            head = f"{quoted(key)} is a list of {count}"
            few = f"exactly {self.least}" if self.least == self.most else None
            bound = few or (f"at least {self.least}" if count < self.least else f"at most {self.most}")
            context.failures.append(Failure(node.position, head, f"expected {bound}"))
        before = len(context.failures)
        values = [self.item.read(item, key, context) for item in node.items]
        return None if self.least == self.most and (count != self.least or len(context.failures) > before) else values


class MapOf(Checker):
    """A map: known keys, patterns of keys, and what all other keys hold (None: there are no others)."""

    def __init__(self, rules: Mapping[str, Any], expected: str) -> None:
        self.known: Mapping[str, Checker] = rules["known"]
        self.rest: Checker | None = rules["rest"]
        self.required: Sequence[str] = rules["required"]
        self.least: int = rules["least"]
        self.key: Text | None = rules["key"]
        self.expected = expected or "a map"

    def fits(self, node: Node) -> bool:
        return isinstance(node, Map)

    def read(self, node: Node, key: str, context: Context) -> Any:
        if not isinstance(node, Map):
            if not self.deferred(node, context):
                context.fail(node, key, self.expected)
            return None
        values: dict[str, Any] = {}
        for name, entry in node.entries.items():
            if name.startswith("x-") and not isinstance(self.rest, Anything):
                continue
            checker = self.known.get(name, self.rest)
            if checker is None:
                self._unknown(name, entry, node, context)
            elif self.key is not None and name not in self.known and not self._key_fits(name, context):
                head = f"{quoted(name)} cannot be a key of {quoted(key)}"
                context.failures.append(Failure(entry.position, head, f"expected {self.key.expected}"))
            elif isinstance(checker, Anything) or (isinstance(checker, Text) and checker.mode == "source"):
                values[name] = checker.read(entry.value, name, context)
            elif not (isinstance(entry.value, Scalar) and entry.value.is_null):
                value = checker.read(entry.value, name, context)
                if value is not None:
                    values[name] = value
        for name in self.required:
            given = node.entries.get(name)
            if given is None:
                context.failures.append(Failure(node.position, f"{quoted(name)} is missing", self.hint(name)))
            elif isinstance(given.value, Scalar) and given.value.is_null:
                context.fail(given.value, name, self.known[name].expected)
        if len(node.entries) < self.least:
            context.failures.append(Failure(node.position, f"{quoted(key)} is empty", f"expected {self.expected}"))
        return values

    def hint(self, name: str) -> str:
        checker = self.known.get(name)
        return f"expected {checker.expected}" if checker is not None and checker.expected != "a value" else ""

    def _key_fits(self, name: str, context: Context) -> bool:
        assert self.key is not None
        assert self.key.pattern is not None
        return self.key.pattern.fullmatch(name) is not None or (context.raw and bool(_VARIABLE.search(name)))

    def _unknown(self, name: str, entry: Entry, node: Map, context: Context) -> None:
        tail = did_you_mean(name, self.known, limit=_LISTED, noun="known keys")
        if _SECRET.search(name.lower()):
            tail = "a key never stands in a file: put it into the environment variable RD_API_KEY"
        elif node.flow and " " in name:
            tail = "quote the text before it if it holds a comma"
        elif "sprites" in self.known and isinstance(entry.value, Map) and nearest(name, self.known) is None:
            tail = "an asset stands, indented, below 'sprites', 'animations' or 'tilesets'"
        context.failures.append(Failure(entry.position, f"unknown key {quoted(name)}", tail, name))


class Either(Checker):
    """Several forms; the first that fits counts, and the closest one speaks when none does."""

    def __init__(self, branches: Sequence[Checker], expected: str) -> None:
        self.branches = branches
        self.expected = expected or any_of(dict.fromkeys(branch.expected for branch in branches))

    def fits(self, node: Node) -> bool:
        return any(branch.fits(node) for branch in self.branches)

    def read(self, node: Node, key: str, context: Context) -> Any:
        best: tuple[list[Failure], Any] | None = None
        for branch in self.branches:
            if not branch.fits(node):
                continue
            attempt = Context(context.raw)
            value = branch.read(node, key, attempt)
            if not attempt.failures:
                return value
            if best is None or _badness(attempt.failures) < _badness(best[0]):
                best = attempt.failures, value
        if self.deferred(node, context):
            return None
        if best is not None and (not isinstance(node, Scalar) or _says_more(best[0])):
            context.failures.extend(best[0])
            return best[1]
        words = [word for branch in self.branches if isinstance(branch, Choice) for word in branch.values]
        near = nearest(node.text, words) if isinstance(node, Scalar) and words else None
        context.fail(node, key, self.expected, f"did you mean {quoted(near)}?" if near else self._unquoted(node))
        return None

    def _unquoted(self, node: Node) -> str:
        """Advice for a text in quotes that would do without them."""
        if not isinstance(node, Scalar) or node.plain:
            return ""
        bare = node._replace(plain=True)
        for branch in self.branches:
            attempt = Context()
            if branch.fits(bare) and branch.read(bare, "", attempt) is not None and not attempt.failures:
                return "remove the quotes"
        return ""


def _badness(failures: list[Failure]) -> tuple[int, int]:
    """Fewer unknown or missing keys first, then fewer mistakes."""
    strange = sum(f.head.startswith("unknown key") or f.head.endswith("is missing") for f in failures)
    return strange, len(failures)


def _says_more(failures: list[Failure]) -> bool:
    """Whether a scalar's only failure is one that the list of forms would hide."""
    return any(failure.head.startswith("' #'") for failure in failures)


def _unquote(node: Node, convert: Callable[[str], object]) -> str:
    quotes = isinstance(node, Scalar) and not node.plain and convert(node.text) is not None
    return "remove the quotes" if quotes else ""


def whole(pattern: str) -> str:
    """A schema's pattern for `fullmatch` (`$` of Python also fits before a line's end)."""
    return pattern.removeprefix("^").removesuffix("$")
