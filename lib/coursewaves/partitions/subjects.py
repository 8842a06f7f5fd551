"""List what can be reported besides the courses: a loaded year goes in, ids and titles come out."""

from collections.abc import Iterator

import pandas as pd

from coursewaves.kinds import KINDS, WHOLE
from coursewaves.partitions.pooled import Pooled
from coursewaves.processed.contents import Listed
from coursewaves.processed.year import Year


def list_subjects(year: Year, pooled: Pooled) -> list[Listed]:
    """List what can be reported besides the courses: programmes, directions and centres with answers, and the year."""
    answered = set(year.responses["course_id"])
    courses = year.registry.courses[year.registry.courses["course_id"].isin(answered)]
    programmes = year.registry.programmes[year.registry.programmes["programme_id"].isin(set(courses["programme_id"]))]
    directions = year.registry.directions
    directions = directions[directions["direction_id"].isin(set(programmes["direction_id"]))]
    centres = year.registry.centres[year.registry.centres["centre_id"].isin(set(courses["centre_id"].dropna()))]
    with_topics = programmes[programmes["programme_id"].isin(set(year.registry.topics["programme_id"]))]
    analysed = programmes[programmes["programme_id"].isin(set(pooled.gaps["programme_id"]))]
    found = [
        *_listed(year, "topic", "programmes", with_topics),
        *_listed(year, "direction", "directions", directions),
        *_listed(year, "programme", "programmes", programmes),
        *_listed(year, "factors", "programmes", analysed),
        *_listed(year, "centre", "centres", centres),
    ]
    return [*found, *(Listed(kind.name, WHOLE, {}) for kind in KINDS.values() if not kind.parameter)]


def _listed(year: Year, kind: str, table: str, rows: pd.DataFrame) -> Iterator[Listed]:
    key = f"{table.removesuffix('s')}_id"
    languages = dict.fromkeys([*year.settings.languages, "kk", "ru", "en"])
    for row in rows.sort_values(key).to_dict("records"):
        titles = {language: year.registry.title(table, row, language) for language in languages}
        yield Listed(kind, str(row[key]), titles)
