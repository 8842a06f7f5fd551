"""Quality of the intake (¶12-13): every file and record accounted for, and what is to be mended; no cell's words."""

from typing import Any

import pandas as pd

from coursewaves.disclosure import Disclosed
from coursewaves.intake.responses import OUTCOMES
from coursewaves.pages.pieces import Html, Section, bullets, paragraph, table
from coursewaves.partitions.accounts import band, counted_by_file
from coursewaves.reading.problem_book import rules
from coursewaves.reports_of.frame import end_of, front_of
from coursewaves.reports_of.response import open_table
from coursewaves.sections.methods import account_words
from coursewaves.views.opening import YearView
from coursewaves.views.subject import Subject, once

MENDED = ["n_set_aside", "n_duplicate", "n_outside_window"]
"""Records of a file that no report counts, each for a reason that is told."""


def front(view: YearView) -> Section:
    """Say what was read (¶12)."""
    files = view.year.files
    told = [(view.say("Files"), view.phrases.number(len(files))),
            (view.say("Records read"), account_words(view, view.pooled.accounted)[0])]  # fmt: skip
    about = view.say(
        "What became of every file and record that was read, as paragraphs 12 and 13 of the regulation ask of those "
        "who process the results. No answer is repeated here."
    )
    return front_of(view, view.say("Quality of the intake"), told, about)


def end_of_report(view: YearView) -> Section:
    """Close the report."""
    return end_of(view)


def in_short(view: YearView) -> Section:
    """Sum the intake up in at most seven sentences (¶12-13)."""
    account, say, number = view.pooled.accounted, view.say, view.phrases.number
    told = [say(
        "Of {read} records in {files} files {kept} were kept ({share}); every other one has its reason.",
        read=account_words(view, account)[0], files=number(account.n_files), kept=number(account.sums["kept"]),
        share=_share(view, account.sums["kept"], account.read[1]),
    )]  # fmt: skip
    lost = account.read[1] - account.sums["kept"]
    found = _by_rule(view.year.problems)
    if len(found):
        most = found.sort_values(["n", "rule"], ascending=[False, True]).iloc[0]
        text = say("Most frequent remark: {what} ({rule}), {n}.", what=_means(view, most["rule"]), rule=most["rule"],
                   n=number(most["n"]))  # fmt: skip
        told.append(text)
    silent = sorted(set(view.year.registry.courses["course_id"]) - set(view.year.received["course_id"]))
    if silent:
        told.append(say("Courses of which no answer was kept: {list}.", list=", ".join(silent)))
    mend = say("To decide: who mends the remarks in the workbook of problems, and loads the files anew.")
    told.append(mend if lost or len(found) else say("To decide: nothing; nothing is to be mended."))
    return Section("summary", say("In short"), [12, 13], [bullets(told)])


def _share(view: YearView, part: int, whole: int) -> str:
    return view.phrases.percent(part / whole) if whole else "–"


# Files ------------------------------------------------------------------------------------------------


def files(view: YearView) -> Section:
    """List every file with what became of its records; each line adds up to the records read (¶12).

    What was kept of a file is told in bands: one file holds one language, say, of one course; see
    `coursewaves.partitions.accounts.band`.
    """
    say, account = view.say, view.pooled.accounted
    head = [say("File"), say("Records read"), say("Kept"), say("Set aside"), say("Duplicates")]
    head.append(say("Outside the window"))
    read, others = account_words(view, account)
    sums = [view.phrases.number(n) for n in account.sums.values()]
    note = say(
        "What was kept of a file is told as a band of up to {width} numbers around it; the sum of all files counts "
        "waves of courses with enough answers. In small groups, or waiting: {others}. Who loads the files is told the "
        "exact numbers.",
        width=view.phrases.number(3 * view.least("counts")), others=others,
    )  # fmt: skip
    parts = [
        table(say("Files and their records"), head, [*_files(view), [say("All files"), read, *sums]]),
        paragraph(f"{read} = " + " + ".join([*sums, others]), "note"),
        paragraph(note, "note"),
        paragraph(_corrected(view), "note"),
        paragraph(_unequal(view), "warning"),
    ]
    return Section("files", say("Files and records"), [12, 13], parts)


def _files(view: YearView) -> list[list[str]]:
    year, minimum = view.year, view.least("counts")
    kept = counted_by_file(year.files, year.received, minimum)
    lines = []
    for row in year.files.sort_values("file").to_dict("records"):
        low, high = band(kept[str(row["file"])], minimum)
        others = [int(row[name]) for name in MENDED]
        bands = [f"{view.phrases.number(low + n)}–{view.phrases.number(high + n)}" for n in (sum(others), 0)]
        lines.append([_file(row), *bands, *map(view.phrases.number, others)])
    return lines


