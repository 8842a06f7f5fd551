"""Estimate and test: arrays in, NamedTuples out.

No function here sees a table, a file or a wave. Missing values are dropped; a figure that can't be computed
is nan and `reason` says why; nothing warns. Only scipy's special functions are used: importing `scipy.stats`
takes three times as long, and every report starts a fresh interpreter. Names are imported when they are first
used, for the same reason; they stand in ``__init__.pyi``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
