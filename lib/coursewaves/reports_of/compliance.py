"""The regulation paragraph by paragraph (¶1-22): what answers each, and what the loaded data still lack."""

from typing import NamedTuple

from coursewaves.opening import YearView
from coursewaves.page import Section, paragraph, table
from coursewaves.phrases import marked
from coursewaves.reports_of.dates import missing_waves, receipts_lacking
from coursewaves.reports_of.reach import coverages
from coursewaves.sections.methods import account_words
from coursewaves.stats.verdicts import LOW


class _Line(NamedTuple):
    """One row of the table; `asks` and `answer` are phrases that are filled already, `missing` may be empty."""

    numbers: str
    asks: str
    answer: str
    missing: str = ""


def compliance(view: YearView) -> Section:
    """List every paragraph of the regulation, what answers it, and what is missing."""
    say = view.say
    head = [say("Paragraph"), say("What answers it"), say("What is missing")]
    lines = [
        [f"¶{line.numbers}. {line.asks}", line.answer, line.missing or say("nothing known of")]
        for line in [*_surveys(view), *_work(view), *_councils(view), *_keeping(view)]
    ]
    note = say(
        "Only what can be seen in the loaded data is judged; what is done outside of this program is not known here."
    )
    parts = [table(say("The regulation, paragraph by paragraph"), head, lines, "prose"), paragraph(note, "note")]
    return Section("compliance", say("Compliance with the regulation (¶1–22)"), [], parts)


def _surveys(view: YearView) -> list[_Line]:
    """Paragraphs 1-10: what is asked of whom."""
    say, survey, number = view.say, view.year.survey, view.phrases.number
    n_missing, n_over = missing_waves(view)
    unanswered = say("Surveys that nobody answered in time: {n}", n=number(n_missing)) if n_missing else ""
    found = [
        _Line("1–3", say("Who, by what right and why"), say("Front matter of every report")),
        _Line("4", say("Criteria of the evaluation"), say("Criteria in this report: {n}", n=_n_criteria(view))),
        _Line(
            "5", say("Three surveys of every course"), say("Surveys that are over: {n}", n=number(n_over)), unanswered
        ),
        _Line("6", say("Questionnaires by criteria and indicators"), _questionnaires(view), _unreviewed(view)),
    ]
    asks = {
        7: marked("Reasons, purpose, expectations"),
        8: marked("Fit, knowledge, novelty, usefulness, satisfaction"),
        9: marked("Application in practice"),
    }
    for place, text in asks.items():
        instruments = [one for one in survey.waves() if place in one.paragraphs]
        names = "; ".join(view.wave_name(one) for one in instruments)
        answer = say("{list} in the reports on courses", list=names) if names else ""
        found.append(_Line(str(place), say(text), answer, "" if names else say("no questionnaire")))
    return [
        *found,
        _Line("10", say("A sample of those who completed"), say("Coverage, sampling plan"), _uncovered(view)),
    ]


def _n_criteria(view: YearView) -> str:
    return view.phrases.number(sum(one.kind == "criterion" for one in view.year.survey.criteria))


def _questionnaires(view: YearView) -> str:
    n = view.phrases.number(len(view.year.survey.waves()))
    return view.say("Questionnaires: {n}; their quality has a report of its own", n=n)


def _unreviewed(view: YearView) -> str:
    n = sum(not one.reviewed for one in view.year.survey.waves())
    text = view.say("Review of the wording by a native methodologist: {n}", n=view.phrases.number(n))
    return text if n else ""


def _uncovered(view: YearView) -> str:
    """Count the directions of which it is known that the least share is not reached; a hidden one has too few."""
    rows = [row for found in coverages(view) for row in found.directions.rows()]
    n = sum(row["is_hidden"] or row["is_least_reached"] is False for row in rows)
    return view.say("Directions under the least share: {n}", n=view.phrases.number(n)) if n else ""


