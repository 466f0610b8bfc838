"""A case file's text: YAML or JSON with every key once; what is in it is read strictly (`attendance.reading`)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import yaml

from attendance.reading import Node, Refusal, Refused

__all__ = ["Node", "Refusal", "Refused", "parse"]


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """SafeLoader that refuses a key written twice, which YAML would lose silently; in C where that is installed."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    pairs = loader.construct_pairs(node, deep=True)
    return _unique(pairs)


def _unique(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is written twice")
        found[key] = value
    return found


def _timestamp(loader: _StrictLoader, node: yaml.ScalarNode) -> Any:
    """A date that exists is a date; whatever else looks like one stays text, to be refused where it stands."""
    text = str(node.value)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)
_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def content_of(text: str, source: str) -> Any:
    """What a YAML or JSON text says. Raises Refused where it is neither, or a key is written twice."""
    try:
        if text.lstrip()[:1] in ("{", "["):
            return json.loads(text, object_pairs_hook=_unique)
        return yaml.load(text, _StrictLoader)  # noqa: S506 - derived from SafeLoader
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise Refused([Refusal(source, "wrong_type", f"this is neither YAML nor JSON ({_one_line(error)})")]) from error


def parse(text: str, source: str) -> list[Any]:
    """The documents of a YAML or JSON text: one mapping, or a list of them. Raises Refused."""
    content = content_of(text, source)
    documents = content if isinstance(content, list) else [content]
    if not documents or not all(isinstance(document, dict) for document in documents):
        raise Refused([Refusal(source, "wrong_type", "a scenario is a mapping, or a list of mappings")])
    return documents


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
