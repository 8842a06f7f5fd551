"""Read a YAML file without its surprises: every scalar stays text, equal keys are a fault, lines are known.

YAML's own rules turn ``no`` into False, ``010`` into 8 and ``12:30`` into 750, and keep the last of two
equal keys without a word. Here a file becomes plain dicts, lists and text, and the models that take it
decide what is a number.
"""

from pathlib import Path
from typing import Any, NamedTuple

import yaml

Path_ = tuple[str | int, ...]


class YamlFile(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    content
        Dicts, lists and text; None where the file is empty or can't be read.
    lines
        Line number (1 is the first) of each value, by its path in `content`.
    faults
        ``(line, message)`` of everything that is wrong with the file as YAML.
    """

    content: Any
    lines: dict[Path_, int]
    faults: list[tuple[int, str]]

    def line_of(self, path: Path_) -> int:
        """Return the line of a path, or of its nearest parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


_TAB = "a tab at the beginning of the line; fix: indent with spaces"


def read_yaml(path: Path) -> YamlFile:
    """Read one YAML file; every fault is returned, none is raised."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        tree = yaml.compose(text, Loader=yaml.CSafeLoader)
        alias = _first_alias(text)
    except UnicodeDecodeError as error:
        return YamlFile(None, {}, [(1, f"not UTF-8 at byte {error.start}; fix: save the file as UTF-8")])
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return YamlFile(None, {}, [(line, "a control character; fix: delete it")])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        is_tab = "".join(text.split("\n")[line - 1 : line]).lstrip(" ").startswith("\t")
        message = f"not YAML: {error.problem}; fix: check indents, quotes and colons"
        return YamlFile(None, {}, [(line, _TAB if is_tab else message)])
    if alias:
        return YamlFile(None, {}, [(alias, "an alias (*name); fix: write the value out where it is meant")])
    lines: dict[Path_, int] = {}
    faults: list[tuple[int, str]] = []
    content = _plain(tree, (), lines, faults) if tree is not None else None
    return YamlFile(content, lines, faults)


def _first_alias(text: str) -> int | None:
    """Line of the first alias: an entry that contains itself would never end."""
    events = yaml.parse(text, Loader=yaml.CSafeLoader) if "*" in text else ()
    marks = (event.start_mark for event in events if isinstance(event, yaml.AliasEvent))
    return next((mark.line + 1 for mark in marks if mark), None)


def _plain(node: yaml.Node, path: Path_, lines: dict[Path_, int], faults: list[tuple[int, str]]) -> object:
    line = node.start_mark.line + 1
    lines[path] = line
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, place), lines, faults) for place, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return None if node.tag == "tag:yaml.org,2002:null" else node.value
    content: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in content:
            faults.append((key.start_mark.line + 1, f"{name!r} stands twice; fix: keep one of the two"))
        content[name] = _plain(value, (*path, name), lines, faults)
        lines[*path, name] = key.start_mark.line + 1  # not where its value begins
    return content