def _work(view: YearView) -> list[_Line]:
    """Paragraphs 11-14: what the institute's staff do."""
    say, number = view.say, view.phrases.number
    year = view.year
    asked, answered = set(year.registry.courses["course_id"]), set(year.responses["course_id"])
    silent = len(asked - answered)
    silence = say("Courses without any answer: {n}", n=number(silent)) if silent else ""
    lacking = receipts_lacking(view)
    receipt = say("Days of receipt that are not recorded: {n}", n=number(lacking)) if lacking else ""
    files = say(
        "Files: {files}; records read: {n}",
        files=number(len(year.files)),
        n=account_words(view, view.pooled.accounted)[0],
    )
    reports = say("Reports by course, topic, direction, programme and centre")
    return [
        _Line("11–12", say("Questionnaires, survey, letters, processing"), files, silence),
        _Line("13", say("Fifteen working days"), say("Deadlines in this report; status page"), receipt),
        _Line("14", say("Analytical report by topics and courses"), reports),
    ]


def _councils(view: YearView) -> list[_Line]:
    """Paragraphs 15-20: what is discussed and decided."""
    say, registry, number = view.say, view.year.registry, view.phrases.number
    decisions, programmes = registry.decisions, view.rated.programmes
    low = set(programmes.loc[programmes["verdict"] == LOW, "programme_id"]) if len(programmes) else set()
    undecided = sorted(low - set(decisions["programme_id"]))
    n_smc, n_academic = (int((decisions["council"] == name).sum()) for name in ("smc", "academic"))
    n_changes = int(decisions["kind"].str.startswith("change").sum())
    n_removed = int((decisions["kind"] == "remove_programme").sum())
    told = {"smc": number(n_smc), "academic": number(n_academic)}
    text = marked("Decisions recorded: scientific-methodological council {smc}, Academic Council {academic}")
    council = say(text, **told)
    open_ = say("Decision on the low-rated: {list}", list=", ".join(undecided)) if undecided else ""
    low_rated = say("Low-rated programmes: {n}; factor analysis", n=number(len(low)))
    topics = say("Factor analysis of topics; their trainers are named")
    return [
        _Line("15", say("Discussion at both councils"), council, "" if len(decisions) else say("any decision")),
        _Line("16", say("Factor analysis of low-rated programmes"), low_rated),
        _Line("17", say("Data base of the analysis"), say("Registry of the institute"), _empty_tables(view)),
        _Line("18", say("Topics of low-rated programmes"), topics, _without_trainer(view)),
        _Line("19", say("Changes of curriculum, topic, duration"), say("Recorded: {n}", n=number(n_changes)), open_),
        _Line("20", say("Removal of a programme"), say("Recorded: {n}", n=number(n_removed))),
    ]


def _empty_tables(view: YearView) -> str:
    names = {
        "programmes": marked("programmes"),
        "topics": marked("curriculum topics"),
        "trainers": marked("trainers"),
        "participants": marked("contingent"),
        "centres": marked("competence centres"),
    }
    empty = [view.say(text) for name, text in names.items() if not len(getattr(view.year.registry, name))]
    return ", ".join(empty)


def _without_trainer(view: YearView) -> str:
    n = int(view.year.registry.topics["trainer_id"].isna().sum())
    return view.say("Topics without a trainer: {n}", n=view.phrases.number(n)) if n else ""


def _keeping(view: YearView) -> list[_Line]:
    """Paragraphs 21-22: who is in charge, and the archive."""
    say, registry, number = view.say, view.year.registry, view.phrases.number
    handed, courses = set(registry.handovers["course_id"]), set(registry.courses["course_id"])
    kept = say("Handed over to the archive: {n} of {all}", n=number(len(handed & courses)), all=number(len(courses)))
    return [
        _Line("21", say("The head is in charge"), say("This report; status page")),
        _Line("22", say("Documents are kept for one year"), kept),
    ]
