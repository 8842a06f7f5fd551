"""Evaluate training courses by survey waves: load, score, compare, report.

Names are imported when they are first used, so that the command line and the statistics start at once.

>>> import coursewaves as cw
>>> year = cw.open_year("demo")  # doctest: +SKIP
>>> year.scores.groupby("wave").size()  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursewaves import sections, stats
    from coursewaves.compare import compare_pair, compare_waves, find_pair
    from coursewaves.coverage import cover_wave
    from coursewaves.errors import CoursewavesError
    from coursewaves.estimate import WaveEstimates, estimate_wave
    from coursewaves.instruments import Survey
    from coursewaves.query import query
    from coursewaves.rate import rate_programmes
    from coursewaves.sample import Completers, SamplePlan, find_completers, plan_sample
    from coursewaves.score import score_responses
    from coursewaves.summarise import count_answers, mean_scores, option_shares
    from coursewaves.survey_files import load_survey
    from coursewaves.view import CourseView, open_course
    from coursewaves.year import Year, load_year, open_year

__all__ = [
    "Completers",
    "CourseView",
    "CoursewavesError",
    "SamplePlan",
    "Survey",
    "WaveEstimates",
    "Year",
    "compare_pair",
    "compare_waves",
    "count_answers",
    "cover_wave",
    "estimate_wave",
    "find_completers",
    "find_pair",
    "load_survey",
    "load_year",
    "mean_scores",
    "open_course",
    "open_year",
    "option_shares",
    "plan_sample",
    "query",
    "rate_programmes",
    "score_responses",
    "sections",
    "stats",
]

_PLACES = {
    "compare": ("compare_pair", "compare_waves", "find_pair"),
    "coverage": ("cover_wave",),
    "errors": ("CoursewavesError",),
    "estimate": ("WaveEstimates", "estimate_wave"),
    "instruments": ("Survey",),
    "query": ("query",),
    "rate": ("rate_programmes",),
    "sample": ("Completers", "SamplePlan", "find_completers", "plan_sample"),
    "score": ("score_responses",),
    "summarise": ("count_answers", "mean_scores", "option_shares"),
    "survey_files": ("load_survey",),
    "view": ("CourseView", "open_course"),
    "year": ("Year", "load_year", "open_year"),
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module."""
    if name in ("sections", "stats"):
        return import_module(f"{__name__}.{name}")
    for module, names in _PLACES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
