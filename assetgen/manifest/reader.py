"""Text to nodes: YAML events with the C parser where there is one. Nothing is ever constructed from a tag.

Scalars stay source text; what they mean is decided later, by the schema, at the place where they stand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assetgen.manifest.messages import quoted
from assetgen.manifest.nodes import Entry, Items, Map, Node, Problems, Scalar
from assetgen.manifest.top import MAX_BYTES
from assetgen.model.position import Position

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 32
_BEHIND = 200  # characters behind a key that are looked at for advice
MAX_ALIASED = 100_000
"""How many nodes aliases may add to a document: far more than people write, far less than a bomb wants."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


class _Stop(Exception):  # noqa: N818  a signal within this module, no error
    """The rest of the document cannot be read."""


def parse(data: bytes, file: str, problems: Problems, *, included: bool = False) -> Map | None:
    """The top map of one document, or None when there is none that can be used. Mistakes go to `problems`.

    An `included` file may be empty.

    Of a document that breaks off (a syntax error) the map holds what is whole, and is marked as torn.
    """
    problems.reading(file)
    text = _decode(data, file, problems)
    if text is None:
        return None
    builder = _Builder(text, file, problems)
    try:
        root = builder.build(_events(text))
    except _Stop:
        return None
    except RecursionError:
        problems.add(Position(file, 1, 1), f"nested more than {MAX_DEPTH} levels deep")
        return None
    except Exception as error:
        if not _is_yaml_error(error):
            raise
        from assetgen.manifest.yaml_hints import explain

        explain(error, text, file, problems)
        return builder.whole()
    if root is None or (isinstance(root, Scalar) and root.is_null):
        if included:
            return Map({}, Position(file, 1, 1))
        problems.add(Position(file, 1, 1), "the file is empty", tail="a manifest begins with 'version: 1'")
        return None
    if not isinstance(root, Map):
        tail = (
            "an included file holds assets below 'sprites:' and the like"
            if included
            else "a manifest begins with 'version: 1'"
        )
        problems.add(root.position, "expected a map of keys", tail=tail)
        return None
    return root


def _decode(data: bytes, file: str, problems: Problems) -> str | None:
    if len(data) > MAX_BYTES:
        size = f"{len(data) / (1 << 20):.1f} MiB"
        problems.add(Position(file, 1, 1), f"the file is too large ({size}, limit {MAX_BYTES >> 20} MiB)")
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.add(Position(file, 1, 1), "the file is UTF-16", tail="save it as UTF-8")
        return None
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        position = _place(data[: error.start].decode("utf-8"), file)
        problems.add(position, f"byte 0x{data[error.start]:02x} is not valid UTF-8", tail="save the file as UTF-8")
        return None
    bad = _FORBIDDEN.search(text)
    if bad is not None:
        position = _place(text[: bad.start()], file)
        problems.add(position, f"control character U+{ord(bad.group()):04X}", tail="remove it")
        return None
    return text


def _place(before: str, file: str) -> Position:
    """The position just after `before`, lines counted as the parser counts them."""
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", before)
    return Position(file, len(lines), len(lines[-1]) + 1)


def _events(text: str) -> Iterator[Any]:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)  # as `yaml.parse` does, without asking twice
    try:
        event = loader.get_event()
        while event is not None:
            yield event
            event = loader.get_event()
    finally:
        loader.dispose()


def _is_yaml_error(error: Exception) -> bool:
    import yaml

    # The pure parser lets a few Python errors through on damaged escapes; the C one none.
    return isinstance(error, yaml.YAMLError | ValueError | OverflowError)


class _Frame:
    """A list or map that is still open. `key` waits for its value."""

    __slots__ = ("anchor", "entries", "flow", "items", "key", "position", "started")

    def __init__(self, position: Position, is_map: bool, flow: bool, anchor: str | None, started: int) -> None:
        self.position = position
        self.entries: dict[str, Entry] | None = {} if is_map else None
        self.items: list[Node] = []
        self.key: tuple[str | None, Position, int] | None = None
        self.flow = flow
        self.anchor = anchor
        self.started = started


