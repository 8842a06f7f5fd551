"""Say in plain words what is wrong with an entry of a YAML file: a model and its fault go in, a sentence comes out."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

_FIXES = {
    "missing": "it is missing; fix: add it",
    "list_type": "no list; fix: write it as [one, other]",
    "dict_type": "no entries; fix: write it as {name: value}",
    "model_type": "no entries; fix: write each as name: value, with a space after the colon",
    "int_parsing": "no whole number; fix: write digits alone",
    "float_parsing": "no number; fix: write it with a point, such as 62.5",
    "bool_parsing": "neither true nor false; fix: write one of the two",
}
"""What is told of each kind of fault, by pydantic's name for it; the others tell in their own words."""


def model_fault(model: type[BaseModel], detail: Mapping[str, Any]) -> str:
    """Say one fault of an entry, with the nearest name where there is none of that name.

    Parameters
    ----------
    model
        What the entry was to be.
    detail
        One of the ``errors()`` of pydantic's ``ValidationError``.
    """
    if detail["type"] == "extra_forbidden":
        return _unknown(str(detail["loc"][-1]), _fields_at(model, detail["loc"][:-1]))
    told = _FIXES.get(detail["type"]) or _in_own_words(detail["msg"].removeprefix("Value error, "))
    return told if "; fix: " in told else f"{told}; fix: correct it"


def _in_own_words(message: str) -> str:
    told = message.removeprefix("Input should be ")
    value = told if told.startswith("'") else f"a value {told}"
    return message if told == message else f"not allowed; fix: write {value}"


def _unknown(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=1)
    fix = f"write {near[0]}" if near else f"use one of {', '.join(names)}" if names else "delete it"
    return f"there is no {name!r}; fix: {fix}"


def _fields_at(model: type[BaseModel], steps: Iterable[int | str]) -> list[str]:
    """Return the names that an entry at some place below a model may have."""
    for step in steps:
        field = model.model_fields.get(str(step))
        inner = next(_models_in(field.annotation), None) if field is not None else None
        if field is not None and inner is None:
            return []
        model = inner or model  # a place in a list is no step down
    return list(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