def _file(row: dict[Any, Any]) -> str:
    """Name a file, with the questionnaire that it holds."""
    return f"{row['file']} ({row['instrument_id']})" if row["instrument_id"] else str(row["file"])


def _corrected(view: YearView) -> str:
    files = view.year.files
    n = int(files["n_corrected"].sum()) if "n_corrected" in files else 0
    return view.say("Records corrected by workbooks of problems: {n}.", n=view.phrases.number(n)) if n else ""


def _unequal(view: YearView) -> str:
    """Name the files of which the sum is not what was read; there should be none, and the report would say so."""
    found = view.year.files
    names = found.loc[found["n_read"] != found[[f"n_{outcome}" for outcome in OUTCOMES]].sum(axis=1), "file"]
    return view.say("Not accounted for: {list}.", list=", ".join(names)) if len(names) else ""


# Rules ------------------------------------------------------------------------------------------------


def remarks(view: YearView) -> Section:
    """Count the remarks by rule, with their meaning and what to do (¶12-13)."""
    found, say = _by_rule(view.year.problems), view.say
    if found.empty:
        return Section("remarks", say("Remarks"), [12, 13], [paragraph(say("There is no remark."))])
    head = [say("Rule"), say("Remarks"), say("In files"), say("What to do")]
    lines = [
        [f"{_means(view, row['rule'])} ({row['rule']})", view.phrases.number(row["n"]),
         view.phrases.number(row["n_files"]), _rule(view, row["rule"], "do")]
        for row in found.to_dict("records")
    ]  # fmt: skip
    note = say(
        "One record may have several remarks. Each stands with file, row and column in the workbook of problems."
    )
    parts = [table(say("Remarks by rule"), head, lines, "prose"), paragraph(note, "note")]
    return Section("remarks", say("Remarks"), [12, 13], parts)


def _by_rule(problems: pd.DataFrame) -> pd.DataFrame:
    groups = problems.groupby("rule")["file"].agg(n="size", n_files="nunique")
    return groups.reset_index().sort_values("rule", ignore_index=True)


def _rule(view: YearView, rule: str, part: str) -> str:
    texts = rules().get(rule, {}).get(part, {})
    return str(texts.get(view.phrases.language) or texts.get("en", "")) or "–"


def _means(view: YearView, rule: str) -> str:
    return _rule(view, rule, "means")


def by_file(view: YearView) -> Section:
    """Say how many remarks of which rules each file has, so that a clerk knows where to begin (¶12)."""
    problems, say = view.year.problems, view.say
    lines = [
        [str(name), view.phrases.number(len(rows)), ", ".join(f"{rule} {n}" for rule, n in _counted(rows))]
        for name, rows in problems.groupby("file")
    ]
    none = paragraph(say("There is no remark.")) if not lines else Html("")
    head = [say("File"), say("Remarks"), say("Rules")]
    return Section(
        "by-file", say("What to mend, file by file"), [12], [table(say("Remarks by file"), head, lines), none]
    )


def _counted(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return [(str(rule), str(n)) for rule, n in rows["rule"].value_counts().sort_index().items()]


# Courses ----------------------------------------------------------------------------------------------


def courses(view: YearView) -> Section:
    """Count what was kept and what was not, course by course (¶12-13)."""
    say, number = view.say, view.phrases.number
    head = [say("Course"), say("Kept"), say("Duplicates"), say("Outside the window")]
    shown = _of_courses(view)
    lines = []
    for row in shown.rows():
        figures = [say("hidden: small group"), "–", "–"]
        if not row["is_hidden"]:
            figures = [number(row[name]) for name in ("n", "duplicate", "outside_window")]
        lines.append([row["course_id"], *figures])
    note = say("Records without a known course stand with the files alone.")
    opened = open_table(view, set(view.year.registry.courses["course_id"]))
    parts = [table(say("Records by course, all waves"), head, lines), paragraph(note, "note"), opened]
    return Section("courses", say("Courses"), [12, 13], parts)


@once
def _of_courses(subject: Subject) -> Disclosed:
    """Return the records of each course of the registry; hidden where one of its waves has too few forms."""
    found = subject.year.outcomes
    rows = [_course(str(name), found[found["course_id"] == name]) for name in
            sorted(subject.year.registry.courses["course_id"])]  # fmt: skip
    columns = ["course_id", "n", "n_least", "duplicate", "outside_window"]
    table = pd.DataFrame(rows, columns=columns)
    return subject.gate(table, "counts", ["course_id"], n=("n_least",))


def _course(course_id: str, rows: pd.DataFrame) -> dict[str, Any]:
    counts = rows.groupby("outcome")["n_forms"].sum()
    kept = rows.loc[rows["outcome"] == "kept", "n_forms"]
    told = {name: int(counts.get(name, 0)) for name in ("duplicate", "outside_window")}
    return {"course_id": course_id, "n": int(kept.sum()), "n_least": int(kept.min()) if len(kept) else 0} | told
