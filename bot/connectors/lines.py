"""YAML that remembers its lines, so that an error can name them."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml


class BadYaml(Exception):
    """The text is not YAML that we take. `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"{line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a YAML file and the nodes they came from."""

    value: Any
    node: yaml.Node | None

    def line_of(self, location: Sequence[str | int]) -> int:
        """The line of the deepest part of `location` that is in the file."""
        node, line, chosen = self.node, 1, False
        for step in location:
            if not chosen and step == _type_of(node):
                chosen = True  # the grammar's own step: which kind of a union this is
                continue
            found = _step(node, step)
            if found is not None:
                node, line = found
                chosen = False
        return line


def read(text: str) -> Document:
    """Raises BadYaml for bad syntax, keys that are there twice, and keys that are no text."""
    try:
        loader = _Loader(text)
    except yaml.YAMLError as error:  # a character that YAML forbids
        raise BadYaml(1, str(error).splitlines()[0]) from error
    try:
        node = loader.get_single_node()
        return Document(loader.construct_document(node) if node else None, node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadYaml(mark.line + 1 if mark else 1, error.problem or "is not YAML") from error
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    """SafeLoader takes the last of two equal keys in silence; here they are refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = key.value
            if key.tag != "tag:yaml.org,2002:str":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name!r} is not text; put it in quotes", key.start_mark
                )
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"“{name}” is there twice", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


def _type_of(node: yaml.Node | None) -> str | None:
    """What a mapping says under the key "type"."""
    found = _step(node, "type") if isinstance(node, yaml.MappingNode) else None
    return found[0].value if found and isinstance(found[0], yaml.ScalarNode) else None


def _step(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item.start_mark.line + 1
    return None
