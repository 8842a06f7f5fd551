"""Explore a loaded year without code, in JupyterLab: menus choose, the report's figures and tables follow.

Only ``from coursewaves import explore`` loads this package: ipywidgets and seaborn take seconds, and reports,
made in fresh interpreters, do without them.
"""

from coursewaves.explore.board import Board, Offer, Pane, spoken
from coursewaves.explore.choice import Choice, measures
from coursewaves.explore.compare_groups import group_board
from coursewaves.explore.data_problems import problem_board
from coursewaves.explore.explorer import Explorer, course_explorer
from coursewaves.explore.grid import interactive
from coursewaves.explore.one_question import item_board
from coursewaves.explore.own_scale import scale_board
from coursewaves.explore.panes import answers, comparison, data, scores
from coursewaves.explore.reporting import Made, make_report
from coursewaves.explore.saving import save_panes
from coursewaves.explore.spread import score_spread, spread_figure
from coursewaves.explore.tasks import TaskBoard, task_board
from coursewaves.explore.the_year import year_board

__all__ = [
    "Board",
    "Choice",
    "Explorer",
    "Made",
    "Offer",
    "Pane",
    "TaskBoard",
    "answers",
    "comparison",
    "course_explorer",
    "data",
    "group_board",
    "interactive",
    "item_board",
    "make_report",
    "measures",
    "problem_board",
    "save_panes",
    "scale_board",
    "score_spread",
    "scores",
    "spoken",
    "spread_figure",
    "task_board",
    "year_board",
]
