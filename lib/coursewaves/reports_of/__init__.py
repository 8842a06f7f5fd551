"""The sections of every report but the course's: a view goes in, a `Section` comes out; one module a kind of report."""

from coursewaves.reports_of import (
    centre,
    direction,
    factors,
    fieldwork,
    intake,
    period,
    programme,
    questionnaire,
    sample,
    topic,
)

__all__ = [
    "centre", "direction", "factors", "fieldwork", "intake", "period", "programme", "questionnaire", "sample", "topic",
]  # fmt: skip


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
