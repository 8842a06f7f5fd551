"""The report on a training direction: its programmes, their response, coverage and criteria (¶10, ¶14)."""

from typing import Any

import pandas as pd

from coursewaves.analysis.coverage import MORE_ANSWERS, NOBODY
from coursewaves.pages.pieces import Html, Section, Sections, paragraph, table
from coursewaves.pages.present import runs_figure, scores_figure
from coursewaves.phrases import marked
from coursewaves.reports_of.alike import days_of, in_short, methods_of
from coursewaves.reports_of.archived import archived_table, with_archived
from coursewaves.reports_of.frame import end_of, front_of
from coursewaves.reports_of.levels import levels_table
from coursewaves.reports_of.reach import small_courses
from coursewaves.reports_of.response import open_table
from coursewaves.sections.factors import chance
from coursewaves.survey.instruments import Instrument
from coursewaves.views.opening import DirectionView

VERDICTS = {
    "low": marked("low-rated"),
    "not low": marked("not low-rated"),
    "cannot say yet": marked("cannot be said yet"),
    "watched": marked("to be watched: one run alone"),
}


def front(view: DirectionView) -> Section:
    """Say which direction is reported, from which courses (¶1-3)."""
    title = view.say("Effectiveness of the training direction: {title}", title=view.title("directions", view.direction))
    facts = [
        (view.say("Direction"), view.direction_id),
        (view.say("Programmes"), view.phrases.number(len(view.programmes))),
        (view.say("Runs"), view.phrases.number(len(view.courses))),
        (view.say("Dates"), days_of(view, view.courses)),
    ]
    purpose = view.say(
        "Analytical report on the courses of one training direction, made from the surveys of their participants as "
        "the regulation on monitoring prescribes (paragraphs 10 and 14)."
    )
    return front_of(view, title, facts, purpose)


def summary(view: DirectionView) -> Section:
    """Sum the report up from the same numbers that its sections show (¶14)."""
    number = view.phrases.number
    rests = view.say(
        "Programmes with courses: {n}; with {minimum} ratings or more: {rated}.", n=number(len(view.programmes)),
        minimum=number(view.least("means")), rated=number(len(view.verdicts.shown())),
    )  # fmt: skip
    rests = with_archived(view, rests, "programme_id", _programmes(view))
    told = [rests, *(_by_verdict(view) if view.year.survey.ratings else [])]
    told += [sentence for wave in _samples(view) for sentence in [_covered(view, wave)]]
    return in_short(view, [10, 14], [*told, _ends(view), _decision(view)])


def _programmes(view: DirectionView) -> tuple[str, ...]:
    """Return the ids of all programmes of the direction, those of which no course is left too."""
    rows = view.year.registry.programmes
    return tuple(rows.loc[rows["direction_id"] == view.direction_id, "programme_id"])


def _titles(view: DirectionView) -> dict[str, str]:
    rows = view.programmes.to_dict("records")
    return {str(row["programme_id"]): f"{view.title('programmes', row)} ({row['programme_id']})" for row in rows}


def _standing(row: dict[str, Any]) -> str:
    """Return a programme's verdict, or that it is watched."""
    return "watched" if row["is_watched"] else str(row["verdict"])


def _by_verdict(view: DirectionView) -> list[str]:
    """Name the programmes by their verdict, in the order of their ids."""
    texts = {
        "low": marked("Low-rated (¶16): {list}."),
        "not low": marked("Not low-rated: {list}."),
        "cannot say yet": marked("Not distinguishable from the threshold: {list}."),
        "watched": marked("To be watched, after one run alone: {list}."),
    }
    names, told = _titles(view), []
    for standing, text in texts.items():
        found = [names[row["programme_id"]] for row in view.verdicts.shown() if _standing(row) == standing]
        if found:
            told.append(view.say(text, list="; ".join(found)))
    return told


def _ends(view: DirectionView) -> str:
    """Name the criteria that are rated highest and lowest in the direction."""
    survey = view.year.survey
    if not survey.ratings:
        return ""
    rating = survey.ratings[0]
    shown = sorted(view.means(rating.instrument, tuple(rating.criteria)).shown(), key=lambda row: float(row["mean"]))
    if len(shown) < 2:
        return ""
    return view.say(
        "Rated highest: {best} ({high}); rated lowest: {worst} ({low}).",
        best=view.wording(survey.criterion(shown[-1]["name"])),
        high=view.phrases.number(shown[-1]["mean"]),
        worst=view.wording(survey.criterion(shown[0]["name"])),
        low=view.phrases.number(shown[0]["mean"]),
    )


