"""Read one survey export: a raw file goes in, its forms with their outcome and its problems come out.

The straight line: bytes, records, corrections, platform, questionnaire, wave, forms.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
import pandas as pd

from coursewaves.intake.answers import Answers
from coursewaves.intake.context import Context
from coursewaves.intake.forms import course_names, make_forms
from coursewaves.intake.headers import Layout, Proposal, Questionnaire, match_columns
from coursewaves.intake.moments import times_of
from coursewaves.intake.waves import UNDECIDED, decide_waves
from coursewaves.platforms import Export, arrange
from coursewaves.privacy.masking import personal_kind
from coursewaves.problems import Problem
from coursewaves.reading.columns import Mask
from coursewaves.reading.corrections import corrected
from coursewaves.reading.fingerprints import record_hashes
from coursewaves.reading.records import SET_ASIDE, Records, read_records
from coursewaves.reading.spss import SUFFIXES as SPSS_SUFFIXES
from coursewaves.reading.spss import read_spss
from coursewaves.settings.sources import Source
from coursewaves.survey.wordings import says_something


class FileForms(NamedTuple):
    """One file's forms, a table without columns where there are none, and its problems.

    `n_read` records stand in the file, `n_aside` of them are named by a problem and gave no form; `n_corrected`
    were corrected.
    """

    forms: pd.DataFrame
    problems: list[Problem]
    instruments: str
    platform: str
    n_read: int
    n_aside: int
    n_corrected: int = 0
    proposals: tuple[Proposal, ...] = ()


def read_file(path: Path, name: str, context: Context) -> FileForms:
    """Read one export; whatever is wrong with it is in its problems."""
    source = context.settings.source_of(name)
    is_spss = path.suffix.lower() in SPSS_SUFFIXES
    records = read_spss(path, name) if is_spss else read_records(path, name=name, encoding=source.encoding)
    records = _marked(records)
    records, n_corrected = corrected(records, context.corrections.get(name, []))
    if not records.header:
        return FileForms(pd.DataFrame(), records.problems, "", "", records.n_read, records.n_read, n_corrected)
    folder = PurePosixPath(name).parent.as_posix()
    export = arrange(records, source.platform, context.structures.get(folder, []))
    records = export.records
    kind_of = _kinds(records)
    layout = match_columns(records.header, name, context.book, source.instruments, records.also, kind_of)
    identity = _identity(records, layout, kind_of, context.settings.link_by)
    forms: list[pd.DataFrame] = []
    problems = [*records.problems, *_at_header(layout.problems, records)]
    for answers in _by_questionnaire(source, export, layout.questionnaires, context, problems):
        answers.identity = identity
        forms.append(make_forms(answers))
        problems += _at_header(answers.problems, records)
    found = pd.concat(forms, ignore_index=True) if forms else pd.DataFrame()
    ids = "+".join(questionnaire.instrument.id for questionnaire in layout.questionnaires)
    n_aside = len({problem.row for problem in problems if problem.done == SET_ASIDE})
    n_aside += 0 if layout.questionnaires else len(records.numbers)
    proposals = (*layout.proposals, *layout.unlike)
    problems = list(dict.fromkeys(problems))  # what holds for a file each of its questionnaires may say
    return FileForms(found, problems, ids, export.platform, records.n_read, n_aside, n_corrected, proposals)


def _at_header(problems: list[Problem], records: Records) -> list[Problem]:
    """Name the header by its own row, where titles stand above it."""
    if records.header_row == 1:
        return problems
    return [one._replace(row=records.header_row) if one.row == 1 else one for one in problems]


def _kinds(records: Records) -> Callable[[int], str | None]:
    """Tell which personal data a column holds; each column is looked at once."""
    return cache(lambda place: personal_kind(records.header[place], records.columns[place].texts))


def _identity(
    records: Records, layout: Layout, kind_of: Callable[[int], str | None], link_by: str | None
) -> int | None:
    """Return the column that names each person, where the institute links by such data and no question holds it."""
    if link_by is None:
        return None
    asked = {
        column.place
        for questionnaire in layout.questionnaires
        for column in questionnaire.columns
        if column.item.purpose != "ignore"
    }
    places = (place for place in range(len(records.header)) if place not in asked)
    return next((place for place in places if kind_of(place) == link_by), None)


def _marked(records: Records) -> Records:
    return records._replace(hashes=record_hashes(records.header, records.columns))


def _by_questionnaire(
    source: Source, export: Export, found: list[Questionnaire], context: Context, problems: list[Problem]
) -> Iterator[Answers]:
    """Yield the answers to each questionnaire of a file; where there are several, each record decides its own."""
    found = _of_wave(source.named("wave", export.records.name), found)
    whole = [Answers(source, export, export.records, *questionnaire, context) for questionnaire in found]
    if len(found) < 2:
        yield from whole
        return
    chosen = decide_waves([_answers_own(one, whole) for one in whole], [_is_inside(one) for one in whole],
                          *_declared_waves(whole))  # fmt: skip
    seen = "an answer to several waves, or to none that its date allows"
    fix = "let each wave have its own form, or correct the course's dates"
    rest = export.records.without(chosen == UNDECIDED, "E-WAVE", seen, fix)
    problems += [problem for problem in rest.problems if problem.rule == "E-WAVE"]
    for place, (instrument, columns) in enumerate(found):
        yield Answers(source, export, export.records.taken(chosen == place), instrument, columns, context)


def _of_wave(wave: str, found: list[Questionnaire]) -> list[Questionnaire]:
    """Keep the questionnaires of the wave that a file's name states, where it states one that they have."""
    return [one for one in found if str(one.instrument.wave) == wave] or found


def _answers_own(one: Answers, all_of_them: list[Answers]) -> Mask:
    """Return which records answer a question that no other questionnaire of the file asks."""
    others = {column.place for other in all_of_them if other is not one for column in other.columns}
    own = [column for column in one.columns if column.item.purpose is None and column.place not in others]
    is_answered = np.zeros(len(one), dtype=bool)
    for column in own:
        is_answered |= one.cells_of(column).where(says_something)
    return is_answered


def _is_inside(answers: Answers) -> Mask:
    """Return which records lie in the wave's window of their course."""
    days = times_of(answers)[0].dt.tz_localize(None).dt.normalize()
    finder = answers.context.finders[answers.instrument.id]
    course_ids = finder.find(course_names(answers), days)
    is_known = course_ids.notna().to_numpy() & days.notna().to_numpy()
    return np.asarray(is_known & finder.is_inside(course_ids, days), dtype=bool)


def _declared_waves(whole: list[Answers]) -> tuple[pd.Series, list[int]] | tuple[()]:
    """Return the wave that each record names, and that of each questionnaire; nothing where no column says it."""
    cells = whole[0].cells("wave")
    if cells is None:
        return ()
    waves = [answers.instrument.wave for answers in whole]
    named = [float(text) if text in map(str, waves) else None for text in cells.texts]
    return cells.mapped(named, "float64"), waves
