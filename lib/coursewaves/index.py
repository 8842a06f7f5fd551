"""Write the page that lists all reports: the manifest goes in, ``reports/index.html`` comes out."""

from typing import Any

import pandas as pd
from babel import Locale
from jinja2 import Environment, FileSystemLoader

from coursewaves.disclosure import disclose
from coursewaves.kinds import KINDS, WHOLE
from coursewaves.ladder import least
from coursewaves.manifest import INDEX, read_manifest
from coursewaves.phrases import Phrases
from coursewaves.private_files import write_shared
from coursewaves.report import page_css
from coursewaves.settings import PACKAGE
from coursewaves.year import Year

COURSE = "course"


def write_index(year: Year) -> None:
    """List every published report by programme and course, in the institute's first language."""
    phrases = Phrases(year.settings.languages[0])
    environment = Environment(loader=FileSystemLoader(PACKAGE / "templates"), autoescape=True)
    waves = [phrases.say("Monitoring {wave}", wave=wave.wave) for wave in year.survey.waves()]
    links = _links(year, phrases)
    page = environment.get_template("index.html.j2").render(
        language=phrases.language,
        title=phrases.say("Reports on the effectiveness of courses"),
        lead=phrases.say("Answers by wave; a number under {minimum} is not shown.", minimum=_minimum(year)),
        css=page_css(),
        head=[phrases.say("Course"), phrases.say("Report"), phrases.say("Dates"), *waves],
        programmes=_programmes(year, phrases, links),
        others_title=phrases.say("Reports on more than one course"),
        others=_others(links),
    )
    write_shared(year.home.reports / INDEX, page.encode())


def _minimum(year: Year) -> int:
    return least("counts", year.settings.minimum_group)


def _links(year: Year, phrases: Phrases) -> dict[tuple[str, str], list[dict[str, str]]]:
    """Return the links to the pages of each kind and subject, in the order of the institute's languages."""
    links: dict[tuple[str, str], list[dict[str, str]]] = {}
    order = {language: place for place, language in enumerate(year.settings.languages)}
    pages = read_manifest(year.home)
    for page in sorted(pages, key=lambda page: order.get(page["language"], len(order))):
        name = Locale.parse(page["language"]).get_display_name(page["language"]) or page["language"]
        stale = " " + phrases.say("(stale)") if page["is_stale"] else ""
        link = {"path": page["path"], "language": page["language"], "name": name + stale, "title": page["title"]}
        links.setdefault((page["kind"], page["id"]), []).append(link)
    return links


def _others(links: dict[tuple[str, str], list[dict[str, str]]]) -> list[dict[str, Any]]:
    """Return the reports on more than one course, the whole year first; each under its title in the first language."""
    kinds = [kind for kind in KINDS if kind != COURSE]
    found = [(kinds.index(kind), subject, pages) for (kind, subject), pages in links.items() if kind in kinds]
    found.sort(key=lambda one: (one[1] != WHOLE, *one[:2]))
    return [{"title": pages[0]["title"], "reports": pages} for _, _, pages in found]


def _programmes(
    year: Year, phrases: Phrases, links: dict[tuple[str, str], list[dict[str, str]]]
) -> list[dict[str, Any]]:
    reports = {subject: pages for (kind, subject), pages in links.items() if kind == COURSE}
    counts = _counts(year)
    found = []
    for programme_id, courses in year.registry.courses.groupby("programme_id"):
        programme = year.registry.programme(str(programme_id))
        rows = [
            {
                "id": row["course_id"],
                "dates": _dates(row, phrases),
                "counts": counts.get(row["course_id"], ["–"] * len(year.survey.instruments)),
                "reports": reports[row["course_id"]],
            }
            for row in courses.to_dict("records")
            if row["course_id"] in reports
        ]
        if rows:
            found.append({"title": year.registry.title("programmes", programme, phrases.language), "courses": rows})
    return found


def _dates(row: dict[Any, Any], phrases: Phrases) -> str:
    return " – ".join(phrases.short_day(row[name].date()) for name in ("starts_on", "ends_on") if pd.notna(row[name]))


def _counts(year: Year) -> dict[str, list[str]]:
    """Return each course's answers by wave, in words; small groups pass the gate like everything else."""
    waves = [instrument.id for instrument in year.survey.waves()]
    kept = year.responses.groupby(["course_id", "instrument_id"], observed=True).size().rename("n").reset_index()
    shown = disclose(kept, _minimum(year), ["course_id", "instrument_id"])
    counts: dict[str, list[str]] = {}
    for row in shown.rows():
        line = counts.setdefault(row["course_id"], ["0"] * len(waves))
        line[waves.index(row["instrument_id"])] = f"<{shown.minimum}" if row["is_hidden"] else str(row["n"])
    return counts
