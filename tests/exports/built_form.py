"""Run the script of a form against a Google Forms of our own, and answer the form that it builds as people do."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from py_mini_racer import MiniRacer

from exports.questionnaire import as_csv

_FORM_APP = (Path(__file__).parent / "form_app.js").read_text(encoding="utf-8")

Item = dict[str, Any]
Answers = dict[int, Any]
"""What a person answers, by the id of an item: a text, a list of choices, or a dict of rows."""


class Built(NamedTuple):
    """A form that a script built: what it is, the map that the script saved, and what it logged."""

    form: dict[str, Any]
    map: dict[str, Any]
    files: list[dict[str, str]]
    log: list[str]

    def of_type(self, kind: str) -> list[Item]:
        return [item for item in self.form["items"] if item["type"] == kind]

    def ids(self, item_id: str, language: str) -> int:
        """Google's id of a question in a language."""
        return next(
            one["google_id"] for one in self.map["items"] if (one["item"], one["language"]) == (item_id, language)
        )


def build(script: str) -> Built:
    """Run ``build`` of a script."""
    with MiniRacer() as engine:
        engine.eval(f"{_FORM_APP}\n{script}")
        engine.eval("build()")
        told = json.loads(str(engine.eval("outcome()")))
    (form,) = told["forms"]
    return Built(form, json.loads(told["files"][0]["content"]), told["files"], told["log"])


def pages(built: Built) -> list[tuple[Item | None, list[Item]]]:
    """The pages of a form: the page break that begins each, None for the first, and the questions on it."""
    found: list[tuple[Item | None, list[Item]]] = [(None, [])]
    for item in built.form["items"]:
        if item["type"] == "PAGE_BREAK":
            found.append((item, []))
        else:
            found[-1][1].append(item)
    return found


def walk(built: Built, answer: Callable[[Item], Any]) -> Answers:
    """Go through a form as Google leads: by the last choice that says where, else by the page break that follows."""
    book = pages(built)
    places = {start["id"]: place for place, (start, _) in enumerate(book) if start}
    given: Answers = {}
    place = 0
    while place < len(book):
        jump: Any = "CONTINUE"
        for item in book[place][1]:
            value = answer(item)
            if item.get("required") and value in ("", None, [], {}):
                raise AssertionError(f"{item['title']} is required")
            given[item["id"]] = value
            if item.get("jumps") and value in item["choices"]:
                jump = item["jumps"][item["choices"].index(value)]
        follows = book[place + 1][0] if place + 1 < len(book) else None
        if jump == "CONTINUE" and follows is not None:
            jump = follows.get("jump", "CONTINUE")
        if jump == "SUBMIT":
            break
        place = places[jump] if jump in places else place + 1
    return given


def header(built: Built) -> list[str]:
    """The header of the CSV: a column a question, and one for each row of a grid."""
    return ["Timestamp", *(name for item in _asked(built) for name in _names(item))]


def export(built: Built, people: Sequence[tuple[datetime, Answers]]) -> bytes:
    """The CSV that Forms gives: every cell quoted, ``;`` between answers."""
    rows = [header(built)]
    for at, given in people:
        half = "AM" if at.hour < 12 else "PM"
        cells = [f"{at:%Y/%m/%d} {at.hour % 12 or 12}:{at:%M:%S} {half} GMT+5"]
        for item in _asked(built):
            value = given.get(item["id"])
            if item["type"] == "GRID":
                cells += [(value or {}).get(row, "") for row in item["rows"]]
            else:
                cells.append(";".join(value) if isinstance(value, list) else str(value or ""))
        rows.append(cells)
    return as_csv(rows, "\n", quote_all=True).encode()


def _asked(built: Built) -> Iterator[Item]:
    yield from (item for item in built.form["items"] if item["type"] != "PAGE_BREAK")


def _names(item: Item) -> list[str]:
    return [f"{item['title']} [{row}]" for row in item["rows"]] if item["type"] == "GRID" else [item["title"]]
