"""The problems of the raw files: every one with its place, its rule and what to do, and how to mend them."""

from pathlib import Path

import pandas as pd

from coursewaves.explore.board import ALL, Board, Chosen, Offer, Offers, Pane, spoken
from coursewaves.explore.dress import link_to
from coursewaves.lookup import list_problems
from coursewaves.pages.pieces import Html, Section, bullets, heading, paragraph, table
from coursewaves.processed.year import open_year
from coursewaves.reading.problem_book import HOW, rules
from coursewaves.views.opening import YearView


def problem_board(home: str | Path = "", language: str = "") -> Board:
    """Open the problems of the raw files; see `coursewaves.explore.year_board` for the parameters."""
    year = open_year(home)
    return Board("problems", year, spoken(year, language), _menus, _show)


def _menus(view: YearView) -> Offers:
    problems = view.year.problems
    counts = problems["rule"].value_counts().sort_index()
    named = [(f"{rule}: {_meaning(view, str(rule))} ({count})", str(rule)) for rule, count in counts.items()]
    rule = yield Offer("rule", view.say("Rule"), [(view.say("All rules"), ALL), *named])
    of_rule = problems[problems["rule"] == rule] if rule else problems
    files = [(name, name) for name in sorted(of_rule["file"].unique())]
    yield Offer("file", view.say("File"), [(view.say("All files"), ALL), *files])


def _show(view: YearView, chosen: Chosen) -> list[Pane]:
    found = list_problems(view.year, str(chosen["rule"]), str(chosen["file"]), view.phrases.language)
    told = view.say("Problems listed: {n} of {all}.", n=len(found), all=len(view.year.problems))
    section = Section("problems", "", [], [paragraph(told)])
    return [
        Pane(view.say("Problems"), section, {"problems": found}, _listed(view, found)),
        Pane(view.say("By rule"), *_by_rule(view)),
        Pane(view.say("How to mend"), _how(view)),
    ]


def _listed(view: YearView, found: pd.DataFrame) -> pd.DataFrame:
    say = view.say
    heads = {
        "file": say("File"), "row": say("Row"), "column": say("Column"), "rule": say("Rule"),
        "meaning": say("What it means"), "to_do": say("What to do"), "header": say("Header"), "seen": say("Seen"),
        "done": say("Done"), "fix": say("Fix"),
    }  # fmt: skip
    rows = found["row"].astype("str").replace("0", "")
    return found[list(heads)].assign(row=rows).rename(columns=heads)


def _by_rule(view: YearView) -> tuple[Section, dict[str, pd.DataFrame]]:
    counts = view.year.problems["rule"].value_counts().sort_index()
    rows = [[str(rule), view.phrases.number(count), _meaning(view, str(rule)), _to_do(view, str(rule))]
            for rule, count in counts.items()]  # fmt: skip
    head = [view.say("Rule"), view.say("Problems"), view.say("What it means"), view.say("What to do")]
    caption = view.say("Problems by rule")
    made = table(caption, head, rows, "prose") or paragraph(view.say("There is no problem."))
    return Section("rules", "", [], [made]), {"rules": counts.rename_axis("rule").reset_index(name="n")}


def _how(view: YearView) -> Section:
    """Say how the workbook of problems mends cells, and how headers are accepted."""
    say, home, language = view.say, view.year.home, view.phrases.language
    book = home.problem_book
    parts = [heading(say("Cells and records: the workbook of problems")), bullets(HOW.get(language, HOW["en"]))]
    if book.is_file():
        parts.append(Html(f"<p>{link_to(book, book.relative_to(home.root).as_posix())}</p>"))
    accepted = say(
        "A header that no question has is proposed and never taken. If the proposal is right, whoever looks after the "
        "program accepts it once, for all files, with: {command}",
        command="coursewaves check --accept FILE:COLUMN",
    )
    again = say("Raw files are never changed. After mending, load them again: {command}", command="coursewaves load")
    parts += [heading(say("Headers: other names of questions")), paragraph(accepted), heading(say("Then"))]
    return Section("how", "", [], [*parts, paragraph(again)])


def _meaning(view: YearView, rule: str) -> str:
    return _in(rules().get(rule, {}).get("means", {}), view)


def _to_do(view: YearView, rule: str) -> str:
    return _in(rules().get(rule, {}).get("do", {}), view)


def _in(texts: dict[str, str], view: YearView) -> str:
    return texts.get(view.phrases.language) or texts.get("en", "")
