"""Decide who submits which form, when, under which code: everybody's codes go in, filled forms come out."""

from collections.abc import Hashable, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from coursewaves.simulate.answers import People
from coursewaves.simulate.forms import OTHER_TEXTS, Cell, Form, Submission, Wordings
from coursewaves.survey.instruments import Instrument, Item
from coursewaves.system.yamlfile import read_yaml

SENTENCES = Path(__file__).parent / "sentences.yml"
ZONE = ZoneInfo("Asia/Almaty")

RESPONSE_RATES = {1: 0.8, 2: 0.75, 3: 0.45}
OPEN_SHARE = 0.35
UNASSIGNED_SHARE = 0.15
PREFILLED_SHARE = 0.95
TYPED_SHARE = 0.24
MISTYPED_SHARE = 0.06
STRAYED_SHARE = 0.015

_PLANTED_THEMES = {"methodology": {"practice"}, "infrastructure": {"equipment", "content"}}
_ENGLISH = ("It was useful.", "More time for practice, please.", "I will try one new game in my group.")


Fields = dict[Hashable, Any]
"""One row of a table: column to value."""


class Submitter:
    """Fill the forms of a year, person by person."""

    def __init__(
        self, rng: np.random.Generator, people: People, tables: dict[str, pd.DataFrame], wordings: Wordings
    ) -> None:
        self.rng, self.people, self.wordings = rng, people, wordings
        self.rows = people.frame.to_dict("records")
        self.courses = {row["course_id"]: row for row in tables["courses"].to_dict("records")}
        self.programmes = list(tables["programmes"]["programme_id"])
        self.codes = set(people.frame["participant_id"])
        self.last_day = datetime(int(tables["courses"]["starts_on"].dt.year.min()), 12, 31, tzinfo=ZONE)
        self.english = self.programmes[min(2, len(self.programmes) - 1)]
        self.bank: dict[str, list[list[str]]] = {}
        for item_id, *sentence in read_yaml(SENTENCES).content["sentences"]:
            self.bank.setdefault(item_id, []).append(sentence)
        self.is_linker = rng.random(len(self.rows)) < TYPED_SHARE / 0.85
        self.languages = [self._language(row) for row in self.rows]
        numbers = {course_id: number for number, course_id in enumerate(self.courses)}
        self.is_prefilled = {course_id: number % 3 == 0 for course_id, number in numbers.items()}

    def _language(self, row: Fields) -> str:
        chance = self.rng.random()
        if row["programme_id"] == self.english and chance < 0.15:
            return "en"
        own = str(self.courses[row["course_id"]]["language"])
        return own if chance > 0.12 else {"kk": "ru", "ru": "kk"}[own]

    def fill(self, instrument: Instrument, codes: pd.DataFrame) -> list[Form]:
        """Return the forms of one questionnaire, each with its submissions in the order of their times."""
        forms: dict[tuple[str, str], Form] = {}
        answers = codes.to_dict("records")
        chance = self.rng.random(len(self.rows))
        rates = self._rates(instrument)
        for person, row in enumerate(self.rows):
            if chance[person] >= rates[row["course_id"]] or not self._is_asked(row, instrument):
                continue
            form = self._form(forms, row["programme_id"], instrument, self.languages[person])
            form.submissions.append(self._submission(form, person, answers[person]))
        for form in forms.values():
            form.submissions.sort(key=lambda one: one.at)
        return [forms[key] for key in sorted(forms)]

    def _rates(self, instrument: Instrument) -> dict[str, float]:
        """Draw each course's response rate; every ninth course is hardly reached."""
        rate = RESPONSE_RATES.get(instrument.wave, 0.5)
        drawn = np.clip(self.rng.normal(rate, 0.07, len(self.courses)), 0.05, 0.98)
        return {
            course_id: float(drawn[number]) * (0.2 if number % 9 == 4 else 1.0)
            for number, course_id in enumerate(self.courses)
        }

    def _is_asked(self, row: Fields, instrument: Instrument) -> bool:
        """Whether the person is asked this year: at first all, later who completed, once the window opens."""
        if instrument.window.anchor == "starts_on":
            return True
        opens = self.courses[row["course_id"]]["ends_on"] + timedelta(days=instrument.window.opens)
        return bool(row["completed"] == "yes" and opens.date() <= self.last_day.date())

    def _form(
        self, forms: dict[tuple[str, str], Form], programme_id: str, instrument: Instrument, language: str
    ) -> Form:
        key = (programme_id, language)
        if key not in forms:
            place = self.programmes.index(programme_id) + instrument.wave + (language == "ru")
            kind = "sheets" if language == "en" else ("forms", "sheets", "xlsx")[place % 3]
            interface = "en" if self.programmes.index(programme_id) % 4 == 3 else language
            questions = self.wordings.questions(programme_id, instrument, language, interface)
            forms[key] = Form(programme_id, instrument, language, interface, kind, questions)
        return forms[key]

    def _submission(self, form: Form, person: int, answers: Fields) -> Submission:
        row = self.rows[person]
        course = self.courses[row["course_id"]]
        course_cell, reason = self._course_cell(course, form)
        code, is_linked = ("", False) if reason else self._code(person, str(row["course_id"]))
        consent = "no" if not reason and form.instrument.wave == 1 and self.rng.random() < 0.007 else "yes"
        at, strayed = self._time(form.instrument, course)
        reason = reason or ("no consent" if consent == "no" else strayed)
        outcome = "kept" if not reason else "outside_window" if reason in ("late", "early") else "set_aside"
        reason = reason or ("mistyped code" if code and not is_linked else "")
        given = {"course": course_cell, "participant": code, "consent": consent, "submitted_at": at}
        cells = self.cells(form, person, answers, given)
        return Submission(at, cells, outcome, reason, person, str(row["course_id"]), is_linked)

    def cells(self, form: Form, person: int, answers: Fields, given: Mapping[str, Any]) -> list[Cell]:
        """Return the cells of one submission in the language of its form."""
        row = self.rows[person]
        cells: list[Cell] = []
        for question in form.questions:
            item = question.item
            if item.purpose is not None:
                cells.append(self._background(item, row, given, form.language))
            elif self.wordings.survey.scale(item.scale).kind == "text":
                cells.append(self._open(item.id, person, form.language))
            else:
                column = f"{item.id}.{question.number}" if question.number else item.id
                scale = self.wordings.survey.scale(item.scale)
                other = str(self.rng.choice(OTHER_TEXTS[form.language])) if scale.kind != "ordinal" else ""
                cells.append(self.wordings.cell(scale, answers[column], form.programme_id, form.language, other))
        return cells

    def _background(self, item: Item, row: Fields, given: Mapping[str, Any], language: str) -> Cell:
        purpose = str(item.purpose)
        if purpose in ("course", "participant", "submitted_at"):
            return given[purpose]  # type: ignore[no-any-return]
        if purpose == "region":
            return str(self.wordings.regions.loc[row["region_id"], f"title_{language}"])
        code = {
            "consent": given["consent"],
            "settlement": "city" if int(row["region_id"][3:]) > 70 else "village",
        }
        scale = self.wordings.survey.scale(item.scale)
        return self.wordings.cell(scale, code.get(purpose, row.get(purpose)), "", language, "")

    def _open(self, item_id: str, person: int, language: str) -> str:
        if self.rng.random() > OPEN_SHARE or item_id not in self.bank:
            return ""
        if language == "en":
            return str(self.rng.choice(_ENGLISH))
        planted = _PLANTED_THEMES.get(str(self.people.cause[person]), set())
        themes = {theme for all_of in _PLANTED_THEMES.values() for theme in all_of}
        usual = [one for one in self.bank[item_id] if one[0] not in themes]
        fitting = [one for one in self.bank[item_id] if one[0] in planted]
        bank = fitting if fitting and self.rng.random() < 0.7 else usual
        count = min(len(bank), 2 if self.rng.random() < 0.25 else 1)
        chosen = self.rng.choice(len(bank), count, replace=False)
        return " ".join(bank[place][2 if language == "ru" else 1] for place in chosen)

    def _course_cell(self, course: Fields, form: Form) -> tuple[str, str]:
        """Return what stands as the course, and why it can't be assigned, if so."""
        own = str(course["course_id"])
        chance = self.rng.random()
        if self.is_prefilled[own] or chance > UNASSIGNED_SHARE + 0.05:
            return own, ""
        if chance > UNASSIGNED_SHARE:
            return (str(course["aliases"]) if chance > UNASSIGNED_SHARE + 0.025 else f"{own} "), ""
        if chance > 0.6 * UNASSIGNED_SHARE:
            return "", "no course code"
        if chance > 0.3 * UNASSIGNED_SHARE:
            return f"{form.programme_id}-9{self.rng.integers(10)}", "unknown course code"
        return {"kk": "мұғалімдер курсы", "ru": "курс для воспитателей", "en": "the spring course"}[
            form.language
        ], "title instead of code"

    def _code(self, person: int, course_id: str) -> tuple[str, bool]:
        own = str(self.rows[person]["participant_id"])
        is_given = (
            self.rng.random() < PREFILLED_SHARE
            if self.is_prefilled[course_id]
            else self.is_linker[person] and self.rng.random() < 0.85
        )
        if not is_given:
            return "", False
        if not self.is_prefilled[course_id] and self.rng.random() < MISTYPED_SHARE:
            wrong = own[:-1]
            return (wrong, False) if wrong not in self.codes else (own, True)
        return own, True

    def _time(self, instrument: Instrument, course: Fields) -> tuple[datetime, str]:
        """Draw when the form was submitted, and whether that was ``late``, ``early`` or neither (empty)."""
        window = instrument.window
        anchor = course[window.anchor].date()
        strayed = ""
        if self.rng.random() < STRAYED_SHARE:
            days_off = int(self.rng.integers(1, 9))
            strayed = "late" if window.closes < 365 and self.rng.random() < 0.7 else "early"
            day = window.closes + days_off if strayed == "late" else window.opens - days_off
        else:
            day = self._usual_day(instrument)
            left = (self.last_day.date() - anchor).days
            day = max(window.opens, min(day, left)) if window.closes >= 365 else day
        clock = time(int(self.rng.integers(8, 22)), int(self.rng.integers(60)), int(self.rng.integers(60)))
        return datetime.combine(anchor + timedelta(days=day), clock, tzinfo=ZONE), strayed

    def _usual_day(self, instrument: Instrument) -> int:
        """Draw the day from the anchor: mostly near the day on which the wave is due (¶5)."""
        window = instrument.window
        if window.closes >= 365:
            return window.opens + int(self.rng.integers(0, 60))
        if self.rng.random() < 0.65:
            return window.due
        return int(self.rng.integers(max(window.opens, window.due - 6), min(window.closes, window.due + 6) + 1))
