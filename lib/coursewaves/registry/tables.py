"""Name the registry's tables: which there are, their columns, keys and references.

The registry is the data base of ¶17: programmes with their curriculum, trainers, courses, their contingent. What one
row of each is stands in `coursewaves.registry.rows`.
"""

import re
from typing import Any, NamedTuple, get_args

from coursewaves.registry.rows import (
    Ability,
    Archived,
    Centre,
    Course,
    Decision,
    Direction,
    Handover,
    Hearing,
    Invitation,
    Participant,
    Programme,
    Receipt,
    Region,
    Row,
    Sitting,
    Topic,
    Trainer,
    WorkingDay,
)

TABLES: dict[str, type[Row]] = {
    "regions": Region,
    "directions": Direction,
    "programmes": Programme,
    "trainers": Trainer,
    "topics": Topic,
    "abilities": Ability,
    "centres": Centre,
    "decisions": Decision,
    "courses": Course,
    "participants": Participant,
    "sittings": Sitting,
    "hearings": Hearing,
    "working_days": WorkingDay,
    "receipts": Receipt,
    "handovers": Handover,
    "archived": Archived,
    "invitations": Invitation,
}
"""Every table of the registry, each after those to which it refers."""

REQUIRED = ("programmes", "courses")
"""Tables without which nothing can be evaluated."""

KEYS: dict[str, list[tuple[str, ...]]] = {
    "regions": [("region_id",)],
    "directions": [("direction_id",)],
    "programmes": [("programme_id",)],
    "trainers": [("trainer_id",)],
    "topics": [("topic_id",), ("programme_id", "number")],
    "abilities": [("programme_id", "number")],
    "centres": [("centre_id",)],
    "courses": [("course_id",)],
    "participants": [("participant_id", "course_id")],
    "decisions": [("decision_id",)],
    "sittings": [("council", "held_on")],
    "hearings": [("subject_id", "kind", "council", "held_on")],
    "working_days": [("date",)],
    "receipts": [("course_id", "wave")],
    "handovers": [("course_id",)],
    "archived": [("course_id",)],
    "invitations": [("participant_id", "course_id", "wave")],
}
"""Columns that together may not repeat, by table."""


class Reference(NamedTuple):
    """A column whose every value stands in another table; `several` marks a list with "|" between ids."""

    table: str
    column: str
    target: str
    target_column: str
    several: bool = False


REFERENCES = [
    Reference("programmes", "direction_id", "directions", "direction_id"),
    Reference("topics", "programme_id", "programmes", "programme_id"),
    Reference("topics", "trainer_id", "trainers", "trainer_id"),
    Reference("abilities", "programme_id", "programmes", "programme_id"),
    Reference("centres", "region_id", "regions", "region_id"),
    Reference("courses", "programme_id", "programmes", "programme_id"),
    Reference("courses", "centre_id", "centres", "centre_id"),
    Reference("courses", "trainer_ids", "trainers", "trainer_id", several=True),
    Reference("participants", "course_id", "courses", "course_id"),
    Reference("participants", "region_id", "regions", "region_id"),
    Reference("decisions", "programme_id", "programmes", "programme_id"),
    Reference("receipts", "course_id", "courses", "course_id"),
    Reference("handovers", "course_id", "courses", "course_id"),
    Reference("archived", "programme_id", "programmes", "programme_id"),
    Reference("archived", "centre_id", "centres", "centre_id"),
    Reference("invitations", "course_id", "courses", "course_id"),
]


def columns_of(table: str) -> list[str]:
    """Return the columns of a table, its ids first."""
    fields = TABLES[table].model_fields
    return sorted(fields, key=lambda name: (not name.endswith("_id"), list(fields).index(name)))


def dtype_of(table: str, column: str) -> str:
    """Return the type of a column: words ``str``, days ``datetime64[ns]``, counts ``Int64``, else float.

    >>> dtype_of("courses", "starts_on"), dtype_of("courses", "enrolled"), dtype_of("topics", "hours")
    ('datetime64[ns]', 'Int64', 'float64')
    """
    kinds = str(TABLES[table].model_fields[column].annotation)
    for word, dtype in (("date", "datetime64[ns]"), ("int", "Int64"), ("float", "float64")):
        if re.search(rf"\b{word}\b", kinds):
            return dtype
    return "str"


def is_needed(table: str, column: str) -> bool:
    """Whether a row can't do without this column."""
    return TABLES[table].model_fields[column].is_required()


def codes_of(table: str, column: str) -> list[str]:
    """Return the codes that a column may hold; none where it holds anything else.

    >>> codes_of("courses", "language"), codes_of("courses", "course_id")
    (['kk', 'ru', 'en'], [])
    """
    annotation = TABLES[table].model_fields[column].annotation
    options = [*get_args(annotation), *(one for part in get_args(annotation) for one in get_args(part))]
    return [one for one in options if isinstance(one, str)]


def describe_tables() -> list[dict[str, Any]]:
    """List every column of every table with its type and meaning, for the documentation."""
    return [
        {
            "table": table,
            "column": column,
            "type": dtype_of(table, column),
            "needed": is_needed(table, column),
            "meaning": TABLES[table].model_fields[column].description,
        }
        for table in TABLES
        for column in columns_of(table)
    ]
