"""Evaluate training courses by survey waves: load, score, compare, report.

Names are imported when they are first used, so that the command line and the statistics start at once.

>>> import coursewaves as cw
>>> year = cw.open_year("demo")  # doctest: +SKIP
>>> year.scores.groupby("wave").size()  # doctest: +SKIP
>>> cw.lookup.describe_columns(year, "scores")  # doctest: +SKIP

Where to begin:

- a year's tables: `open_year`, `load_year`, `query`; what their columns mean: `lookup.describe_columns`
- waves: `compare_waves`, `compare_pair`, `find_pair`; scores: `score_responses`, `mean_scores`, `option_shares`
- programmes: `rate_programmes`, `programme_trends`, `decision_effects`; samples: `plan_sample`, `estimate_wave`
- questionnaires: `load_survey`, `item_quality`, `scale_quality`, `flag_careless`; open answers: `mark_themes`
- what reports show: `open_course` and its like, then `sections` and `reports_of`; statistics of arrays: `stats`

A mistake of the caller is a `CoursewavesError`; it names the possible values.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursewaves import archive, councils, field, letters, lookup, regulation, reports_of, sections, stats
    from coursewaves.analysis.careless import flag_careless, with_and_without
    from coursewaves.analysis.coding import coder_agreement, codes_of_keywords, read_coding
    from coursewaves.analysis.compare import compare_pair, compare_waves, find_pair
    from coursewaves.analysis.coverage import cover_wave
    from coursewaves.analysis.estimate import WaveEstimates, estimate_wave
    from coursewaves.analysis.quality import (
        invalid_answers,
        item_correlations,
        item_quality,
        item_structure,
        scale_items,
        scale_quality,
    )
    from coursewaves.analysis.rate import rate_programmes
    from coursewaves.analysis.sample import Completers, SamplePlan, find_completers, plan_sample
    from coursewaves.analysis.spoken import tell_language
    from coursewaves.analysis.summarise import count_answers, mean_scores, option_shares
    from coursewaves.analysis.themes import count_languages, count_themes, load_codebook, mark_themes, quotations
    from coursewaves.analysis.versions import compare_versions
    from coursewaves.analysis.years import (
        decision_effects,
        gather_decisions,
        gather_ratings,
        programme_trends,
        programme_years,
        run_means,
    )
    from coursewaves.deadlines.due import find_due
    from coursewaves.errors import CoursewavesError
    from coursewaves.intake.check_digits import with_check
    from coursewaves.load import load_year
    from coursewaves.processed.query import query
    from coursewaves.processed.year import Year, open_year
    from coursewaves.score import score_responses
    from coursewaves.standing.regulation_page import find_standing
    from coursewaves.survey.files import load_survey
    from coursewaves.survey.instruments import Survey
    from coursewaves.views.opening import (
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
    "analysis.careless": ("flag_careless", "with_and_without"),
    "analysis.coding": ("codes_of_keywords", "coder_agreement", "read_coding"),
    "intake.check_digits": ("with_check",),
    "analysis.compare": ("compare_pair", "compare_waves", "find_pair"),
    "analysis.coverage": ("cover_wave",),
    "deadlines.due": ("find_due",),
    "errors": ("CoursewavesError",),
    "analysis.estimate": ("WaveEstimates", "estimate_wave"),
    "survey.instruments": ("Survey",),
    "analysis.quality": (
        "invalid_answers",
        "item_correlations",
        "item_quality",
        "item_structure",
        "scale_items",
        "scale_quality",
    ),
    "processed.query": ("query",),
    "analysis.rate": ("rate_programmes",),
    "standing.regulation_page": ("find_standing",),
    "analysis.sample": ("Completers", "SamplePlan", "find_completers", "plan_sample"),
    "score": ("score_responses",),
    "analysis.spoken": ("tell_language",),
    "analysis.summarise": ("count_answers", "mean_scores", "option_shares"),
    "survey.files": ("load_survey",),
    "analysis.themes": ("count_languages", "count_themes", "load_codebook", "mark_themes", "quotations"),
    "analysis.versions": ("compare_versions",),
    "views.opening": (
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
    "processed.year": ("Year", "open_year"),
    "analysis.years": (
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
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
