"""Name the columns of shown tables as variables are named in the library: in no language, the same in every report."""

import re
from collections.abc import Sequence
from typing import NamedTuple


class Column(NamedTuple):
    """What stands in the cells of a column: one variable, or several written together, as a mean and its interval."""

    names: tuple[str, ...]
    unit: str = ""


SCORE, SHARE, TEXT = "0-100", "share", "text"
_MEAN = Column(("mean", "low", "high"), SCORE)

COLUMNS: dict[str, Column] = {
    "80 % interval": Column(("low", "high"), SCORE),
    "95 % interval": Column(("low", "high"), SCORE),
    "All programmes": Column(("mean_all",), SCORE),
    "Alpha (95 %)": Column(("alpha", "low", "high")),
    "Answered": Column(("n",)),
    "Answers": Column(("n",)),
    "Answers needed": Column(("n_needed",)),
    "Answers, earlier / later": Column(("n_earlier", "n_later")),
    "Beyond the person (95 %)": Column(("partial_r_squared", "low", "high")),
    "Carried out": Column(("done_on",), TEXT),
    "Chosen by": Column(("n_chosen",)),
    "Clearly leads (95 %)": Column(("share_of_leading", "low", "high"), SHARE),
    "Completed": Column(("completed",)),
    "Courses": Column(("n_courses",)),
    "Dates": Column(("dates",), TEXT),
    "Day": Column(("decided_on",), TEXT),
    "Difference": Column(("difference", "low", "high"), SCORE),
    "Difference (95 %)": Column(("difference", "low", "high"), SCORE),
    "Duplicates": Column(("n_duplicate",)),
    "Earlier → later": Column(("mean_earlier", "mean_later"), SCORE),
    "Enrolled": Column(("enrolled",)),
    "Files": Column(("n_files",)),
    "First day": Column(("starts_on",), TEXT),
    "Forms with one mark": Column(("n_straightlined",)),
    "Highest step": Column(("share_highest",), SHARE),
    "Hours": Column(("hours",)),
    "Importance over all courses (95 %)": Column(("importance", "low", "high"), SHARE),
    "In files": Column(("n_files",)),
    "In this programme": Column(("quadrant",), TEXT),
    "Invited": Column(("n_invited",)),
    "Kept": Column(("n_kept",)),
    "Left out": Column(("n_missing",)),
    "Loading": Column(("loading",)),
    "Lowest step": Column(("share_lowest",), SHARE),
    "Mean, 0–100": Column(("mean",), SCORE),
    "Mean, 0–100 (80 % interval)": _MEAN,
    "Omega": Column(("omega",)),
    "Other courses (95 %)": _MEAN,
    "Outside the window": Column(("n_outside_window",)),
    "If the others thought otherwise": Column(("low_if_others_differ", "high_if_others_differ"), SCORE),
    "Part of the gap": Column(("part_of_gap", "part_of_gap_low", "part_of_gap_high"), SCORE),
    "Rules": Column(("rules",), TEXT),
    "What to do": Column(("what_to_do",), TEXT),
    "Probability that it lies below the threshold": Column(("probability_low",), SHARE),
    "Questions": Column(("n_items",)),
    "Rating before → after": Column(("mean_before", "mean_after"), SCORE),
    "Ratings": Column(("n",)),
    "Records read": Column(("n_read",)),
    "Remarks": Column(("n_problems",)),
    "Result": Column(("verdict", "detectable"), TEXT),
    "Runs": Column(("n_runs",)),
    "Runs before / after": Column(("n_runs_before", "n_runs_after")),
    "Set aside": Column(("n_set_aside",)),
    "Share": Column(("share",), SHARE),
    "Share in the other programmes": Column(("share_others",), SHARE),
    "Share in this programme (95 %)": Column(("share", "low", "high"), SHARE),
    "Share of those who completed": Column(("share", "low", "high"), SHARE),
    "This centre (95 %)": _MEAN,
    "Usefulness, 0–100 (95 %)": _MEAN,
    "Verdict": Column(("verdict",), TEXT),
    "Versions": Column(("versions",), TEXT),
    "p (Holm)": Column(("p_value_adjusted",)),
}
"""By the English phrase over the column; a column of another head is named by its phrase, or by its id."""


def column_of(key: str) -> Column:
    """Return what a column holds, by the key of its head.

    >>> column_of("Answers, earlier / later").names, column_of("With fewer than {minimum} answers").names
    (('n_earlier', 'n_later'), ('with_fewer_than_minimum_answers',))
    """
    return COLUMNS.get(key) or Column((slug(key),))


_BETWEEN = re.compile(r"\W+", re.ASCII)


def slug(text: str) -> str:
    """Return a text as a name of small letters, digits and lines.

    >>> slug("Mean scores, 0–100"), slug("B12.3"), slug("")
    ('mean_scores_0_100', 'b12_3', '')
    """
    return _BETWEEN.sub("_", text.lower()).strip("_")


def told_apart(names: Sequence[str]) -> list[str]:
    """Number names that occur before: a row has one value of each.

    >>> told_apart(["mean", "low", "low"])
    ['mean', 'low', 'low_2']
    """
    found: list[str] = []
    for name in names:
        n = 1 + sum(_is_numbered(name, one) for one in found)
        found.append(name if n == 1 else f"{name}_{n}")
    return found


def _is_numbered(name: str, one: str) -> bool:
    stem, _, number = one.rpartition("_")
    return one == name or (stem == name and number.isdecimal())