def _decision(view: DirectionView) -> str:
    low = [row for row in view.verdicts.shown() if row["verdict"] == "low"]
    if low:
        return view.say("To decide: a detailed factor analysis of the low-rated programmes (¶16).")
    rows = [row for wave in _samples(view) for row in _whole(view, wave) if not row["reason"]]
    if not all(row["is_least_reached"] is True for row in rows):
        return view.say("To decide: whom to ask once more, until the least share is reached (¶10).")
    return view.say("To decide: the ratings ask for no decision.")


def programmes(view: DirectionView) -> Sections:
    """Set the programmes side by side against the threshold, by their ids (¶14, ¶16); none without a rating."""
    if not view.year.survey.ratings:
        return Sections()
    say, names = view.say, _titles(view)
    head = [say("Programme"), say("Runs"), say("Ratings"), say("Mean, 0–100 (80 % interval)")]
    head += [say("Probability that it lies below the threshold"), say("Verdict")]
    lines = [_line(view, names, row) for row in view.verdicts.rows()]
    drawn = runs_figure(
        view, view.verdicts, say("Programmes of this direction, with 80 % intervals"), key="programme_id"
    )
    note = say(
        "Programmes stand in the order of their codes and are no ranking; intervals that overlap much speak of "
        "programmes that are not distinguishable."
    )
    parts = [drawn, table(say("Programmes against the threshold"), head, lines), paragraph(note, "note")]
    return Sections([Section("programmes", say("Ratings of the programmes"), [14, 16], parts)])


def _line(view: DirectionView, names: dict[str, str], row: dict[str, Any]) -> list[str]:
    phrases, name = view.phrases, names[row["programme_id"]]
    if row["is_hidden"]:
        return [name, "–", f"<{view.verdicts.minimum}", "–", "–", "–"]
    mean = f"{phrases.number(row['mean'])} ({phrases.interval(row['low'], row['high'])})"
    if row["low"] != row["low"]:  # all ratings alike: no interval, no verdict
        return [name, phrases.number(row["n_runs"]), phrases.number(row["n"]), phrases.number(row["mean"]), "–", "–"]
    counts = [phrases.number(row["n_runs"]), phrases.number(row["n"])]
    verdict = VERDICTS[_standing(row)]
    return [name, *counts, mean, chance(view, row["probability"]), view.say(verdict)]


def response(view: DirectionView) -> Section:
    """Show invited and answered by programme and wave (¶5)."""
    say, waves, names = view.say, view.year.survey.waves(), _titles(view)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in view.answered.rows():
        found.setdefault(str(row["programme_id"]), {})[row["instrument_id"]] = row
    lines = [[names[name], *(_answered(view, cells.get(wave.id)) for wave in waves)] for name, cells in found.items()]
    head = [say("Programme"), *(view.wave_name(wave) for wave in waves)]
    caption = say("Answers by programme and wave, and their share of the invited")
    note = say(
        "Courses with fewer than {minimum} answers in a wave are left out on both sides.",
        minimum=view.phrases.number(view.least("counts")),
    )
    parts = [table(caption, head, lines), paragraph(note, "note"), open_table(view, set(view.courses["course_id"]))]
    parts.append(archived_table(view, "programme_id", _programmes(view)))
    return Section("response", say("Who answered"), [5], parts)


def _answered(view: DirectionView, row: dict[str, Any] | None) -> str:
    if row is None or row["is_hidden"]:
        return f"<{view.answered.minimum}"
    n, invited = view.phrases.number(row["n"]), row["n_invited"]
    is_known = pd.notna(invited) and row["n"] <= invited
    return f"{n} ({view.phrases.percent(row['n'] / invited)})" if is_known else n


def _samples(view: DirectionView) -> list[Instrument]:
    """Return the waves that ask a sample (¶10)."""
    return [wave for wave in view.year.survey.waves() if wave.least_percent is not None]


def _whole(view: DirectionView, wave: Instrument) -> list[dict[str, Any]]:
    """Return the direction's own row of the coverage, where it may be shown."""
    return [row for row in view.coverage(wave.id).shown() if row["scope"] == "direction"]


def coverage(view: DirectionView) -> Sections:
    """Hold the answers to the sample waves against the share that the regulation asks for (¶10)."""
    return Sections(_coverage(view, wave) for wave in _samples(view))


