"""Estimate wave 3 over all who completed (¶9-10): responses, scores and registry go in, tables of figures come out.

Who answered stands for those of the programme who did not: weights are the completers of a programme by its
answers, and the correction for a finite population counts answers, never invitations.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, get_args

import numpy as np
import pandas as pd

from coursewaves.analysis.coverage import CONTINGENT, Invited, Scope, count_coverage, scopes_of, wave_answers
from coursewaves.analysis.sample import Completers, find_completers
from coursewaves.errors import CoursewavesError
from coursewaves.reading.columns import Mask
from coursewaves.registry.reader import Registry
from coursewaves.registry.rows import Participant
from coursewaves.score import composition, item_scores
from coursewaves.stats import collapse_strata, nonresponse_bounds, rake, stratified_mean, stratified_share
from coursewaves.stats.weights import LARGEST_WEIGHT, LEAST_IN_CELL
from coursewaves.survey.instruments import Instrument, Survey

LEAST_KNOWN = 0.9
"""Share of the completers, and of the answers, of which a margin must be known before it is raked on."""

NO_MARGIN = "no margin is known of enough people, with answers enough in two cells"

COLUMNS = [
    "scope", "scope_id", "name", "kind", "target", "n", "n_completed", "estimate", "se", "low", "high", "df", "deff",
    "bound_low", "bound_high", "joined", "raked", "raked_se", "raked_n", "raked_deff", "raked_on", "raked_reason",
    "reason",
]  # fmt: skip

Values = np.ndarray[Any, np.dtype[np.float64]]
Labels = list[str | None]
Places = np.ndarray[Any, np.dtype[np.intp]]
Rows = Mapping[Any, Places]
"""The places of the rows of each programme in a table."""


class WaveEstimates(NamedTuple):
    """What a sample wave says of all who completed; nothing here is gated, ``n`` always stands beside.

    Attributes
    ----------
    coverage
        See `coursewaves.analysis.coverage.cover_wave`.
    estimates
        One row is one figure of one scope (``all``, a ``direction``, a ``programme``): ``name``; ``kind`` is
        ``mean`` (of a score, 0-100) or ``share`` (0-1, of answers at the two upper steps of an item); ``target``
        is ``completers``, or ``next cohort`` without the finite population correction. ``estimate`` with its
        95 % interval ``low``, ``high``, ``se``, ``df`` and design effect ``deff``. ``bound_low`` and
        ``bound_high``: the figure if all who did not answer stood at the lower or upper quarter of the scores
        given (for a share, at 0 or 1), never inside the estimate. ``joined`` names strata estimated as one,
        since one had fewer than two values. ``raked``, ``raked_se``, ``raked_n`` and Kish's ``raked_deff``:
        weighted to the list's margins ``raked_on`` as well (programmes and bands with fewer than ten answers are
        joined, by name), or the ``raked_reason`` why not. ``reason`` says why a figure is missing.
    weights
        One row is one answer: ``response_id``, ``direction_id``, ``programme_id``, ``stratum`` (joined where
        there were fewer than two answers) and ``weight``, the people for whom it stands.
    """

    coverage: pd.DataFrame
    estimates: pd.DataFrame
    weights: pd.DataFrame


class _Figure(NamedTuple):
    """One figure over all answers, nan where somebody gave none."""

    name: str
    kind: str
    values: Values


class _Margin(NamedTuple):
    """The label of every answer of a part, and the completers with each label, in its declared order."""

    labels: Labels
    people: dict[str, float]


class _Part(NamedTuple):
    """A scope as the statistics want it: its answers, the completers and direction of each programme."""

    scope: Scope
    is_inside: Mask
    programmes: Labels
    sizes: dict[str, float]
    directions: dict[str, str]
    margins: dict[str, _Margin]


class _Strata(NamedTuple):
    """The stratum of each answer, and the people of each; joined ones are called by their parts with "+"."""

    labels: Labels
    sizes: dict[str, float]

    @property
    def joined(self) -> list[str]:
        """Names of the strata that were joined from several."""
        return [name for name in self.sizes if "+" in name]

    @property
    def weights(self) -> Values:
        """People for whom each answer stands."""
        n = Counter(self.labels)
        return np.array([np.nan if label is None else self.sizes[label] / n[label] for label in self.labels])


def estimate_wave(
    responses: pd.DataFrame,
    scores: pd.DataFrame,
    registry: Registry,
    survey: Survey,
    *,
    instrument: str,
    names: list[str] | None = None,
    on: date | None = None,
    invited: Invited = None,
    fpc: bool = True,
    minimum: int = 0,
) -> WaveEstimates:
    """Estimate means and shares over all who completed, by direction and programme (¶9-10).

    Parameters
    ----------
    responses, scores
        One row is one form that is kept, and its scores.
    registry, survey, instrument, on, invited
        As in `coursewaves.analysis.coverage.cover_wave`; the bounds are about those who were `invited`, or without it
        about all who completed and did not answer.
    names
        Scores and items, by default all scores of the questionnaire and its items with ordered steps; an item
        that is repeated asks something else in each programme, and is left out.
    fpc
        False speaks of the next cohort instead of these completers.
    minimum
        As in `coursewaves.analysis.coverage.wave_answers`.

    Raises
    ------
    CoursewavesError
        Where a name is neither a score nor an item with ordered steps, and as `cover_wave`.

    References
    ----------
    Cochran (1977), Sampling Techniques, chapters 5, 5A and 13; Deville & Sarndal (1992), Journal of the American
    Statistical Association 87, 376-382.
    """
    asked = survey.instrument(instrument)
    found = find_completers(registry, asked, on)
    answers = wave_answers(responses, registry, asked, found, minimum)
    coverage = count_coverage(answers, asked, found, invited)
    by_programme = [_by_programme(answers), _by_programme(found.people)]
    parts = [_part(scope, answers, found, by_programme) for scope in scopes_of(found.strata)]
    figures = [_figure(name, answers, scores, survey) for name in names or _names(survey, asked)]
    rows = [_row(part, figure, invited, fpc) for part in parts for figure in figures]
    return WaveEstimates(coverage, pd.DataFrame(rows, columns=COLUMNS), _weights(answers, parts[0]))


def _names(survey: Survey, instrument: Instrument) -> list[str]:
    items = [item.id for item in instrument.items if item.repeat is None]
    return [*composition(survey, instrument), *(name for name in items if survey.scale_of(name).kind == "ordinal")]


def _figure(name: str, answers: pd.DataFrame, scores: pd.DataFrame, survey: Survey) -> _Figure:
    if name in scores:
        given = scores.set_index("response_id")[name].reindex(answers["response_id"])
        return _Figure(name, "mean", given.to_numpy(dtype=float))
    items = [item.id for one in survey.instruments for item in one.items]
    ordered = [item for item in items if survey.scale_of(item).kind == "ordinal"]
    if name not in ordered:
        raise CoursewavesError.not_found(name, "the scores and items with ordered steps", [*scores, *ordered])
    low, high = survey.scale_of(name).bounds
    found = item_scores(answers, survey, [name])[:, 0]
    second = (high - 1 - low) / (high - low) * 100
    return _Figure(name, "share", np.where(np.isfinite(found), found > second - 1e-9, np.nan))


def _part(scope: Scope, answers: pd.DataFrame, found: Completers, by_programme: Sequence[Rows]) -> _Part:
    ids = scope.strata["programme_id"].tolist()
    of_answers, of_people = (_rows_of(ids, rows) for rows in by_programme)
    is_inside = np.zeros(len(answers), dtype=bool)
    is_inside[of_answers] = True
    inside = answers[["programme_id", *CONTINGENT]].iloc[of_answers]  # a form has over a hundred columns
    people = found.people[list(CONTINGENT)].iloc[of_people]
    answered = set(inside["programme_id"])
    sizes = dict(zip(ids, scope.strata["n_completed"].astype(float), strict=True))
    sizes = {name: n for name, n in sizes.items() if n > 0 or name in answered}  # else no stratum at all
    directions = dict(zip(ids, scope.strata["direction_id"].fillna(""), strict=True))
    margins = {}
    for name in CONTINGENT:
        counts = people[name].value_counts()
        declared = get_args(get_args(Participant.model_fields[name].annotation)[0])
        known = {str(label): float(counts[label]) for label in declared if label in counts}
        if known and sum(known.values()) >= LEAST_KNOWN * sum(sizes.values()):
            margins[name] = _Margin([label if label in known else None for label in inside[name]], known)
    return _Part(scope, is_inside, inside["programme_id"].tolist(), sizes, directions, margins)


def _by_programme(table: pd.DataFrame) -> Rows:
    return {name: np.asarray(places) for name, places in table.groupby("programme_id").indices.items()}


def _rows_of(ids: list[str], rows: Rows) -> Places:
    """Return the places of all rows of some programmes, in the order of the table."""
    return np.sort(np.concatenate([np.empty(0, dtype=np.intp), *(rows[name] for name in ids if name in rows)]))


def _row(part: _Part, figure: _Figure, invited: Invited, fpc: bool) -> dict[str, Any]:
    part, values = _answered(part, figure.values)
    strata, is_mean = _joined(values, part), figure.kind == "mean"
    found = (stratified_mean if is_mean else stratified_share)(values, strata.labels, strata.sizes, fpc)
    low, high = np.clip([found.low, found.high], 0, 100) if is_mean else (found.low, found.high)
    bounds = _bounds(values, part, invited, is_mean)
    row: dict[str, Any] = {"scope": part.scope.kind, "scope_id": part.scope.name}
    row |= {"name": figure.name, "kind": figure.kind}
    row |= {"target": "completers" if fpc else "next cohort", "n_completed": int(sum(part.sizes.values()))}
    row |= found._asdict() | {"low": low, "high": high, "joined": "; ".join(strata.joined)}
    # the quarter of skewed answers may lie beyond their mean
    row |= {"bound_low": np.fmin(bounds[0], found.estimate), "bound_high": np.fmax(bounds[1], found.estimate)}
    return row | _raked(values, strata, part, fpc)


def _answered(part: _Part, values: Values) -> tuple[_Part, Values]:
    """Cut a part to those who gave a value."""
    inside = values[part.is_inside]
    kept = np.flatnonzero(np.isfinite(inside))
    margins = {name: _Margin([one.labels[k] for k in kept], one.people) for name, one in part.margins.items()}
    return part._replace(programmes=[part.programmes[k] for k in kept], margins=margins), inside[kept]


def _joined(values: Values, part: _Part) -> _Strata:
    """Join strata with fewer than two values: first neighbours within a direction, then what is still short."""
    labels, sizes = part.programmes, dict[str, float]()
    for direction in dict.fromkeys(part.directions.values()):
        own = {name: n for name, n in part.sizes.items() if part.directions[name] == direction}
        found = _collapsed(values, [name if name in own else None for name in part.programmes], own)
        labels = [old if new is None else new for new, old in zip(found.labels, labels, strict=True)]
        sizes |= found.sizes
    return _collapsed(values, labels, sizes)


def _collapsed(values: Values, labels: Labels, sizes: dict[str, float], least: int = 2) -> _Strata:
    if not sizes:
        return _Strata(labels, sizes)
    found = collapse_strata(values, labels, sizes, least)
    names = {name: "+".join(name) if isinstance(name, tuple) else str(name) for name in found.sizes}
    new = [None if label is None else names[label] for label in found.strata]
    return _Strata(new, {names[name]: people for name, people in found.sizes.items()})


def _bounds(values: Values, part: _Part, invited: Invited, is_mean: bool) -> tuple[float, float]:
    if not len(values):
        return np.nan, np.nan
    asked = None if invited is None else {name: invited.get(name, 0) for name in part.sizes}
    if is_mean:
        return nonresponse_bounds(values, part.programmes, part.sizes, asked)[1:3]
    # two answers that stand for nobody hold the ends of the scale: those missing are all 0, then all 1
    asked = None if asked is None else asked | {"": 0}
    given, labels = np.append(values, [0.0, 1.0]), [*part.programmes, "", ""]
    return nonresponse_bounds(given, labels, part.sizes | {"": 0}, asked, (0, 1))[1:3]


def _raked(values: Values, strata: _Strata, part: _Part, fpc: bool) -> dict[str, Any]:
    """Weigh answers to the list's margins as well, where it has them; the strata keep their people."""
    nothing = {"raked": np.nan, "raked_se": np.nan, "raked_n": 0, "raked_deff": np.nan, "raked_on": ""}
    size = sum(strata.sizes.values())
    cells = {name: its for name, one in part.margins.items() if (its := _cells(values, one, size))}
    if not cells:
        return nothing | {"raked_reason": NO_MARGIN}
    programmes = _collapsed(values, strata.labels, strata.sizes, LEAST_IN_CELL)
    margins = [programmes, *cells.values()]
    told = ({"programme": programmes} if len(strata.sizes) > 1 else {}) | cells
    labels, totals = [margin.labels for margin in margins], [margin.sizes for margin in margins]
    try:
        found = rake(values, labels, totals, strata.weights, LARGEST_WEIGHT, fpc)
    except CoursewavesError as error:
        return nothing | {"raked_reason": str(error)}
    figures = {"raked": found.estimate, "raked_se": found.se, "raked_n": found.n, "raked_deff": found.deff}
    on = [name + "".join(f" ({cell})" for cell in its.joined) for name, its in told.items()]
    return figures | {"raked_on": ", ".join(on), "raked_reason": found.reason}


def _cells(values: Values, margin: _Margin, size: float) -> _Strata | None:
    """Join the cells of a margin until each has answers enough; None where fewer than two are left."""
    n_known = sum(label is not None for label in margin.labels)
    if n_known < LEAST_KNOWN * len(margin.labels):
        return None
    scale = size / sum(margin.people.values())  # who is not known is like those who are
    people = {label: n * scale for label, n in margin.people.items()}
    cells = _collapsed(values, margin.labels, people, LEAST_IN_CELL)
    return cells if len(cells.sizes) > 1 else None


def _weights(answers: pd.DataFrame, part: _Part) -> pd.DataFrame:
    strata = _joined(np.ones(len(answers)), part)
    weights = answers[["response_id", "direction_id", "programme_id"]]
    return weights.assign(stratum=pd.Series(strata.labels, dtype="str"), weight=strata.weights.astype(float))
