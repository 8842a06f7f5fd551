"""Damage forms as life does, in small numbers, and note what was done: forms go in, notes come out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.simulate.forms import Form, Question, Submission
from coursewaves.simulate.submissions import Submitter

STRAIGHTLINED_SHARE = 0.008
INVALID_SHARE = 0.004
DUPLICATE_SHARE = 0.012

INVALID_TEXTS = ("7", "5 балл", "жақсы", "11")
CANARIES = {
    "emails": ["zere.canary@example.kz", "aidos.canary@example.kz", "canary.list@example.kz"],
    "phones": ["+7 701 555 01 23", "87025550199"],
    "iins": ["990101300123", "850615400456"],
    "names": ["Зере Құпиябекова", "Айдос Сырбаев"],
}
"""Invented traces of people; none of them may ever appear in anything that the pipeline makes."""

HOSTILE = [
    '=HYPERLINK("http://evil.example/","ашу")',
    "<script>alert('canary-script')</script>",
    '<img src="x" onerror="alert(1)">',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    'бір\nекі, "үш"; төрт',
]
"""Open answers that must come out as plain text."""


_SPOILERS: tuple[Callable[[str], str], ...] = (
    lambda text: text.upper(),
    lambda text: f"{text} ",
    lambda text: text.replace(" ", "\u00a0"),
)


class Damage:
    """Damages the forms of a year.

    Attributes
    ----------
    blanks
        After which submission of a file a blank row stands, by path.
    header_damage
        Files with changed headers, by kind of change.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        forms: list[Form],
        codes: dict[str, pd.DataFrame],
        submitter: Submitter,
    ) -> None:
        self.rng, self.forms, self.submitter = rng, forms, submitter
        self.answers = {name: frame.to_dict("records") for name, frame in codes.items()}
        self.survey = submitter.wordings.survey
        self.blanks: dict[str, int] = {}
        self.header_damage: dict[str, list[str]] = {}

    def inflict(self) -> None:
        """Do all of it, in an order in which no damage hides another."""
        self.straightline()
        self.invalidate()
        self.plant_texts()
        self.touch_the_edges()
        self.double()
        self.add_ignored_columns()
        self.break_rows()
        self.disguise_headers()
        for form in self.forms:
            form.submissions.sort(key=lambda one: one.at)

    def _plain(self, wanted: Callable[[Form, Submission], bool] | None = None) -> list[tuple[Form, Submission]]:
        """Return the kept submissions that nothing has happened to, in random order."""
        found = [
            (form, one)
            for form in self.forms
            for one in form.submissions
            if not one.reason and (wanted is None or wanted(form, one))
        ]
        return [found[place] for place in self.rng.permutation(len(found))]

    def _some(self, share: float, least: int) -> list[tuple[Form, Submission]]:
        plain = self._plain()
        return plain[: max(least, round(share * len(plain)))]

    def _rated(self, form: Form) -> list[int]:
        return [
            place
            for place, question in enumerate(form.questions)
            if question.item.purpose is None and self.survey.scale(question.item.scale).kind == "ordinal"
        ]

    def straightline(self) -> None:
        """Let some people mark the middle of every scale."""
        for form, one in self._some(STRAIGHTLINED_SHARE, 3):
            one.reason = "straightlined"
            for place in self._rated(form):
                scale = self.survey.scale(form.questions[place].item.scale)
                one.cells[place] = self.submitter.wordings.options(scale)["3"].wording(form.language)

    def invalidate(self) -> None:
        """Type into some rating cells what the scale does not know."""
        for number, (form, one) in enumerate(self._some(INVALID_SHARE, 3)):
            place = int(self.rng.choice([p for p in self._rated(form) if form.questions[p].item.grid]))
            one.reason = "invalid cell"
            one.cells[place] = INVALID_TEXTS[number % len(INVALID_TEXTS)]
            one.invalid = [form.questions[place].header]

    def plant_texts(self) -> None:
        """Put traces of people and hostile texts into open answers."""
        traces = [text for kind in ("emails", "phones", "iins") for text in CANARIES[kind]]
        texts = [f"Маған хабарласыңыз: {text}" for text in traces[:2] + traces[3:]] + HOSTILE
        for text, (form, one) in zip(texts, self._plain(), strict=False):
            places = [p for p, q in enumerate(form.questions) if q.item.purpose is None
                      and self.survey.scale(q.item.scale).kind == "text"]  # fmt: skip
            one.reason = "planted text"
            one.cells[int(self.rng.choice(places))] = text

    def touch_the_edges(self) -> None:
        """Move one answer of each early wave to the last second of its window; it still counts."""
        for wave in (1, 2):
            form, one = self._plain(lambda form, _, wave=wave: form.instrument.wave == wave)[0]  # type: ignore[misc]
            window = form.instrument.window
            day = self.submitter.courses[one.course_id][window.anchor].date() + timedelta(days=window.closes)
            one.at = one.at.replace(year=day.year, month=day.month, day=day.day, hour=23, minute=59, second=59)
            one.cells[form.place_of("submitted_at")] = one.at
            one.reason = "edge of window"

    def double(self) -> None:
        """Submit some forms twice: linked ones again, changed or in another language, others as copies."""
        linked = self._plain(lambda _, one: one.is_linked)
        count = max(4, round(DUPLICATE_SHARE * len(linked)))
        for number, (form, one) in enumerate(linked[:count]):
            one.reason = "last of two"
            if number % 3 == 0:
                self._again(form, one, list(one.cells), timedelta(seconds=20), "same again")
            else:
                target = self._other_language(form) if number % 6 == 1 else form
                self._again(target, one, self._changed(form, target, one), timedelta(minutes=9), "changed")
        unlinked = self._plain(lambda _, one: not one.is_linked)
        for form, one in unlinked[: max(2, count // 4)]:
            one.reason = "copied"
            copy = Submission(one.at, list(one.cells), "duplicate", "copy", one.person, one.course_id, False)
            form.submissions.append(copy)

    def _other_language(self, form: Form) -> Form:
        key = (form.programme_id, form.instrument.id)
        others = [other for other in self.forms if (other.programme_id, other.instrument.id) == key]
        return next((other for other in others if other.language != form.language), form)

    def _again(self, form: Form, one: Submission, cells: list[Any], before: timedelta, reason: str) -> None:
        """Add an earlier submission of the same person."""
        at = one.at - before
        cells[form.place_of("submitted_at")] = at
        form.submissions.append(Submission(at, cells, "duplicate", reason, one.person, one.course_id, True))

    def _changed(self, form: Form, target: Form, one: Submission) -> list[Any]:
        answers = dict(self.answers[form.instrument.id][one.person])
        rated = [form.questions[place].item.id for place in self._rated(form)]
        for item_id in rated[:6]:
            if item_id in answers:
                answers[item_id] = 2.0
        given = {
            "course": one.cells[form.place_of("course")],
            "participant": one.cells[form.place_of("participant")],
            "consent": "yes",
            "submitted_at": one.at,
        }
        return self.submitter.cells(target, one.person, answers, given)

    def add_ignored_columns(self) -> None:
        """Give one form the columns that Google adds by itself: points, e-mail address, user name."""
        form = self._of_wave(2, 1)
        ignored = [item for item in self.survey.background if item.purpose == "ignore"]
        fillings = (["0"], CANARIES["emails"], CANARIES["names"])
        for number, item in enumerate(ignored):
            form.questions.insert(1, Question(item, 0, item.wording(form.language)))
            filling = fillings[number % len(fillings)]
            for one in form.submissions:
                one.cells.insert(1, filling[one.person % len(filling)])

    def break_rows(self) -> None:
        """Cut one record short, give one a field too many, and leave blank rows."""

        def is_csv(form: Form, _: Submission) -> bool:
            return form.kind != "xlsx"

        for (_, one), reason in zip(self._plain(is_csv), ("cut short", "field too many"), strict=False):
            one.outcome, one.reason = "set_aside", reason
            del one.cells[-4:]
            if reason == "field too many":
                one.cells += ["", "", "", "", "артық"]
        for kind in ("sheets", "xlsx"):
            form = next((form for form in self.forms if form.kind == kind and len(form.submissions) > 4), None)
            if form is not None:
                self.blanks[form.path] = 3

    def disguise_headers(self) -> None:
        """Save one file by Excel, spoil headers in one, and rename one question as its item records it."""
        second = [form for form in self.forms if form.instrument.wave == 2 and form.language != "en"]
        excel = min(second, key=lambda form: (form.kind != "sheets", form.language != self.survey.languages[0]))
        excel.kind = "excel"
        self.header_damage["excel"] = [excel.path]
        spoilt = self._of_wave(2, 4)
        for place, spoil in zip(self._rated(spoilt), _SPOILERS, strict=False):
            question = spoilt.questions[place]
            spoilt.questions[place] = question._replace(header=spoil(question.header))
        self.header_damage["spoilt"] = [spoilt.path]
        renamed = self._of_wave(2, 3)
        for place, question in enumerate(renamed.questions):
            if question.item.headers and question.item.purpose is None:
                language = self.survey.languages.index(renamed.language)
                header = question.item.headers[min(language, len(question.item.headers) - 1)]
                renamed.questions[place] = question._replace(header=header)
                self.header_damage["renamed"] = [renamed.path, header]
                break

    def _of_wave(self, wave: int, number: int) -> Form:
        """Return one of the larger forms of a wave in the institute's own language."""
        own = self.survey.languages[0]
        forms = [form for form in self.forms if form.instrument.wave == wave and form.language == own]
        return forms[number % len(forms)]
