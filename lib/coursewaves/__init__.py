"""Evaluate training courses by survey waves: load, score, compare, report.

The public names stand in ``__init__.pyi`` beside this file. They are imported when they are first used, so that the
command line and the statistics start at once.

>>> import coursewaves as cw
>>> year = cw.open_year("demo")  # doctest: +SKIP
>>> year.scores.groupby("wave").size()  # doctest: +SKIP
>>> cw.lookup.describe_columns(year, "scores")  # doctest: +SKIP
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
