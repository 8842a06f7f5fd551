"""Explore a course without code, in JupyterLab: menus choose, the report's figures and tables follow.

Only ``from coursewaves import explore`` loads this package: ipywidgets and seaborn take seconds, and reports,
made in fresh interpreters, do without them.
"""

from coursewaves.explore.choice import Choice, measures
from coursewaves.explore.explorer import Explorer, course_explorer
from coursewaves.explore.panes import answers, comparison, data, scores
from coursewaves.explore.spread import score_spread, spread_figure

__all__ = [
    "Choice",
    "Explorer",
    "answers",
    "comparison",
    "course_explorer",
    "data",
    "measures",
    "score_spread",
    "scores",
    "spread_figure",
]
