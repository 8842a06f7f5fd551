"""Link self-made codes over the waves of a course: codes go in, links come out, and every guess by itself.

Respondents make their code anew at every wave, and some mistype it. A form is linked by its code as it is; a
code that stands in no other wave of its course is linked to the only code within one edit, if neither has
another candidate. Whatever is linked so is listed. The order of the rows plays no part.

Chance pairs set the limits. Two random codes of n digits lie within one edit (one digit changed, or two unequal
neighbours swapped) with probability (9 n + 0.9 (n - 1)) / 10^n. In a course of 25 people, 300 pairs, that makes
8.6 such pairs with three digits, 1.2 with four, 0.15 with five, 0.018 with six. So codes under `LEAST_SIGNS` are
linked only as they are, and so are those of a course with more than `MOST_CODES` codes. In 4,000 simulated courses
of 25 people, with the questionnaires' code of eight signs, three waves that 60 % answer and a slip in one code of
20, the rule linked 93 % of the slips of those who answered twice or more, and made 3 wrong pairs.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from coursewaves.intake.codes import code_key, is_damaged_code

LEAST_SIGNS = 5
"""Letters and digits of the shortest code that is linked to a near one."""

MOST_CODES = 1000
"""Different codes of a course beyond which none is linked to a near one: half a million pairs."""

PAIR_COLUMNS = ("course_id", "wave_from", "wave_to", "form_from", "form_to")


class NearLinks(NamedTuple):
    """Which forms belong to one person.

    Attributes
    ----------
    links
        The code under which each form is linked, in small Latin letters where they look like the Cyrillic
        ones, without spaces and signs; missing where the form has no code. Codes mean something within their
        course only. Two forms of a wave may have the same: then it names nobody, and duplicates decide.
    pairs
        One row is one form that is linked under another code than its own: ``course_id``, its wave
        ``wave_from`` and index ``form_from``; ``wave_to`` and ``form_to`` are those of the earliest form with
        the code that it is linked under.
    """

    links: pd.Series
    pairs: pd.DataFrame


def own_key(code: str) -> str | None:
    """Return the letters and digits of a self-made code; None if there are none, or a spreadsheet damaged it.

    >>> own_key("Ай-05 12-АЛ") == own_key("ай0512ал")
    True
    """
    if is_damaged_code(code):
        return None
    return "".join(filter(str.isalnum, code_key(code))) or None


def link_near(codes: pd.Series, course_ids: pd.Series, waves: pd.Series) -> NearLinks:
    """Link forms by self-made codes, within a course and over its waves.

    Parameters
    ----------
    codes
        The code of each form as typed, missing where there is none or the form does not count.
    course_ids, waves
        The course and the number of the wave of each form. A form without either is not linked.

    Returns
    -------
    NearLinks
        `links` has the index of `codes`; without a near code `pairs` has its columns alone.

    Notes
    -----
    Near is one edit of the optimal string alignment distance (Damerau 1964): a sign changed, added or left
    out, or two neighbours swapped. A near link never gives one person two forms of a wave.
    """
    places, distinct = pd.factorize(codes)
    keys = np.array([*map(own_key, map(str, distinct)), None], dtype=object)[places]
    forms = pd.DataFrame({"course_id": course_ids.to_numpy(), "wave": waves.to_numpy(), "key": keys}).dropna()
    standing = _standing(forms)
    near = _directed(_near(standing), standing, forms)
    links = np.full(len(codes), None, dtype=object)
    links[forms.index] = forms["key"]
    links[standing["form"].iloc[near["from"]]] = standing["key"].iloc[near["to"]]
    return NearLinks(pd.Series(links, index=codes.index, dtype="str"), _pairs(near, standing, codes.index))


def _standing(forms: pd.DataFrame) -> pd.DataFrame:
    """Return one row per code of a course: its earliest wave and form, how many waves, whether one has it twice."""
    ordered = forms.sort_values(["course_id", "key", "wave"], kind="stable").reset_index(names="form")
    is_first = ~ordered.duplicated(["course_id", "key"])
    is_twice = ordered.duplicated(["course_id", "key", "wave"])
    number = is_first.cumsum()
    found = {"n_waves": (~is_twice).groupby(number).sum(), "is_twice": is_twice.groupby(number).any()}
    return ordered[is_first].reset_index(drop=True).assign(**{name: column.array for name, column in found.items()})


def _near(standing: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of codes of a course that have each other, and nobody else, within one edit."""
    keys = standing["key"].to_numpy(dtype=object)
    found = [np.empty((0, 2), dtype=np.intp)]
    for start, stop in _courses(standing):
        block = keys[start:stop]
        is_near = cdist(block, block, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8) <= 1
        np.fill_diagonal(is_near, val=False)
        is_lone, partner = is_near.sum(axis=1) == 1, is_near.argmax(axis=1)
        one = np.flatnonzero(is_lone & is_lone[partner] & (np.arange(len(block)) < partner))
        found.append(start + np.column_stack([one, partner[one]]))
    return pd.DataFrame(np.concatenate(found), columns=["one", "other"])


def _courses(standing: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Yield where the codes of each course begin and end, of the courses in which one may be mistyped."""
    places, _ = pd.factorize(standing["course_id"])
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    stops = np.append(starts, len(places))[1:]
    lone = np.add.reduceat(standing["n_waves"].to_numpy() == 1, starts) if len(starts) else starts
    is_fit = (stops - starts > 1) & (stops - starts <= MOST_CODES) & (lone > 0)
    yield from zip(starts[is_fit].tolist(), stops[is_fit].tolist(), strict=True)


def _directed(near: pd.DataFrame, standing: pd.DataFrame, forms: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs that make one person, ``from`` the code that gives way ``to`` the other.

    The code of a single form gives way; of two such the one of the later wave.
    """
    fits = (standing["key"].str.len() >= LEAST_SIGNS) & ~standing["is_twice"]
    near = near.loc[np.asarray(fits.to_numpy(dtype=bool)[near.to_numpy()].all(axis=1), dtype=bool)]
    # codes of several waves rank 0: they stay; single ones by their wave, so that equals can't be one person
    rank = ((standing["n_waves"] == 1) * standing["wave"].rank(method="dense")).to_numpy()
    is_swapped = rank[near["one"]] < rank[near["other"]]
    near = pd.DataFrame({"from": near["one"].where(~is_swapped, near["other"]),
                         "to": near["other"].where(~is_swapped, near["one"])})  # fmt: skip
    near = near.loc[np.asarray(rank[near["from"]] > rank[near["to"]], dtype=bool)]
    met = standing.iloc[near["to"]][["course_id", "key"]].assign(wave=standing["wave"].to_numpy()[near["from"]])
    is_taken = pd.MultiIndex.from_frame(met).isin(pd.MultiIndex.from_frame(forms[["course_id", "key", "wave"]]))
    return near.loc[~is_taken]


def _pairs(near: pd.DataFrame, standing: pd.DataFrame, index: "pd.Index[Any]") -> pd.DataFrame:
    one, other = standing.iloc[near["from"]], standing.iloc[near["to"]]
    columns = [one["course_id"], one["wave"], other["wave"], index[one["form"]], index[other["form"]]]
    pairs = pd.DataFrame(dict(zip(PAIR_COLUMNS, map(np.asarray, columns), strict=True)))
    return pairs.astype({"course_id": "str", "wave_from": "int64", "wave_to": "int64"})
