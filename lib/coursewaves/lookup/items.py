"""Follow questions through the waves: a year and an item go in, counts of answers and declared pairs come out."""

import pandas as pd

from coursewaves.analysis.compare import compare_pair, is_scored
from coursewaves.analysis.summarise import count_answers
from coursewaves.errors import CoursewavesError
from coursewaves.lookup.groups import groups_of
from coursewaves.processed.year import Year
from coursewaves.survey.instruments import Pair

PATH = ["pair_id", "kind", "n_earlier", "mean_earlier", "earlier_low", "earlier_high", "n_later", "mean_later",
        "later_low", "later_high", "difference", "low", "high", "design", "reason"]  # fmt: skip


def answers_to(year: Year, item_id: str, by: str = "") -> pd.DataFrame:
    """Count how often each step of a question's scale was chosen.

    Parameters
    ----------
    year
        Of `coursewaves.open_year`.
    item_id
        A question on a scored scale; of a repeated one the column, such as ``A4.2``.
    by
        One of `coursewaves.lookup.GROUPINGS`; by default all participants together.

    Returns
    -------
    DataFrame
        One row is one group, or all: ``name`` (of all the item's id), and the columns of
        `coursewaves.analysis.summarise.count_answers`.

    Raises
    ------
    CoursewavesError
        For a question or grouping that there is not, and a question without a scored scale.
    """
    survey = year.survey
    if not survey.scale_of(item_id).is_scored:
        raise CoursewavesError(f"{item_id!r} is not on a scored scale; fix: see coursewaves.option_shares")
    forms = year.responses[year.responses["instrument_id"] == survey.instrument_of(item_id).id]
    if not by:
        return count_answers(forms, survey, [item_id]).assign(name=item_id)
    group = groups_of(year, by).set_axis(year.responses.index)[forms.index]
    tables = [count_answers(forms[group == name], survey, [item_id]).assign(name=str(name))
              for name in sorted(group.dropna().unique())]  # fmt: skip
    return pd.concat(tables, ignore_index=True) if tables else count_answers(forms.iloc[:0], survey, [])


def pairs_with(year: Year, item_id: str) -> list[Pair]:
    """Return the declared pairs in which an item, or a repetition of it, stands on either side."""
    item = year.survey.item(item_id)
    return [
        pair
        for construct in year.survey.constructs
        for pair in construct.pairs
        if is_scored(year.survey, pair) and {item.id, item_id} & {*pair.earlier, *pair.later}
    ]


def paths_of(year: Year, pairs: list[Pair], programme_id: str = "") -> pd.DataFrame:
    """Compare both sides of declared pairs, over all courses or those of one programme.

    Returns
    -------
    DataFrame
        One row is one pair with answers on both sides: ``pair_id``, its ``kind`` (change, gap or related), numbers,
        means (0-100) and 95 % intervals of either side, the ``difference`` (later minus earlier) with its interval,
        the ``design`` and why a figure is missing. Nothing is tested here: many pairs looked at one by one would
        find something by chance.
    """
    forms = year.responses
    if programme_id:
        forms = forms[(groups_of(year, "programme_id") == programme_id).to_numpy()]
    rows = [compare_pair(forms, year.survey, pair.id) for pair in pairs]
    told = pd.DataFrame([{name: row[name] for name in PATH} for row in rows], columns=PATH)
    return told[(told["n_earlier"] > 0) & (told["n_later"] > 0)].reset_index(drop=True)
