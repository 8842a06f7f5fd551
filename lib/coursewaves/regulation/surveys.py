"""What is asked of whom (¶1-10): the facts of a year go in, evidence comes out."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from coursewaves.deadlines.due import Coverage
from coursewaves.deadlines.table import NO_DATE, WAVE
from coursewaves.phrases import marked
from coursewaves.registry.spans import DONE, DUE_SOON, MISSING, Span, sample_span, wave_spans
from coursewaves.regulation.facts import Facts
from coursewaves.regulation.states import AT_RISK, BROKEN, KEPT, NOT_YET, Evidence, Value
from coursewaves.survey.instruments import Instrument

N_SURVEYS = 3
"""Surveys that ¶5 asks for."""

NO_DIRECTION = "–"
"""How the programmes without a direction are called."""


def institute(facts: Facts) -> Iterator[Evidence]:
    """Say whether reports can name the institute (¶1)."""
    missing = [name for name in facts.settings.languages if not facts.settings.institute.get(name)]
    yield Evidence(KEPT, marked("Front matter of every report"))
    if missing:
        text = marked("The settings name no institute in: {list}")
        yield Evidence(AT_RISK, text, {"list": tuple(missing)})


def legal_basis(_facts: Facts) -> Iterator[Evidence]:
    """Say where the regulation is named as the basis (¶2)."""
    yield Evidence(KEPT, marked("Every report names the regulation and its paragraphs"))


def purpose(_facts: Facts) -> Iterator[Evidence]:
    """Say where it is told what the evaluation is for (¶3)."""
    yield Evidence(KEPT, marked("Every report ends its summary with what is to be decided"))


def criteria(facts: Facts) -> Iterator[Evidence]:
    """Look for criteria that no scored question serves (¶4)."""
    survey = facts.survey
    named = [one.id for one in survey.criteria if 4 in one.paragraphs]
    scored = {
        survey.indicator(item.indicator).criterion
        for instrument in survey.instruments
        for item in instrument.items
        if item.indicator and survey.scale(item.scale).is_scored
    }
    unserved = tuple(name for name in named if name not in scored)
    if unserved:
        yield Evidence(BROKEN, marked("Criteria that no scored question serves: {list}"), {"list": unserved})
    if named:
        yield Evidence(KEPT, marked("Criteria of the questionnaires: {n}"), {"n": len(named)})
    else:
        yield Evidence(BROKEN, marked("The questionnaires name no criterion of ¶4"))


def three_surveys(facts: Facts) -> Iterator[Evidence]:
    """Look for surveys that nobody answered in time (¶5)."""
    n_waves = len({one.wave for one in facts.survey.waves()})
    if n_waves < N_SURVEYS:
        yield Evidence(BROKEN, marked("Questionnaires for {n} of three surveys"), {"n": n_waves})
    rows = facts.deadlines[facts.deadlines["step"] == WAVE]
    own = rows[rows["scope"] == "course"]
    dated, undated = own[own["reason"] != NO_DATE], own[own["reason"] == NO_DATE]
    n_over = int(dated["state"].isin([MISSING, DONE]).sum())
    over = Evidence(KEPT, marked("Surveys that are over: {n}"), {"n": n_over})
    yield over if n_over else Evidence(NOT_YET, marked("No survey is over yet"))
    yield from _listed(BROKEN, marked("Surveys that nobody answered in time: {n} ({list})"), dated, MISSING)
    yield from _listed(
        AT_RISK, marked("Surveys to be answered now, without an answer yet: {n} ({list})"), own, DUE_SOON
    )
    yield from _listed(AT_RISK, marked("Surveys of courses without dates: {n} ({list})"), undated, MISSING)
    programmes = rows[(rows["scope"] == "programme") & (rows["reason"] != NO_DATE)]
    text = marked("Programmes that were not surveyed within three years: {n} ({list})")
    yield from _listed(BROKEN, text, programmes, MISSING)


def _listed(weight: str, phrase: str, rows: pd.DataFrame, state: str) -> Iterator[Evidence]:
    """Yield how many rows are in a state and of what; nothing where there is none."""
    found = rows[rows["state"] == state]
    if len(found):
        ids = tuple(sorted(set(found["scope_id"].astype(str))))
        yield Evidence(weight, phrase, {"n": len(found), "list": ids})


def questionnaires(facts: Facts) -> Iterator[Evidence]:
    """Count the questionnaires, and those whose wording nobody has reviewed (¶6)."""
    waves = facts.survey.waves()
    yield Evidence(KEPT, marked("Questionnaires: {n}; their quality has a report of its own"), {"n": len(waves)})
    unreviewed = tuple(one.id for one in waves if not one.reviewed)
    if unreviewed:
        text = marked("Review of the wording by a native methodologist: {n} ({list})")
        yield Evidence(AT_RISK, text, {"n": len(unreviewed), "list": unreviewed})


def wave_before(facts: Facts) -> Iterator[Evidence]:
    """Look at the survey of reasons, purposes and expectations (¶7)."""
    return _asked(facts, 7)


def wave_after(facts: Facts) -> Iterator[Evidence]:
    """Look at the survey of fit, knowledge, novelty, usefulness and satisfaction (¶8)."""
    return _asked(facts, 8)


def wave_later(facts: Facts) -> Iterator[Evidence]:
    """Look at the survey of application in practice (¶9)."""
    return _asked(facts, 9)


def _asked(facts: Facts, paragraph: int) -> Iterator[Evidence]:
    """Say whether a questionnaire serves a paragraph, and whether courses answered it once they were to."""
    serving = [one for one in facts.survey.waves() if paragraph in one.paragraphs]
    if not serving:
        yield Evidence(BROKEN, marked("no questionnaire"))
    for one in serving:
        if facts.n_answers.get(one.id):
            text = marked("Monitoring {wave}, in the reports on courses")
            yield Evidence(KEPT, text, {"wave": one.wave})
        elif _begun(facts, one):
            yield Evidence(AT_RISK, marked("Monitoring {wave} has no answer yet"), {"wave": one.wave})
        else:
            yield Evidence(NOT_YET, marked("Monitoring {wave} is not due yet"), {"wave": one.wave})


def _begun(facts: Facts, instrument: Instrument) -> bool:
    """Tell whether the day of a survey has come in any course; that of a sample is the warning before its end."""
    spans = list(wave_spans(facts.registry.courses, instrument).values())
    days = [span.warns for span in (spans if instrument.least_percent is None else [sample_span(spans)])]
    return any(day is not None and facts.today >= day for day in days)


def sample_coverage(facts: Facts) -> Iterator[Evidence]:
    """Look how far the sample wave reached in each direction (¶10)."""
    if not facts.coverage:
        yield Evidence(BROKEN, marked("no questionnaire that asks a sample"))
    for found in facts.coverage:
        yield from _reached(facts, found)


def _reached(facts: Facts, found: Coverage) -> Iterator[Evidence]:
    rows = found.directions.rows()
    shown = [row for row in rows if not row["is_hidden"]]
    n_reached = sum(row["is_least_reached"] is True for row in shown)
    if n_reached:
        told: dict[str, Value] = {"n": n_reached, "all": len(rows)}
        yield Evidence(KEPT, marked("Directions that reached the least share: {n} of {all}"), told)
    if not rows:
        yield Evidence(NOT_YET, marked("Nobody who completed a course is known yet."))
    ends = _ends(facts, found.instrument)
    under = [_name(row) for row in shown if row["is_least_reached"] is False]
    yield from _short(facts, marked("Directions under the least share: {n} ({list}); until {day}"), under, ends)
    hidden = [_name(row) for row in rows if row["is_hidden"]]
    text = marked("Directions with too few answers to be told: {n} ({list}); until {day}")
    for told_of in _short(facts, text, hidden, ends):
        yield told_of._replace(weight=min(told_of.weight, AT_RISK, key=(NOT_YET, AT_RISK, BROKEN).index))


def _name(row: dict[str, Any]) -> str:
    return str(row["scope_id"]) or NO_DIRECTION


def _ends(facts: Facts, instrument: Instrument) -> dict[str, Span]:
    """Return by direction when its sample wave is near and when it is over."""
    rows = facts.deadlines
    own = rows[(rows["scope"] == "direction") & (rows["instrument_id"] == instrument.id) & (rows["step"] == WAVE)]
    dated = own[own["due_on"].notna()]
    return {
        str(row["scope_id"]) or NO_DIRECTION: sample_span([Span(row["opens_on"].date(), row["closes_on"].date())])
        for row in dated.to_dict("records")
    }


def _short(facts: Facts, phrase: str, names: list[str], ends: dict[str, Span]) -> Iterator[Evidence]:
    """Yield the directions that are short of answers, together as far as their time stands alike."""
    for weight in (BROKEN, AT_RISK, NOT_YET):
        spans = {name: ends[name] for name in names if name in ends and _weight(facts.today, ends[name]) == weight}
        days = [span.closes for span in spans.values() if span.closes]
        if days:
            yield Evidence(weight, phrase, {"n": len(spans), "list": tuple(sorted(spans)), "day": min(days)})


def _weight(today: date, span: Span) -> str:
    """Return how grave it is that answers are missing: nothing before the half year of the warning."""
    if span.closes is None or span.warns is None:
        return NOT_YET
    return BROKEN if today > span.closes else AT_RISK if today >= span.warns else NOT_YET
