"""The kinds of report that the regulation asks for (¶14-20); there is one notebook of each."""

from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of report.

    Attributes
    ----------
    name
        Name of its notebook in ``notebooks/reports``, and of its folder below ``reports``.
    parameter
        The notebook's parameter that says what the report is about; empty where it is about the whole year.
    paragraphs
        Paragraphs of the regulation that it answers.
    """

    name: str
    parameter: str
    paragraphs: tuple[int, ...]


KINDS = {
    kind.name: kind
    for kind in (
        Kind("course", "course_id", (5, 7, 8, 9, 14)),
        Kind("topic", "programme_id", (14, 18, 19)),
        Kind("direction", "direction_id", (10, 14)),
        Kind("programme", "programme_id", (14, 16, 19, 20)),
        Kind("factors", "programme_id", (16, 17, 18)),
        Kind("centre", "centre_id", (12, 14, 17)),
        Kind("period", "", (4, 13, 14, 21)),
        Kind("intake", "", (12, 13)),
        Kind("questionnaire", "", (6, 7, 8, 9)),
        Kind("sample", "", (5, 10)),
    )
}

WHOLE = "year"
"""The subject's id of a report on the whole year."""