class _Builder:
    """Turns events into nodes without recursion. `count` is the number of nodes with aliases written out."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self.text = text
        self.file = file
        self.problems = problems
        self.stack: list[_Frame] = []
        self.root: Node | None = None
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.count = 0
        self.aliased = 0
        self.cut: set[Position] = set()
        """Keys that are most likely what a comma cut off from a text."""

    def build(self, events: Iterator[Any]) -> Node | None:
        import yaml

        documents = 0
        scalar, start, end = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.MappingEndEvent
        for event in events:
            kind = type(event)
            if kind is scalar:
                self._scalar(event)
            elif kind is start:
                self._open(event, is_map=True)
            elif kind is end or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.SequenceStartEvent:
                self._open(event, is_map=False)
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._problem(event.start_mark, "a second document", "keep one, without '---' between parts")
                    raise _Stop
        return self.root

    def whole(self) -> Map | None:
        """What was read before the document broke off: settings and sections with the entries that are complete."""
        if not self.stack:
            return self.root._replace(torn=True) if isinstance(self.root, Map) else None
        if self.stack[0].entries is None:
            return None
        top, entries = self.stack[0], dict(self.stack[0].entries)
        key, position, _ = top.key or (None, top.position, 0)
        if len(self.stack) > 1 and key is not None:
            inner = self.stack[1]
            section: Node = Items(tuple(inner.items), inner.position)
            if inner.entries is not None:
                section = Map(inner.entries, inner.position, inner.flow, torn=True)
            entries.setdefault(key, Entry(key, position, section))
        return Map(entries, top.position, top.flow, torn=True)

    def _position(self, mark: Any) -> Position:
        return Position(self.file, mark.line + 1, mark.column + 1)

    def _problem(self, mark: Any, head: str, tail: str = "") -> None:
        self.problems.add(self._position(mark), head, tail=tail)

    def _refuse_tag(self, event: Any) -> None:
        self._problem(event.start_mark, f"tag {quoted(event.tag)}", 'tags are refused; quote text that begins with "!"')

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        mark = event.start_mark
        plain = not event.style
        comment = 0
        if plain:
            end = event.end_mark.index
            if self.text[end : end + 1] in (" ", "\t"):
                comment = self._comment_follows(end)
        elif event.style == '"' and _CONTROL.search(event.value):
            self._problem(mark, "a control character in text", "remove the escape")
        node = Scalar(event.value, Position(self.file, mark.line + 1, mark.column + 1), plain, comment)
        self.count += 1
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, 1)
        self._place_node(node, event)

    def _comment_follows(self, end: int) -> int:
        """Whether a `#` follows that may be text: 1 after one blank, 2 with no blank behind it, else 0."""
        rest = self.text[end : end + 80]
        bare = rest.lstrip(" \t")
        if not bare.startswith("#"):
            return 0
        if bare[1:2] not in (" ", "\t", "\n", "\r", "#", ""):
            return 2
        return 1 if len(rest) - len(bare) == 1 else 0

    def _open(self, event: Any, *, is_map: bool) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        if len(self.stack) >= MAX_DEPTH:
            self._problem(event.start_mark, f"nested more than {MAX_DEPTH} levels deep")
            raise _Stop
        self.count += 1
        position = self._position(event.start_mark)
        self.stack.append(_Frame(position, is_map, bool(event.flow_style), event.anchor, self.count))
        if event.anchor is not None:
            self.anchors.pop(event.anchor, None)

    def _close(self) -> None:
        frame = self.stack.pop()
        node: Node
        if frame.entries is not None:
            node = Map(frame.entries, frame.position, frame.flow)
        else:
            node = Items(tuple(frame.items), frame.position)
        if frame.anchor is not None:
            self.anchors[frame.anchor] = (node, self.count - frame.started + 1)
        self._place_node(node, None)

    def _alias(self, event: Any) -> None:
        position = self._position(event.start_mark)
        known = self.anchors.get(event.anchor)
        if known is None:
            if any(frame.anchor == event.anchor for frame in self.stack):
                self._problem(event.start_mark, f"alias '*{event.anchor}' stands inside its own anchor")
            else:
                head = f"alias '*{event.anchor}' has no anchor '&{event.anchor}'"
                self._problem(event.start_mark, head, f'quote text that begins with "*": "*{event.anchor}…"')
            self._place_node(Scalar("", position, broken=True), event, alias=True)
            return
        node, weight = known
        self.count += weight
        self.aliased += weight
        if self.aliased > MAX_ALIASED:
            self._problem(event.start_mark, f"aliases add more than {MAX_ALIASED} nodes", "use presets instead")
            raise _Stop
        self._place_node(node, event, alias=True)

    def _place_node(self, node: Node, event: Any, *, alias: bool = False) -> None:
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        if frame.entries is None:
            frame.items.append(node)
            return
        if frame.key is None:
            end = event.end_mark.index if event is not None else 0
            frame.key = (self._key(node), node.position, end)
            return
        key, position, end = frame.key
        frame.key = None
        if key is None:
            return
        if frame.flow and isinstance(node, Scalar) and node.text == "" and node.plain and not alias:
            self._no_value(frame, key, position, end, event)
        known = frame.entries.get(key)
        if known is not None:
            self.problems.add(position, f"duplicate key {quoted(key)}", tail=f"first at line {known.position.line}")
            return
        frame.entries[key] = Entry(key, position, node)

    def _key(self, node: Node) -> str | None:
        if not isinstance(node, Scalar):
            tail = 'quote names that begin with "{": "{color} …"' if isinstance(node, Map) else "quote it"
            self.problems.add(node.position, "a key must be text", tail=tail)
            return None
        if node.is_null:
            self.problems.add(node.position, "a key is empty", tail="quote it if it is meant")
            return None
        if node.text == "<<" and node.plain:
            self.problems.add(node.position, "merge keys '<<' are not YAML 1.2", tail="use 'preset' instead")
            return None
        return node.text

    def _no_value(self, frame: _Frame, key: str, position: Position, end: int, event: Any) -> None:
        """`{prompt: a fox, side view}`: a key without a colon, most likely the rest of a prompt."""
        if ":" in self.text[end : event.start_mark.index]:
            return
        from assetgen.manifest.yaml_hints import valueless

        assert frame.entries is not None
        last = next(reversed(frame.entries.values()), None)
        if last is not None and last.position in self.cut:
            self.cut.add(position)  # told with the text before it
            return
        behind = self.text[event.start_mark.index : event.start_mark.index + _BEHIND]
        tail = valueless(key, last, behind)
        if last is not None and tail.startswith("quote"):
            self.cut.add(position)
        self.problems.add(position, f"key {quoted(key)} has no value", tail=tail)
