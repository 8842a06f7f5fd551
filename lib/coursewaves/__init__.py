"""Evaluate training courses by survey waves: load, score, compare, report.

Names are imported when they are first used, so that the command line and the statistics start at once.

>>> import coursewaves as cw
>>> year = cw.open_year("demo")  # doctest: +SKIP
>>> year.scores.groupby("wave").size()  # doctest: +SKIP
>>> cw.lookup.describe_columns(year, "scores")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursewaves import archive, councils, field, letters, lookup, regulation, reports_of, sections, stats
    from coursewaves.careless import flag_careless, with_and_without
    from coursewaves.check_digits import with_check
    from coursewaves.coding import coder_agreement, codes_of_keywords, read_coding
    from coursewaves.compare import compare_pair, compare_waves, find_pair
    from coursewaves.coverage import cover_wave
    from coursewaves.due import find_due
    from coursewaves.errors import CoursewavesError
    from coursewaves.estimate import WaveEstimates, estimate_wave
    from coursewaves.instruments import Survey
    from coursewaves.load import load_year
    from coursewaves.opening import (
        CentreView,
        CourseView,
        DirectionView,
        ProgrammeView,
        YearView,
        open_centre,
        open_course,
        open_direction,
        open_programme,
        open_whole,
    )
    from coursewaves.quality import (
        invalid_answers,
        item_correlations,
        item_quality,
        item_structure,
        scale_items,
        scale_quality,
    )
    from coursewaves.query import query
    from coursewaves.rate import rate_programmes
    from coursewaves.regulation_page import find_standing
    from coursewaves.sample import Completers, SamplePlan, find_completers, plan_sample
    from coursewaves.score import score_responses
    from coursewaves.spoken import tell_language
    from coursewaves.summarise import count_answers, mean_scores, option_shares
    from coursewaves.survey_files import load_survey
    from coursewaves.themes import count_languages, count_themes, load_codebook, mark_themes, quotations
    from coursewaves.versions import compare_versions
    from coursewaves.year import Year, open_year
    from coursewaves.years import (
        decision_effects,
        gather_decisions,
        gather_ratings,
        programme_trends,
        programme_years,
        run_means,
    )

__all__ = [
    "CentreView",
    "Completers",
    "CourseView",
    "CoursewavesError",
    "DirectionView",
    "ProgrammeView",
    "SamplePlan",
    "Survey",
    "WaveEstimates",
    "Year",
    "YearView",
    "archive",
    "coder_agreement",
    "codes_of_keywords",
    "compare_pair",
    "compare_versions",
    "compare_waves",
    "councils",
    "count_answers",
    "count_languages",
    "count_themes",
    "cover_wave",
    "decision_effects",
    "estimate_wave",
    "field",
    "find_completers",
    "find_due",
    "find_pair",
    "find_standing",
    "flag_careless",
    "gather_decisions",
    "gather_ratings",
    "invalid_answers",
    "item_correlations",
    "item_quality",
    "item_structure",
    "letters",
    "load_codebook",
    "load_survey",
    "load_year",
    "lookup",
    "mark_themes",
    "mean_scores",
    "open_centre",
    "open_course",
    "open_direction",
    "open_programme",
    "open_whole",
    "open_year",
    "option_shares",
    "plan_sample",
    "programme_trends",
    "programme_years",
    "query",
    "quotations",
    "rate_programmes",
    "read_coding",
    "regulation",
    "reports_of",
    "run_means",
    "scale_items",
    "scale_quality",
    "score_responses",
    "sections",
    "stats",
    "tell_language",
    "with_and_without",
    "with_check",
]

_PACKAGES = ("archive", "councils", "field", "letters", "lookup", "regulation", "reports_of", "sections", "stats")

_PLACES = {
    "careless": ("flag_careless", "with_and_without"),
    "coding": ("codes_of_keywords", "coder_agreement", "read_coding"),
    "check_digits": ("with_check",),
    "compare": ("compare_pair", "compare_waves", "find_pair"),
    "coverage": ("cover_wave",),
    "due": ("find_due",),
    "errors": ("CoursewavesError",),
    "estimate": ("WaveEstimates", "estimate_wave"),
    "instruments": ("Survey",),
    "quality": (
        "invalid_answers",
        "item_correlations",
        "item_quality",
        "item_structure",
        "scale_items",
        "scale_quality",
    ),
    "query": ("query",),
    "rate": ("rate_programmes",),
    "regulation_page": ("find_standing",),
    "sample": ("Completers", "SamplePlan", "find_completers", "plan_sample"),
    "score": ("score_responses",),
    "spoken": ("tell_language",),
    "summarise": ("count_answers", "mean_scores", "option_shares"),
    "survey_files": ("load_survey",),
    "themes": ("count_languages", "count_themes", "load_codebook", "mark_themes", "quotations"),
    "versions": ("compare_versions",),
    "opening": (
        "CentreView",
        "CourseView",
        "DirectionView",
        "ProgrammeView",
        "YearView",
        "open_centre",
        "open_course",
        "open_direction",
        "open_programme",
        "open_whole",
    ),
    "load": ("load_year",),
    "year": ("Year", "open_year"),
    "years": (
        "decision_effects",
        "gather_decisions",
        "gather_ratings",
        "programme_trends",
        "programme_years",
        "run_means",
    ),
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module."""
    if name in _PACKAGES:
        return import_module(f"{__name__}.{name}")
    for module, names in _PLACES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
