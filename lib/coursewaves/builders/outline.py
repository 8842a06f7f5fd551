"""Lay out a questionnaire as a form: a survey design and a registry go in, the questions that one form asks come out.

Nothing here knows a platform. What a form asks of a programme's topics and abilities comes from the registry; a text
that a language lacks is asked in the next one, with a remark.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from coursewaves.builders.form import Block, Choice, Form, Kind, Page, Question
from coursewaves.builders.words import one_line, words
from coursewaves.errors import CoursewavesError
from coursewaves.intake.check_digits import with_check
from coursewaves.registry.reader import Registry
from coursewaves.survey.instruments import Instrument, Item, Option, Survey, Texts

LEAST_ON_A_PAGE = 5
"""Questions after which a new criterion begins a new page."""

MOST_NUMBERS = 11
"""Numbers that stand as answers to choose from; from a longer range a number is typed."""

ONCE = ("region", "settlement")
"""Purposes asked in the first wave alone: they hardly change, and a later form is the shorter."""

NOT_ASKED = ("submitted_at", "ignore", "wave")
"""Purposes of columns that a platform adds or a file says."""

FIRST = ("course", "language", "consent")
"""Purposes of questions that stand before all others."""


def make_form(
    survey: Survey, registry: Registry, instrument: Instrument, programme_id: str, course_id: str = ""
) -> Form:
    """Lay out the form of one questionnaire (¶11).

    Parameters
    ----------
    survey, registry
        What is asked, and of which topics, abilities and regions.
    instrument
        The questionnaire.
    programme_id
        The programme whose topics and abilities are asked about.
    course_id
        The only course that the form is for; by default every course of the programme may be named in it.

    Raises
    ------
    CoursewavesError
        Where the programme has no course.
    """
    courses_of = registry.courses[registry.courses["programme_id"] == programme_id]["course_id"]
    courses = tuple((one, _code(one)) for one in ([course_id] if course_id else sorted(map(str, courses_of))))
    if not courses:
        raise CoursewavesError(f"No course of {programme_id} to make a form for; fix: add it to courses.csv.")
    draft = _Draft(survey, registry, instrument, programme_id)
    background = list(draft.background(courses))
    about = tuple(Block(one.id, {}, (one,)) for one in background if one.purpose not in FIRST)
    pages = [Page(draft.words["about_you"], about)] if about else []
    pages += draft.pages()
    return Form(
        f"{instrument.id}_{course_id or programme_id}",
        instrument.id,
        programme_id,
        tuple(survey.languages),
        draft.whole(instrument.text, instrument.id),
        draft.titles("programmes", registry.programme(programme_id), programme_id),
        courses,
        tuple(sorted((one for one in background if one.purpose in FIRST), key=lambda one: FIRST.index(one.purpose))),
        tuple(pages),
        tuple(dict.fromkeys(draft.remarks)),
        next((item.id for item in survey.background if item.purpose == "submitted_at"), ""),
    )


def _code(course_id: str) -> str:
    """Return a course's code with its check character; digits alone have none."""
    try:
        return with_check(course_id)
    except CoursewavesError:
        return course_id


