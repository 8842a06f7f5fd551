"""Write the page that lists all reports: the manifest goes in, ``reports/index.html`` comes out."""

from typing import Any

import pandas as pd
from babel import Locale
from jinja2 import Environment, FileSystemLoader

from coursewaves.disclosure import disclose
from coursewaves.ladder import least
from coursewaves.manifest import INDEX, read_manifest
from coursewaves.phrases import Phrases
from coursewaves.private_files import write_shared
from coursewaves.report import page_css
from coursewaves.settings import PACKAGE
from coursewaves.year import Year


def write_index(year: Year) -> None:
    """List every published report by programme and course, in the institute's first language."""
    phrases = Phrases(year.settings.languages[0])
    environment = Environment(loader=FileSystemLoader(PACKAGE / "templates"), autoescape=True)
    waves = [phrases.say("Monitoring {wave}", wave=wave.wave) for wave in year.survey.waves()]
    page = environment.get_template("index.html.j2").render(
        language=phrases.language,
        title=phrases.say("Reports on the effectiveness of courses"),
        lead=phrases.say("Answers by wave; a number under {minimum} is not shown.", minimum=_minimum(year)),
        css=page_css(),
        head=[phrases.say("Course"), phrases.say("Report"), phrases.say("Dates"), *waves],
        programmes=_programmes(year, phrases),
    )
    write_shared(year.home.reports / INDEX, page.encode())


def _minimum(year: Year) -> int:
    return least("counts", year.settings.minimum_group)


def _programmes(year: Year, phrases: Phrases) -> list[dict[str, Any]]:
    reports: dict[str, list[dict[str, str]]] = {}
    for entry in read_manifest(year.home):
        name = Locale.parse(entry["language"]).get_display_name(entry["language"]) or entry["language"]
        stale = " " + phrases.say("(stale)") if entry["is_stale"] else ""
        link = {"path": entry["path"], "language": entry["language"], "name": name + stale}
        reports.setdefault(entry["id"], []).append(link)
    order = {language: place for place, language in enumerate(year.settings.languages)}
    counts = _counts(year)
    found = []
    for programme_id, courses in year.registry.courses.groupby("programme_id"):
        programme = year.registry.programme(str(programme_id))
        rows = [
            {
                "id": row["course_id"],
                "dates": _dates(row, phrases),
                "counts": counts.get(row["course_id"], ["–"] * len(year.survey.instruments)),
                "reports": sorted(reports[row["course_id"]], key=lambda link: order.get(link["language"], len(order))),
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
