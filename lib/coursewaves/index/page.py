"""Lay the index out: a year and a day go in, one HTML page that asks for nothing comes out.

The page is whole without its script, which only hides what is not searched for. Both the script and the style are
let through by their hashes, so that no text could ever add to them.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import pandas as pd
from jinja2 import Environment, FileSystemLoader

from coursewaves.deadlines.table import deadlines
from coursewaves.index.filters import filters_of, languages_of
from coursewaves.index.groups import group_programmes, list_subjects
from coursewaves.index.published import published
from coursewaves.index.rows import COURSE, Row, Rows, minimum_of
from coursewaves.pages.page_templates import TEMPLATES, template_text
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import read_manifest
from coursewaves.publishing.report import page_css

OPEN_UP_TO = 60
"""So many courses are listed at once; with more, each programme shows its own when it is opened."""


def index_page(year: Year, today: date, found: pd.DataFrame | None = None) -> str:
    """Return the page that lists every report and course, in the institute's first language.

    `found` are the deadlines of the day, where they are known already.

    Raises
    ------
    CoursewavesError
        Where the manifest or the last status is damaged.
    """
    phrases = Phrases(year.settings.languages[0])
    links = published(read_manifest(year.home), year.settings, phrases)
    rows = Rows(year, phrases, links, deadlines(year, today) if found is None else found)
    lists, groups = list_subjects(rows), group_programmes(rows)
    every = [row for found in [*(found for _, found in lists), *(group.rows for group in groups)] for row in found]
    waves = [phrases.say("Monitoring {wave}", wave=instrument.wave) for instrument in year.survey.waves()]
    words = _words(rows, today)
    style = page_css() + template_text("index.css") + _style_of(languages_of(rows, every), words, waves)
    script = template_text("index.js")
    page: str = _environment().get_template("index.html.j2").render(
        language=phrases.language, words=words, facts=_facts(phrases, every), filters=filters_of(rows, every),
        waves=waves, lists=lists, groups=groups, is_empty=not every,
        is_open=sum(len(group.courses) for group in groups) <= OPEN_UP_TO, style=style, script=script,
        style_hash=_hash(style), script_hash=_hash(script), institute=year.settings.institute.get(phrases.language, ""),
    )  # fmt: skip
    return page


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _hash(text: str) -> str:
    """Return the hash by which a content policy knows an inline script or style.

    >>> _hash("")
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _facts(phrases: Phrases, every: Sequence[Row]) -> list[tuple[str, str]]:
    """Return how many reports and courses there are, and what needs somebody."""
    say = phrases.say
    courses = [row for row in every if row.marks.startswith(f"{COURSE} ")]
    counted = {
        say("Reports"): sum(len(row.links) for row in every),
        say("Courses"): len(courses),
        say("Stale reports"): sum(bool(link.mark) for row in every for link in row.links),
        say("Courses without a report"): sum(row.marks.split()[3] == "unmade" for row in courses),
        say("Courses with an overdue deadline"): sum(bool(row.deadline and row.deadline.late) for row in courses),
    }
    return [(name, phrases.number(count)) for name, count in counted.items()]


def _words(rows: Rows, today: date) -> dict[str, str]:
    say = rows.phrases.say
    return {
        "title": say("Reports on the effectiveness of courses"),
        "lead": say("As of {day}", day=rows.phrases.day(today)),
        "small": say("Answers by wave; a number under {minimum} is not shown.", minimum=minimum_of(rows.year)),
        "skip": say("To the reports"),
        "search": say("Search: title, programme, centre, code or date"),
        "filters": say("Search and choose"),
        "all": say("Show all"),
        "found": say("Reports shown: {shown} of {total}", shown="{shown}", total="{total}"),
        "none": say("No report fits. Fewer words, or other choices, find more."),
        "course": say("Course"),
        "report": say("Report"),
        "next": say("Due next"),
        "made": say("Report made"),
        "programmes": say("Programmes and their courses"),
        "reports": say("Reports: {count}", count="{count}"),
        "empty": say("No course and no report is known yet."),
    }


def _style_of(languages: Sequence[str], words: dict[str, str], waves: Sequence[str]) -> str:
    """Return the rules that depend on languages and words: which links a choice hides, and labels on a phone."""
    hide = "".join(f'main[data-language="{one}"] .r:not([lang="{one}"]){{display:none}}\n' for one in languages)
    heads = [words["report"], *waves, words["next"], words["made"]]
    labels = "".join(
        f'.courses td:nth-of-type({place})::before{{content:"{_css_text(head)}"}}\n'
        for place, head in enumerate(heads, 1)
    )
    return f"{hide}@media screen and (max-width:46rem){{\n{labels}}}\n"


def _css_text(text: str) -> str:
    r"""Write a text as it stands between quotes in a style: all but letters and figures by their numbers.

    >>> _css_text('a"</b')
    'a\\22 \\3c \\2f b'
    """
    return "".join(sign if sign.isalnum() else f"\\{ord(sign):x} " for sign in text)
