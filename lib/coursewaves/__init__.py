"""Evaluate training courses by survey waves: load, score, compare, report.

The public names stand in ``__init__.pyi`` beside this file. They are imported when they are first used, so that the
command line and the statistics start at once.

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

import lazy_loader

_imported, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Import a public name from its module; of another the interpreter proposes one alike."""
    if name in __all__:
        return _imported(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])
