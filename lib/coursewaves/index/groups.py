"""Order the rows of the index: a year's rows go in, lists under headings and one group a programme come out."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from coursewaves.index.rows import Deadline, Names, Row, Rows
from coursewaves.kinds import KINDS, WHOLE
from coursewaves.phrases import marked
from coursewaves.publishing.plan import KIND_NAMES

SECTIONS = (("direction", marked("Directions")), ("centre", marked("Competence centres")))
"""Kinds of report that are listed under a heading of their own."""


class Group(NamedTuple):
    """One programme.

    Attributes
    ----------
    names
        Its titles.
    reports, courses
        The reports on all of it, and its courses.
    deadline
        What of its sample wave (¶10) is due next.
    n
        How many reports there are, in all languages.
    """

    names: Names
    reports: list[Row]
    courses: list[Row]
    deadline: Deadline | None
    n: int

    @property
    def rows(self) -> list[Row]:
        """All its rows."""
        return [*self.reports, *self.courses]


def list_subjects(rows: Rows) -> list[tuple[str, list[Row]]]:
    """Return the reports on the whole year, on directions and on centres, each under its heading."""
    say = rows.phrases.say
    ordered = sorted(rows.links, key=lambda key: list(KINDS).index(key[0]))
    whole = [rows.subject(*key, (say(KIND_NAMES[key[0]]), [])) for key in ordered if key[1] == WHOLE]
    found = [(say("The whole year"), whole)]
    for kind, heading in SECTIONS:
        entries = _named(rows, f"{kind}s")
        ids = [subject for name, subject in rows.links if name == kind]
        told = [(entries.get(one, (rows.links[kind, one][0].title, [])), one) for one in ids]
        found.append((say(heading), [rows.subject(kind, subject, names) for names, subject in sorted(told)]))
    return [(heading, listed) for heading, listed in found if listed]


def group_programmes(rows: Rows) -> list[Group]:
    """Return the programmes by their titles; in each the courses, those that began last before the others."""
    courses = rows.year.registry.courses.sort_values("starts_on", ascending=False, kind="stable", na_position="last")
    by_programme: dict[str, list[dict[Any, Any]]] = {}
    for row in courses.sort_values("programme_id", kind="stable").to_dict("records"):
        by_programme.setdefault(str(row["programme_id"]), []).append(row)
    names, reported = _named(rows, "programmes"), _reported(rows)
    found = [
        _group(rows, one, names.get(one, (one, [])), reported.get(one, []), by_programme.get(one, []))
        for one in dict.fromkeys([*by_programme, *reported])
    ]
    return sorted(found, key=lambda group: group.names[0])


def _reported(rows: Rows) -> dict[str, list[str]]:
    """Return by programme the kinds of report on all of it."""
    found: dict[str, list[str]] = {}
    for kind in KINDS.values():
        for subject in (subject for name, subject in rows.links if name == kind.name):
            if kind.parameter == "programme_id":
                found.setdefault(subject, []).append(kind.name)
    return found


def _group(
    rows: Rows, programme_id: str, names: Names, kinds: Iterable[str], courses: Sequence[dict[Any, Any]]
) -> Group:
    reports = [rows.subject(kind, programme_id, (rows.phrases.say(KIND_NAMES[kind]), [])) for kind in kinds]
    listed = [rows.course(row) for row in courses]
    n = sum(len(row.links) for row in [*reports, *listed])
    return Group(names, reports, listed, rows.due.get(("programme", programme_id)), n)


def _named(rows: Rows, table: str) -> dict[str, Names]:
    """Return the titles of a registry table's entries, with their id behind the title."""
    key = f"{table.removesuffix('s')}_id"
    entries = {row[key]: rows.names(table, row) for row in getattr(rows.year.registry, table).to_dict("records")}
    return {str(entry_id): (f"{title} ({entry_id})", also) for entry_id, (title, also) in entries.items()}