class _Draft:
    """A form in the making, and the remarks met on the way."""

    def __init__(self, survey: Survey, registry: Registry, instrument: Instrument, programme_id: str) -> None:
        self.survey, self.registry = survey, registry
        self.instrument, self.programme_id = instrument, programme_id
        self.remarks: list[str] = []
        if not instrument.reviewed:
            self.remarks.append(
                f"{instrument.id}: a methodologist who is a native speaker has not reviewed its wording"
            )
        self.words = words(survey.languages)
        rows = {"topics": registry.topics_of(programme_id), "abilities": registry.abilities_of(programme_id)}
        self.rows = {name: table.to_dict("records") for name, table in rows.items()}

    def whole(self, texts: Texts, name: str) -> Texts:
        """Return a wording in every language, on one line; what is missing is that of the next language."""
        worded = {language: one_line(text) for language, text in texts.items() if text.strip()}
        if not worded:
            return dict.fromkeys(self.survey.languages, name)
        missing = [language for language in self.survey.languages if language not in worded]
        found = dict(worded)
        for language in missing:
            later = self.survey.languages[self.survey.languages.index(language) :]
            found[language] = next((worded[other] for other in [*later, *worded] if other in worded), name)
        if missing:
            self.remarks.append(f"{name}: no text in {', '.join(missing)}; asked in another language")
        return {language: found[language] for language in self.survey.languages}

    def titles(self, table: str, row: Any, name: str) -> Texts:
        """Return how a row of the registry is called."""
        stem = "text" if table == "abilities" else "title"
        cells = {language: row.get(f"{stem}_{language}") for language in ("kk", "ru", "en")}
        return self.whole({language: cell for language, cell in cells.items() if isinstance(cell, str)}, name)

    def background(self, courses: Sequence[tuple[str, str]]) -> Iterator[Question]:
        """Yield the questions about course and person (¶17) that this wave asks."""
        is_first = self.instrument.wave == min(one.wave for one in self.survey.instruments)
        on_roster = set(self.registry.participants["course_id"])
        person = "participant" if any(course_id in on_roster for course_id, _ in courses) else "self_code"
        for item in self.survey.background:
            purpose = item.purpose or ""
            is_asked = purpose not in (*NOT_ASKED, "participant", "self_code") or purpose == person
            if not is_asked or (purpose in ONCE and not is_first):
                continue
            question = self._question(item, item.id, self.whole(item.text, item.id))._replace(purpose=purpose)
            question = question._replace(is_required=question.is_required or purpose in FIRST)
            yield self._filled(question, courses)

    def _filled(self, question: Question, courses: Sequence[tuple[str, str]]) -> Question:
        """Give the questions for course and region the answers that the registry has."""
        if question.purpose == "course":
            codes = tuple(Choice(code, dict.fromkeys(self.survey.languages, code)) for _, code in courses)
            return question._replace(kind="single", choices=codes, help=self.words["course_help"])
        if question.purpose == "region" and len(self.registry.regions):
            rows = self.registry.regions.to_dict("records")
            found = [Choice(str(row["region_id"]), self.titles("regions", row, str(row["region_id"]))) for row in rows]
            return question._replace(kind="single", choices=tuple(found))
        return question._replace(kind="line") if question.kind == "text" else question

    def pages(self) -> list[Page]:
        """Return the pages of the questionnaire: a new one where the criterion changes and the page is long enough."""
        pages: list[list[Block]] = []
        last, n_asked = None, LEAST_ON_A_PAGE
        for criterion, block in self._blocks():
            if not pages or (criterion != last and n_asked >= LEAST_ON_A_PAGE):
                pages.append([])
                n_asked = 0
            pages[-1].append(block)
            last, n_asked = criterion, n_asked + len(block.questions)
        parts = [{key: text.format(number=place) for key, text in self.words["part"].items()}
                 for place in range(1, len(pages) + 1)]  # fmt: skip
        return [Page(title, tuple(blocks)) for title, blocks in zip(parts, pages, strict=True)]

    def _blocks(self) -> Iterator[tuple[str, Block]]:
        """Yield each block with the criterion that it is about."""
        grids = {grid.id: self.whole(grid.text, grid.id) for grid in self.instrument.grids}
        for (grid_id, _), run in groupby(self.instrument.items, key=self._place):
            asked = [(self._criterion(item), question) for item in run for question in self._asked(item)]
            if grid_id is None:
                yield from ((criterion, Block(one.id, {}, (one,))) for criterion, one in asked)
            elif asked:
                yield asked[0][0], Block(grid_id, grids[grid_id], tuple(question for _, question in asked))

    def _place(self, item: Item) -> tuple[str | None, str]:
        """Return the grid in which an item can stand as a row, and its scale."""
        scale = self.survey.scale(item.scale)
        can_be_row = scale.kind in ("ordinal", "single") and not any(option.other for option in scale.options)
        return (item.grid if can_be_row else None), item.scale

    def _criterion(self, item: Item) -> str:
        indicators = self.survey.by_id["indicators"]
        return str(indicators[item.indicator].criterion) if item.indicator in indicators else ""

    def _asked(self, item: Item) -> Iterator[Question]:
        """Yield an item, or each of its repetitions; one that can't be a row of its grid has the stem before it."""
        texts = self.whole(item.text, item.id)
        if item.grid and self._place(item)[0] is None:
            stems = next(grid for grid in self.instrument.grids if grid.id == item.grid)
            stem = self.whole(stems.text, stems.id)
            texts = {language: f"{stem[language]} [{text}]" for language, text in texts.items()}
        if item.repeat is None:
            yield self._question(item, item.id, texts)
            return
        if not self.rows[item.repeat]:
            self.remarks.append(f"{item.id}: not asked, since {self.programme_id} has no {item.repeat} in the registry")
        for row, column in zip(self.rows[item.repeat], self.survey.columns(item), strict=False):
            name = f"{item.repeat} {row['number']} of {self.programme_id}"
            names = self.titles(item.repeat, row, name)
            asked = {language: text.replace("{row}", names[language]) for language, text in texts.items()}
            yield self._question(item, column, asked)

    def _question(self, item: Item, column: str, texts: Texts) -> Question:
        scale = self.survey.scale(item.scale)
        if scale.kind == "text":
            return Question(column, texts, "text")
        if scale.kind == "number":
            low, high = (int(bound) for bound in scale.bounds)
            is_long = high - low >= MOST_NUMBERS
            numbers = [] if is_long else [Option(code=str(number)) for number in range(low, high + 1)]
            choices = tuple(Choice(one.code, dict.fromkeys(texts, one.code)) for one in numbers)
            return Question(column, texts, "number", choices, low=low, high=high)
        options = [*scale.options, *([scale.not_applicable] if scale.not_applicable else [])]
        choices = tuple(Choice(option.code, self.whole(option.text, option.code), option.other) for option in options)
        if scale.options_from is not None:
            choices = (*self._topics(), *choices)
        kind: Kind = "several" if scale.kind == "multiple" else "single"
        limit = item.at_most if item.at_most is not None and item.at_most < len(choices) else None
        return Question(column, texts, kind, choices, at_most=limit, is_required=scale.not_applicable is not None)

    def _topics(self) -> Iterator[Choice]:
        for row in self.rows["topics"]:
            name = f"topics {row['number']} of {self.programme_id}"
            yield Choice(str(row["number"]), self.titles("topics", row, name))
