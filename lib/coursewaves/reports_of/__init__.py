"""The sections of every report but the course's: a view goes in, a `Section` comes out; one module a kind of report."""

from coursewaves.reports_of import direction, factors, intake, period, programme, sample, topic

__all__ = ["direction", "factors", "intake", "period", "programme", "sample", "topic"]
