"""Tell what was planted: the simulated year's forms and people go in, what must be found comes out."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.simulate.answers import CAUSE_FACTORS, Numbers, People, low_rated
from coursewaves.simulate.damage import CANARIES, HOSTILE, Damage
from coursewaves.simulate.forms import Form
from coursewaves.survey.instruments import Survey

OUTCOMES = ("kept", "set_aside", "duplicate", "outside_window")


class Truth(NamedTuple):
    """What the pipeline must find in a simulated year.

    Attributes
    ----------
    sizes
        Numbers of programmes, courses, participants, waves and files, and the seed.
    files
        For each file ``file``, ``instrument_id``, ``n_read`` and how many records end as each outcome.
    decoys
        Files that are no survey, with their number of records.
    courses
        For each course and wave the number of forms kept.
    linked
        For each course and wave how many of those carry a code of the course's roster.
    reasons
        How many records of each kind were planted (late, early, unassigned, doubled ...).
    rows
        Where planted records stand: ``file``, ``row`` as Excel shows it, and ``reason``.
    invalid_cells
        ``file``, ``row`` and ``header`` of cells that no scale knows, in records that are kept.
    headers
        Files with changed headers, by kind of change.
    low_rated
        Programmes planted as low-rated, with the cause and its factors.
    programme_ratings
        The true rating (0-100) of each programme, had everybody answered.
    pairs
        For each declared pair the true means (0-100) and their difference, later minus earlier, over
        everybody who completed a course.
    canaries, hostile
        Texts that may never be shown, and texts that may only be shown as they are.
    """

    sizes: dict[str, int]
    files: list[dict[str, Any]]
    decoys: dict[str, int]
    courses: dict[str, dict[str, int]]
    linked: dict[str, dict[str, int]]
    reasons: dict[str, int]
    rows: list[dict[str, Any]]
    invalid_cells: list[dict[str, Any]]
    headers: dict[str, list[str]]
    low_rated: dict[str, dict[str, Any]]
    programme_ratings: dict[str, float]
    pairs: dict[str, dict[str, float]]
    canaries: dict[str, list[str]]
    hostile: list[str]

    def write(self, path: Path) -> None:
        """Write the truth as JSON."""
        text = json.dumps(self._asdict(), ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8", newline="")


def read_truth(path: Path) -> Truth:
    """Read what `Truth.write` wrote."""
    return Truth(**json.loads(path.read_text(encoding="utf-8")))


def tell_truth(
    damage: Damage,
    people: People,
    codes: dict[str, pd.DataFrame],
    sizes: dict[str, int],
    decoys: dict[str, int],
) -> Truth:
    """Account for everything that was made."""
    survey, forms = damage.survey, damage.forms
    placed = [(form, row, one) for form in forms for row, one in _numbered(form, damage)]
    planted = low_rated(damage.submitter.programmes)
    return Truth(
        sizes=sizes | {"files": len(forms)},
        files=[_file(form, damage) for form in forms],
        decoys=decoys,
        courses=_kept(forms),
        linked=_kept(forms, only_linked=True),
        reasons=dict(sorted(Counter(one.reason for _, _, one in placed if one.reason).items()))
        | {"blank row": len(damage.blanks)},
        rows=[{"file": form.path, "row": row, "reason": one.reason} for form, row, one in placed if one.reason],
        invalid_cells=[
            {"file": form.path, "row": row, "header": header} for form, row, one in placed for header in one.invalid
        ],
        headers=damage.header_damage,
        low_rated={
            programme_id: {"cause": cause, "factors": CAUSE_FACTORS[cause]} for programme_id, cause in planted.items()
        },
        programme_ratings=_ratings(survey, people, codes),
        pairs=_pairs(survey, people, codes),
        canaries=CANARIES,
        hostile=HOSTILE,
    )


def _numbered(form: Form, damage: Damage) -> list[tuple[int, Any]]:
    blank = damage.blanks.get(form.path, len(form.submissions))
    return [(place + 2 + (place >= blank), one) for place, one in enumerate(form.submissions)]


def _file(form: Form, damage: Damage) -> dict[str, Any]:
    counts = Counter(one.outcome for one in form.submissions)
    counts["set_aside"] += form.path in damage.blanks
    entry: dict[str, Any] = {"file": form.path, "instrument_id": form.instrument.id, "n_read": counts.total()}
    return entry | {f"n_{outcome}": counts[outcome] for outcome in OUTCOMES}


def _kept(forms: list[Form], only_linked: bool = False) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for form in forms:
        for one in form.submissions:
            is_counted = one.outcome == "kept" and (one.is_linked or not only_linked)
            counts.setdefault(one.course_id, Counter())[str(form.instrument.wave)] += is_counted
    return {course_id: dict(sorted(found.items())) for course_id, found in sorted(counts.items())}


def _scores(survey: Survey, codes: pd.DataFrame, columns: list[str]) -> Numbers:
    """Return each person's mean score (0-100) over some item columns; missing where nothing was answered."""
    scores = []
    for column in columns:
        if column not in codes:
            continue
        scale = survey.scale_of(column)
        low, high = scale.bounds
        values = codes[column].to_numpy(dtype=float)
        values = np.where((values < low) | (values > high), np.nan, values)
        scores.append((values - low) / (high - low) * 100)
    return _means(scores)


def _means(scores: list[Numbers]) -> Numbers:
    """Return the mean of each place over several arrays, without what is missing."""
    table = np.vstack(scores)
    counts = np.isfinite(table).sum(axis=0)
    return np.asarray(np.nansum(table, axis=0) / np.where(counts, counts, np.nan), dtype=np.float64)


def _pairs(survey: Survey, people: People, codes: dict[str, pd.DataFrame]) -> dict[str, dict[str, float]]:
    everything = pd.concat(list(codes.values()), axis=1)
    done = (people.frame["completed"] == "yes").to_numpy()
    truth = {}
    for construct in survey.constructs:
        for pair in construct.pairs:
            earlier = _scores(survey, everything, survey.columns_of(pair.earlier))
            later = _scores(survey, everything, survey.columns_of(pair.later))
            both = done & np.isfinite(earlier) & np.isfinite(later)
            means = float(earlier[both].mean()), float(later[both].mean())
            truth[pair.id] = {
                "mean_earlier": round(means[0], 4),
                "mean_later": round(means[1], 4),
                "difference": round(means[1] - means[0], 4),
            }
    return truth


def _ratings(survey: Survey, people: People, codes: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Return each programme's true rating: the mean over criteria of the mean over their items (¶16)."""
    done = (people.frame["completed"] == "yes").to_numpy()
    found: dict[str, float] = {}
    for rating in survey.ratings:
        instrument = survey.instrument(rating.instrument)
        criteria = []
        for criterion_id in rating.criteria:
            items = [
                item.id
                for item in instrument.items
                if item.indicator
                and survey.indicator(item.indicator).criterion == criterion_id
                and survey.indicator(item.indicator).in_criterion
            ]
            criteria.append(_scores(survey, codes[instrument.id], survey.columns_of(items)))
        rated = pd.Series(_means(criteria))[done]
        means = rated.groupby(people.frame["programme_id"][done].to_numpy()).mean()
        found |= {str(programme_id): round(float(mean), 4) for programme_id, mean in means.items()}
    return found
