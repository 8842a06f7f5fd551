"""Write what a sitting needs (¶15, ¶18-20): a docket and its reports go in, files by name come out, each as bytes."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from coursewaves.councils.agenda import Agenda, Item, council_name, make_agenda, programme_title
from coursewaves.councils.docket import LOW_TOPICS, Docket
from coursewaves.councils.excerpts import excerpt
from coursewaves.councils.invitations import INVITED, invitations
from coursewaves.councils.material import Report
from coursewaves.councils.wording import institute_of, worded
from coursewaves.deadlines.hearings.tasks import DECISION_KINDS
from coursewaves.documents import to_docx
from coursewaves.export.csvfile import guarded
from coursewaves.pages.own_templates import Paper
from coursewaves.pages.page_templates import fill_page
from coursewaves.pages.pieces import Html, Section, heading, paragraph, table
from coursewaves.publishing.report import page_css
from coursewaves.reading.delimited import joined
from coursewaves.registry.tables import columns_of

MEMBERS, CLERK = "members", "clerk"
"""What the members of the council are given, and what only its secretary needs: letters, register, minutes."""

EXCERPTS = {"course": ("summary",), "topic": ("summary",), "factors": ("summary", "proposals")}
"""Sections of each kind of report that the dossier repeats; the whole report lies beside it."""


class File(NamedTuple):
    """One file of a bundle: what it is, and its bytes."""

    what: str
    content: bytes


def make_papers(docket: Docket, reports: Sequence[Report], *, ask_participants: bool = False) -> dict[str, File]:
    """Return every file of a bundle by its path in it.

    Parameters
    ----------
    docket, reports
        What the sitting is about, and the pages of `coursewaves.councils.material.collect_reports`.
    ask_participants
        Whether the centres are asked to send participants to the scientific-methodological council too (¶15).
    """
    agenda, language = make_agenda(docket), docket.phrases.language
    drafts = worded(docket, "decisions", programmes=_programmes(docket))
    minutes = worded(docket, "minutes", items=_plain_items(agenda))
    pages = {
        f"{MEMBERS}/agenda.{language}": ("agenda", _paper(docket, _title(docket), [_agenda(docket, agenda)])),
        f"{MEMBERS}/dossier.{language}": ("dossier", _dossier(docket, agenda, reports, drafts)),
        f"{MEMBERS}/decisions.{language}": ("draft of decisions", drafts),
        f"{CLERK}/minutes.{language}": ("template of the minutes", minutes),
    }
    files = {f"{name}.docx": File(what, _docx(docket, paper)) for name, (what, paper) in pages.items()}
    for one in reports:
        copies = {one.path: one.content} | one.others
        files |= {f"{MEMBERS}/reports/{path}": File("report", content) for path, content in copies.items()}
    files[f"{MEMBERS}/low_topics.csv"] = File("low-rated topics", _csv(LOW_TOPICS, _rounded(docket.low_topics)))
    files[f"{CLERK}/hearings.csv"] = File("rows for the register", _hearings(docket))
    files[f"{CLERK}/decisions.csv"] = File("rows for the register", _decisions(docket))
    if docket.council == "smc":
        listed, letters = invitations(docket, ask_participants=ask_participants)
        files[f"{CLERK}/invitations.csv"] = File("invitation list", _csv(INVITED, listed))
        files |= {
            f"{CLERK}/{name}.{language}.docx": File("invitation", _docx(docket, paper))
            for name, paper in letters.items()
        }
    return dict(sorted(files.items()))


def page_of(docket: Docket, paper: Paper) -> str:
    """Return a paper as a whole page of HTML."""
    values = {"language": docket.phrases.language, "title": paper.title, "body": paper.body, "css": page_css()}
    return fill_page("councils/paper.html.j2", **values)


def _docx(docket: Docket, paper: Paper) -> bytes:
    return to_docx(page_of(docket, paper), docket.phrases.language, paper.title)


def _title(docket: Docket) -> str:
    told = {"council": council_name(docket), "day": docket.phrases.day(docket.day)}
    return docket.phrases.say("Agenda of the {council}, {day}", **told)


def _paper(docket: Docket, title: str, sections: Iterable[Section | Html]) -> Paper:
    """Head a paper for the members with its title, the institute and whom it is for."""
    note = docket.phrases.say("For the members of the council alone: it names trainers.")
    first = [heading(title, 1), paragraph(institute_of(docket)), paragraph(note, "note")]
    parts = [one._repr_html_() if isinstance(one, Section) else one for one in sections]
    return Paper(title, Html("\n".join([*first, *parts])))


def _agenda(docket: Docket, agenda: Agenda) -> Section:
    say = docket.phrases.say
    head = [say("What is heard"), say("Paragraph"), say("Remark")]
    parts: list[Html] = []
    for title, items, empty in (
        (say("Reports on courses and topics"), agenda.reports, say("No report is to be heard.")),
        (say("Factor analyses of low-rated programmes"), agenda.factors, say("No factor analysis is to be heard.")),
        (say("Proposals and earlier decisions"), agenda.decisions, say("Nothing is to be decided.")),
    ):
        lines = [[f"{one.number}. {one.text}", one.paragraphs, one.note] for one in items]
        parts += [table(title, head, lines, "prose")] if lines else [heading(title), paragraph(empty)]
    left_out = docket.left_out["subject_id"].tolist()
    if left_out:
        text = say("Not heard yet, their results are still in work (¶13): {list}.", list=", ".join(left_out))
        parts.append(paragraph(text))
    return Section("agenda", say("Agenda"), [15, 18, 19, 20], parts)


def _plain_items(agenda: Agenda) -> list[dict[str, Any]]:
    return [item._asdict() for item in agenda.items]


def _dossier(docket: Docket, agenda: Agenda, reports: Sequence[Report], drafts: Paper) -> Paper:
    """Put agenda, summaries, low-rated topics and drafts into one document."""
    say = docket.phrases.say
    heard: list[Item] = [*agenda.reports, *agenda.factors]
    told: list[Html] = []
    for item, report in zip(heard, reports, strict=True):
        told.append(heading(f"{item.number}. {item.text}"))
        names = EXCERPTS[report.kind]
        told += [excerpt(report.page, name, has_heading=name != "summary") for name in names]
    sections = [
        _agenda(docket, agenda),
        Section("summaries", say("What the reports say in short"), [14, 16], told),
        _low_topics(docket),
    ]
    title = say("Dossier of the {council}, {day}", council=council_name(docket), day=docket.phrases.day(docket.day))
    has_drafts = len(docket.factors) > 0
    return _paper(docket, title, [*sections, *([drafts.body] if has_drafts else [])])


def _low_topics(docket: Docket) -> Section:
    """List the low-rated topics with those who teach them (¶18)."""
    say, phrases = docket.phrases.say, docket.phrases
    title = say("Low-rated topics and those who teach them")
    if docket.low_topics.empty:
        return Section(
            "low-topics", title, [18], [paragraph(say("No topic is surely less useful than the threshold."))]
        )
    head = [say("Topic"), say("Programme"), say("Usefulness, 0–100 (95 %)"), say("Answers"), say("Trainer")]
    lines = [
        [f"{row['number']}. {row['title']}", programme_title(docket, row["programme_id"]),
         f"{phrases.number(row['mean'])} ({phrases.interval(row['low'], row['high'])})", phrases.number(row["n"]),
         row["trainer"] or "–"]
        for row in docket.low_topics.to_dict("records")
    ]  # fmt: skip
    return Section("low-topics", title, [18], [table(title, head, lines, "prose")])


def _programmes(docket: Docket) -> list[dict[str, Any]]:
    return [_programme(docket, name) for name in docket.factors["programme_id"]]


def _programme(docket: Docket, programme_id: str) -> dict[str, Any]:
    """Return what a draft of decisions says of a programme; ``n_changes`` were decided before (¶20: only later)."""
    registry, decisions = docket.year.registry, docket.year.registry.decisions
    own = decisions[(decisions["programme_id"] == programme_id) & (decisions["council"] == "academic")]
    earlier = own[own["kind"].str.startswith("change") & (own["decided_on"] < pd.Timestamp(docket.day))]
    topics = docket.low_topics[docket.low_topics["programme_id"] == programme_id].to_dict("records")
    return {
        "id": programme_id,
        "title": programme_title(docket, programme_id),
        "hours": docket.phrases.number(registry.programme(programme_id)["hours"]),
        "topics": [{"title": row["title"], "trainer": row["trainer"]} for row in topics],
        "n_changes": docket.phrases.number(len(earlier)),
        "kinds": list(DECISION_KINDS),
    }


def _hearings(docket: Docket) -> bytes:
    """Return the rows that the register of hearings gets, their outcome left to the secretary."""
    rows = [{"kind": kind, "subject_id": name, "council": docket.council, "held_on": docket.day.isoformat()}
            for kind, name in docket.heard]  # fmt: skip
    return _csv(columns_of("hearings"), pd.DataFrame(rows, columns=columns_of("hearings")))


def _decisions(docket: Docket) -> bytes:
    """Return a row for each decision that the council may take (¶19-20); those that it did not are deleted."""
    cases = [(name, kind) for name in docket.factors["programme_id"] for kind in DECISION_KINDS]
    rows = [{"decision_id": f"{docket.council}-{docket.day}-{place}", "programme_id": name, "kind": kind,
             "decided_on": docket.day.isoformat(), "council": docket.council}
            for place, (name, kind) in enumerate(cases, 1)]  # fmt: skip
    return _csv(columns_of("decisions"), pd.DataFrame(rows, columns=columns_of("decisions")))


def _rounded(low_topics: pd.DataFrame) -> pd.DataFrame:
    figures = {name: low_topics[name].map(lambda value: f"{value:.1f}") for name in ("mean", "low", "high")}
    return low_topics.assign(**figures)


def _csv(columns: Sequence[str], rows: pd.DataFrame) -> bytes:
    """Write a table as CSV in which no cell begins a formula."""
    cells = rows[list(columns)].itertuples(index=False)
    lines = [["" if pd.isna(cell) else guarded(str(cell)) for cell in row] for row in cells]
    return joined([columns, *lines]).encode("utf-8-sig")