def _coverage(view: DirectionView, wave: Instrument) -> Section:
    say, names = view.say, _titles(view)
    found = view.coverage(wave.id)
    head = [say("Programme"), say("Completed"), say("Answered"), say("Share of those who completed")]
    head += [
        say("Missing to {share}", share=view.phrases.percent(percent / 100)) for percent in _percents(found.rows())
    ]
    lines = [_covered_line(view, names, row) for row in found.rows()]
    title = say("Coverage: {wave}", wave=view.wave_name(wave))
    listed = table(say("Answers of all who completed"), head, lines)
    parts = [paragraph(_covered(view, wave)), listed, paragraph(small_courses(view, found.rows()), "note")]
    return Section(f"coverage-{wave.id.lower()}", title, [10], parts)


def _percents(rows: list[dict[str, Any]]) -> list[int]:
    """Return the shares that a sample wave is held against: the least, and the one planned for."""
    return [int(rows[0][name]) for name in ("least_percent", "target_percent")] if rows else []


def _covered_line(view: DirectionView, names: dict[str, str], row: dict[str, Any]) -> list[str]:
    number = view.phrases.number
    name = names.get(row["scope_id"]) if row["scope"] == "programme" else view.say("The whole direction")
    completed = number(row["n_completed"])
    if row["is_hidden"]:
        return [str(name), completed, f"<{view.least('counts')}", "–", "–", "–"]
    missing = [_missing(view, row[column]) for column in ("n_to_least", "n_to_target")]
    return [str(name), completed, number(row["n"]), view.phrases.percent(row["share"], 1), *missing]


def _missing(view: DirectionView, n: Any) -> str:
    if pd.isna(n):
        return "–"
    return view.phrases.number(int(n)) if n else view.say("reached")


def _covered(view: DirectionView, wave: Instrument) -> str:
    """Say whether the direction reaches the least share and the one planned for."""
    found = next(iter(_whole(view, wave)), None)
    name = view.wave_name(wave)
    if found is None or found["reason"] in (NOBODY, MORE_ANSWERS) or pd.isna(found["is_least_reached"]):
        return view.say("{wave}: the coverage of the direction can't be said.", wave=name)
    texts = {
        (True, True): marked(
            "{wave}: {n} of {all} who completed answered ({share}); {least} and {target} are reached."
        ),
        (True, False): marked(
            "{wave}: {n} of {all} who completed answered ({share}); {least} is reached, {target} is not."
        ),
        (False, False): marked(
            "{wave}: {n} of {all} who completed answered ({share}); the least share of {least} (¶10) is not reached."
        ),
    }
    phrases = view.phrases
    phrase = texts[bool(found["is_least_reached"]), found["is_target_reached"] is True]
    return view.say(
        phrase,
        wave=name,
        n=phrases.number(found["n"]),
        all=phrases.number(found["n_completed"]),
        share=phrases.percent(found["share"], 1),
        least=phrases.percent(found["least_percent"] / 100),
        target=phrases.percent(found["target_percent"] / 100),
    )


def criteria(view: DirectionView) -> Sections:
    """Show the criteria of every questionnaire over the direction, and programme by programme (¶14)."""
    sections = [_criteria(view, wave) for wave in view.year.survey.waves()]
    return Sections(section for section in sections if section.parts)


def _criteria(view: DirectionView, wave: Instrument) -> Section:
    survey, given = view.year.survey, view.given(wave.id)
    names = {one.id: view.wording(one) for one in survey.criteria if one.kind == "criterion" and one.id in given}
    named, keys = view.wave_name(wave), tuple(names)
    title = view.say("Criteria by programme: {wave}", wave=named)
    means = view.means(wave.id, keys)
    parts: list[Html] = []
    if means.shown():
        caption = view.say("Mean scores over the direction, 0–100, with 95 % intervals ({wave})", wave=named)
        sides = (view.say("this direction"), view.say("other directions"))
        parts.append(
            scores_figure(view, means, names.__getitem__, caption, view.other_means(wave.id, keys), sides=sides)
        )
        listed = view.say("Mean scores by programme, 0–100 ({wave})", wave=named)
        by_programme = view.means_by("programme_id", wave.id, keys)
        parts += levels_table(view, by_programme, names, view.say("Programme"), listed)
    return Section(f"criteria-{wave.id.lower()}", title, [14], parts)


def methods(view: DirectionView) -> Section:
    """Explain how the numbers were made (¶14)."""
    return methods_of(view)


def end_of_report(view: DirectionView) -> Section:
    """Close the report; only a report that runs to here is published."""
    return end_of(view)
