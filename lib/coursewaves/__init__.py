"""Evaluate training courses by survey waves: load, score, compare, report.

>>> import coursewaves as cw
>>> year = cw.open_year("demo")  # doctest: +SKIP
>>> year.scores.groupby("wave").size()  # doctest: +SKIP
"""

from coursewaves import sections, stats
from coursewaves.compare import compare_pair, compare_waves, find_pair
from coursewaves.errors import CoursewavesError
from coursewaves.instruments import Survey
from coursewaves.rate import rate_groups
from coursewaves.score import score_responses
from coursewaves.summarise import count_answers, mean_scores, option_shares
from coursewaves.survey_files import load_survey
from coursewaves.view import CourseView, open_course
from coursewaves.year import Year, load_year, open_year

__all__ = [
    "CourseView",
    "CoursewavesError",
    "Survey",
    "Year",
    "compare_pair",
    "compare_waves",
    "count_answers",
    "find_pair",
    "load_survey",
    "load_year",
    "mean_scores",
    "open_course",
    "open_year",
    "option_shares",
    "rate_groups",
    "score_responses",
    "sections",
    "stats",
]
