"""What a YAML syntax error most likely means in a manifest, and how to write it instead."""

from __future__ import annotations

import re
from typing import Any

from assetgen.manifest.messages import quoted
from assetgen.manifest.nodes import Entry, Problems, Scalar
from assetgen.model.position import Position

_VALUE_BRACE = re.compile(r"""(?:^|[:,\[-])[ \t]*(\{[A-Za-z_]\w*\})(?=[ \t]*[^\s,\]}:#])""")
_INNER_BRACE = re.compile(r"""[:,\[][ \t]*([^\s,\[\]{}:#"'][^,\[\]{}:#"']*)(\{[A-Za-z_]\w*\})""")
_VALUE_BRACKET = re.compile(r"""(?:^|:|-)[ \t]+(\[[^\]\n]*\])(?=[ \t]*[^\s,\]}#])""")
_VALUE_QUOTED = re.compile(r"""(?:^|[:,\[-])[ \t]*("[^"\n]*"|'[^'\n]*')[ \t]*[^\s,\]}:#]""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_AFTER_TEXT = re.compile(r"[^\s,{}\[\]:#]\s#")
_GLUED = re.compile(r"([A-Za-z_]\w*):(?!//)(\S.*)", re.DOTALL)
_MORE = re.compile(r"(?:\s*,[^,:{}\[\]\"]+(?=[,}]))+")
_FREE_TEXT = frozenset({"prompt", "prompt_prefix", "prompt_suffix", "outside"})
_CONFLICT = re.compile(r"^<<<<<<< ", re.MULTILINE)
_COLOR = re.compile(r"[\[,]\s*#(?=[0-9a-fA-F]{3})")
_CUT_OFF = frozenset(
    {"did not find expected ',' or '}'", "did not find expected ',' or ']'", "did not find expected node content"}
    | {"could not find expected ':'", "did not find expected key", "found unexpected end of stream"}
)
_WORDS = {
    "found unexpected end of stream": "the quotes opened here are never closed",
    "found unknown escape character": "unknown escape after '\\' in double quotes",
    "did not find expected ',' or '}'": "expected ',' or '}'",
    "did not find expected ',' or ']'": "expected ',' or ']'",
    "did not find expected '-' indicator": "expected the next '-' of this list",
    "did not find expected key": "expected a key here",
    "could not find expected ':'": "expected ':' after this key",
    "did not find expected <document start>": "text behind '...', which ends the file",
    "did not find expected node content": "expected a value here",
    "found a tab character that violates indentation": "a tab in the indentation",
    "block sequence entries are not allowed in this context": "a list item '-' cannot stand here",
    "mapping values are not allowed in this context": "': ' cannot stand here",
    "found undefined tag handle": "tags are refused",
    "found unexpected ':'": "':' cannot stand here",
    "did not find expected comment or line break": "text behind '|' or '>', which begin a text of several lines",
}

_TAILS = {
    "found unknown escape character": "use single quotes, or write '\\\\'",
    "found a tab character that violates indentation": "indent with spaces",
    "mapping values are not allowed in this context": "quote text that holds ': ', or check the indentation",
    "did not find expected key": "check the indentation, and quote text that holds ': ', quotes or braces",
    "did not find expected '-' indicator": "check the indentation",
    "did not find expected <document start>": "remove the dots",
    "could not find expected ':'": "check the indentation; a text over several lines wants quotes when it holds '#'",
    "found undefined tag handle": 'quote text that begins with "!"',
    "found unexpected ':'": "write a blank behind it",
    "did not find expected comment or line break": 'quote text that begins with "|" or ">"',
}


def explain(error: Exception, text: str, file: str, problems: Problems) -> None:
    """Adds one problem for a YAML error: its place, what was found there, and how to quote it."""
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        place = Position(file, text.count("\n", 0, conflict.start()) + 1, 1)
        problems.add(
            place, "git left this file in conflict", tail="choose between the two versions, and remove the marks"
        )
        return
    mark = _mark(error)
    if mark is None:
        problems.add(Position(file, 1, 1), f"this is not YAML: {str(error).splitlines()[0]}")
        return
    said = _said(error)
    if said == "could not find expected ':'":
        mark = getattr(error, "context_mark", None) or mark  # where the key begins, not where the search ended
    position = Position(file, mark.line + 1, mark.column + 1)
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
    if said in _CUT_OFF:
        context = getattr(error, "context_mark", None) or mark
        for number in range(min(context.line, max(mark.line - 1, 0)), min(mark.line + 1, len(lines))):
            cut = _comment(lines[number])
            if cut is not None:
                tail = cut[1]
                problems.add(Position(file, number + 1, cut[0] + 1), "' #' begins a comment here", tail=tail)
                return
    line = lines[mark.line] if mark.line < len(lines) else ""
    # An index past the end (nothing there) is as good as a blank.
    found = line[mark.column : mark.column + 1]
    head = _WORDS.get(said, said)
    tail = _TAILS.get(said, "")
    if said in ("did not find expected key", "did not find expected node content") and not line.strip():
        tail = "a bracket or brace before this is not closed, or its text holds a '#'"
    context = str(getattr(error, "context", "") or "")
    if "alias" in context or "anchor" in context:
        at = "*" if "alias" in context else "&"
        head, tail = f"'{at}' needs a name behind it", _quote_hint(at)
        position = position._replace(column=max(mark.column, 1))  # the mark is behind the sign
    elif "found character that cannot start any token" in said or said == "found unexpected character":
        head = "a tab cannot stand here" if found == "\t" else f"a value cannot begin with '{found}'"
        tail = "indent with spaces" if found == "\t" else _quote_hint(found)
    elif "directive" in context or "directive" in said:
        head, tail = "a line cannot begin with '%'", _quote_hint("%")
        position = position._replace(column=1)
    else:
        tail = _by_line(line) or tail
        glued = _GLUED.match(line.strip())
        if said in ("could not find expected ':'", "did not find expected key") and glued is not None:
            pair = f"{glued[1]}: {glued[2]}"
            tail = f"write a blank behind the colon: {quoted(pair)}"
        elif said == "could not find expected ':'" and (words := line.split(maxsplit=1)) and words[0] in _words():
            tail = f"write {quoted(': '.join([*words, '…'][:2]))}"
    problems.add(position, head, tail=tail)


def _mark(error: Exception) -> Any:
    """The place to show: where the quotes or brackets open for text that never ends, else where reading failed."""
    context_mark = getattr(error, "context_mark", None)
    problem_mark = getattr(error, "problem_mark", None)
    if "quoted scalar" in str(getattr(error, "context", "")) and "end of stream" in _said(error):
        return context_mark or problem_mark
    return problem_mark or context_mark


def _said(error: Exception) -> str:
    said = str(getattr(error, "problem", None) or error).strip()
    return said.splitlines()[0] if said else "this is not YAML"


def _comment(line: str) -> tuple[int, str] | None:
    """The column of a comment that most likely was meant as text, and what to do; quoted parts do not count."""
    bare = _QUOTED.sub(lambda match: "x" * len(match.group()), line)
    found = _AFTER_TEXT.search(bare)
    if found is not None:
        return found.end() - 1, "quote the text before it if it is meant: the '#' cut off the rest of the line"
    found = _COLOR.search(bare)
    if found is not None:
        return found.end() - 1, "quote colours that begin with '#', or leave the '#' out"
    return None


def _quote_hint(sign: str) -> str:
    example = {"*": '"*"', "{": '"{color} …"'}.get(sign, f'"{sign}…"')
    return f'quote text that begins with "{sign}": {example}'


def valueless(key: str, last: Entry | None, behind: str) -> str:
    """What to do about a key in braces that has no value. `last` is the entry before it, `behind` the text after it."""
    glued = _GLUED.fullmatch(key)
    if glued is not None:
        pair = quoted(f"{glued[1]}: {glued[2]}")
        return f"write a blank behind the colon: {pair}"
    first, _, rest = key.partition(" ")
    pair = quoted(f"{first}: {rest or '…'}")
    if last is None:
        return f"write {pair}" if behind.lstrip().startswith(",") else f'quote text in braces: "{{{key}}} …"'
    if not isinstance(last.value, Scalar):
        return f"write {quoted(f'{key}: …')}, or quote the text before it"
    if last.value.is_null or last.key in _words() - _FREE_TEXT:
        return f"write {pair}"
    more = _MORE.match(behind)
    text = f"{last.value.text}, {key}{' '.join(more[0].split()) if more else ''}"
    return f"quote the {last.key}: it holds a comma: {last.key}: {_in_quotes(text)}"


def _words() -> frozenset[str]:
    """Keys whose values are no free text."""
    from assetgen.manifest import schema

    return frozenset().union(*(schema.keys_of(name) for name in ("sprite", "animation", "tileset", "atlas")))


def _in_quotes(text: str) -> str:
    return '"' + quoted(text.replace('"', ""))[1:-1] + '"'


def _by_line(line: str) -> str:
    bare = _QUOTED.sub(lambda match: "x" * len(match.group()), line).partition('"')[0]
    if _VALUE_BRACE.search(bare):
        return _quote_hint("{")
    if _VALUE_BRACKET.search(bare):
        return _quote_hint("[")
    if _VALUE_QUOTED.search(line):
        return "text goes on behind the closing quote; quote all of it"
    inner = _INNER_BRACE.search(bare)
    if inner is not None:
        return f'quote text that holds "{{": "{inner[1].strip()} {inner[2]} …"'
    return ""
