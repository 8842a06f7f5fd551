"""Sections of the reports on more than one course, a module for each kind: a view goes in, a `Section` comes out."""

from coursewaves.reports_of import centre, intake, period, questionnaire, sample

__all__ = ["centre", "intake", "period", "questionnaire", "sample"]
