"""Check the questionnaire itself on pooled answers: `responses` go in, what each scale and item is worth comes out.

Everything here is meant for all courses together. It informs those who write the next questionnaire: no item and
no scale is dropped for what it says of one course.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from coursewaves.ladder import LEAST
from coursewaves.score import Scores, composition, item_scores, score_items
from coursewaves.stats import (
    cronbach_alpha,
    factor_structure,
    item_statistics,
    omega_total,
    parallel_analysis,
    polychoric,
    polychoric_matrix,
    share_interval,
    spearman_brown,
)
from coursewaves.survey.instruments import Instrument, Survey

ONE_ITEM = "one item"
DIFFER = "its items differ by programme"
FEW = "fewer than {} answers"
NO_FACTOR = "no factor stands out from chance"

_SCALE_COLUMNS = ["instrument_id", "name", "n_items", "n", "alpha", "low", "high", "mean_correlation",
                  "spearman_brown", "reason", "omega", "n_complete", "omega_reason"]  # fmt: skip
_ITEM_COLUMNS = ["instrument_id", "item_id", "n_asked", "n", "n_not_applicable", "n_missing", "missing_share",
                 "missing_low", "missing_high", "mean", "floor_share", "floor_low", "floor_high", "ceiling_share",
                 "ceiling_low", "ceiling_high", "reason"]  # fmt: skip


class _Scale(NamedTuple):
    """One scale: its parts (items, of a rating criteria) and everybody's scores on them, 0-100."""

    instrument_id: str
    name: str
    parts: list[str]
    answers: Scores
    fault: str


def scale_quality(responses: pd.DataFrame, survey: Survey, *, is_one_programme: bool = False) -> pd.DataFrame:
    """Estimate the reliability of every scale of every questionnaire.

    Parameters
    ----------
    responses
        One row is one form; all courses, or many.
    survey
        The survey design.
    is_one_programme
        Whether the responses are of one programme. Repeated items (the abilities of the passport) ask other things
        in each, and count only then.

    Returns
    -------
    DataFrame
        One row is one questionnaire and indicator, criterion, factor or rating, whose parts are its items, of a
        rating its criteria: ``n_items``, ``n`` (forms with at least one answer), Cronbach's ``alpha`` with Feldt's
        95 % interval ``low``, ``high``, ``mean_correlation`` of two items, ``spearman_brown`` where there are two,
        McDonald's ``omega`` of one factor over ``n_complete`` forms. Under the ladder's 30 answers nothing is
        computed: the interval would be half the scale wide. ``reason`` and ``omega_reason`` say why a figure is
        missing.

    References
    ----------
    Cronbach (1951); Feldt, Woodruff & Salih (1987); McDonald (1999): see `coursewaves.stats.reliability`.

    Examples
    --------
    >>> year = cw.open_year(example)
    >>> cw.scale_quality(year.responses, year.survey)["instrument_id"].unique().tolist()
    ['A', 'B', 'C']
    """
    rows = [_reliability(scale) for scale in _scales(responses, survey, is_one_programme)]
    return pd.DataFrame(rows, columns=_SCALE_COLUMNS)


def scale_items(responses: pd.DataFrame, survey: Survey, *, is_one_programme: bool = False) -> pd.DataFrame:
    """Set every item against the rest of each scale to which it belongs.

    Returns
    -------
    DataFrame
        One row is one item of one scale: ``instrument_id``, ``name`` (the scale), ``item_id`` (of a rating a
        criterion), ``n``, ``rest_correlation`` with the sum of the others, ``alpha_without`` it, and a ``reason``
        where a figure is missing. See `scale_quality` for the parameters.
    """
    rows = []
    for scale in _scales(responses, survey, is_one_programme):
        found = item_statistics(scale.answers)
        for place, part in enumerate(scale.parts):
            n = int(found.n[place])
            fault = scale.fault or _too_few(n, LEAST["reliability"])
            figures = [np.nan, np.nan] if fault else [found.rest_correlations[place], found.alpha_without[place]]
            rows.append([scale.instrument_id, scale.name, part, n, *figures, fault or found.reason])
    columns = ["instrument_id", "name", "item_id", "n", "rest_correlation", "alpha_without", "reason"]
    return pd.DataFrame(rows, columns=columns)


def item_quality(responses: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """Count who left each item out, and who chose its lowest and its highest step.

    Returns
    -------
    DataFrame
        One row is one column on a scored scale: ``n_asked`` (forms; of a repeated item those of courses in which
        anyone answered it), ``n``, ``n_not_applicable``, ``n_missing``, ``missing_share`` of those asked,
        ``mean`` (0-100), ``floor_share`` and ``ceiling_share`` of those who answered, each share (0-1) with
        Wilson's 95 % interval. Under the ladder's 10 answers shares and mean are missing and ``reason`` says so.
        Cells that no scale knows are missing here; `invalid_answers` counts them.
    """
    rows = []
    for instrument, forms in _forms(responses, survey):
        columns = [column for item in instrument.items for column in survey.columns(item)]
        for column in (name for name in columns if survey.scale_of(name).is_scored and name in forms):
            rows.append([instrument.id, column, *_item(forms, survey, column)])
    return pd.DataFrame(rows, columns=_ITEM_COLUMNS)


def invalid_answers(problems: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Count the cells of kept forms that no answer scale knows.

    Parameters
    ----------
    problems
        One row is one problem, see `coursewaves.problems`.
    responses
        One row is one form that is kept.

    Returns
    -------
    DataFrame
        One row is one questionnaire and header: ``instrument_id``, ``header`` as the export heads the column, and
        ``n_invalid``.
    """
    dropped = problems[(problems["rule"] == "E-VALUE") & (problems["row"] > 0)]
    found = dropped.merge(responses[["file", "row", "instrument_id"]], on=["file", "row"])
    return found.groupby(["instrument_id", "header"]).size().rename("n_invalid").reset_index()


def item_correlations(responses: pd.DataFrame, survey: Survey, instrument_id: str) -> pd.DataFrame:
    """Correlate every two items of a questionnaire as if continuous feelings lay behind the answers.

    Returns
    -------
    DataFrame
        One row is one pair of items, the first asked earlier: ``first_id``, ``second_id``, ``n`` who answered both,
        the polychoric correlation ``rho`` and its standard ``error``. Under the ladder's 100 answers it is refused:
        of items with a ceiling, 60 answers know it to ±0.3 and 100 to ±0.2. Repeated items are left out.

    References
    ----------
    Olsson (1979), Psychometrika 44, 443-460.
    """
    columns, answers = _pooled(responses, survey, instrument_id)
    given = np.isfinite(answers)
    rows = []
    for first, second in zip(*np.triu_indices(len(columns), 1), strict=True):
        n = int((given[:, first] & given[:, second]).sum())
        fault = _too_few(n, LEAST["polychoric"])
        found = None if fault else polychoric(answers[:, first], answers[:, second])
        figures = [np.nan, np.nan, fault] if found is None else [found.rho, found.se, found.reason]
        rows.append([columns[first], columns[second], n, *figures])
    return pd.DataFrame(rows, columns=["first_id", "second_id", "n", "rho", "error", "reason"])


class ItemStructure(NamedTuple):
    """The factors behind the items of a questionnaire.

    Attributes
    ----------
    loadings
        One row is one item: ``item_id``, its declared ``indicator_id`` and ``criterion_id``, the ``factor`` (1 is
        the first) on which it loads most, its ``communality``, and one column a factor, ``factor_1`` ...
    correlations
        Correlations of the factors.
    n, n_factors
        Forms with at least one answer, and factors.
    rmsr, tli
        Root of the mean squared residual correlation; Tucker-Lewis index.
    reason
        Why there are no figures; empty where all is well.
    """

    loadings: pd.DataFrame
    correlations: Scores
    n: int
    n_factors: int
    rmsr: float
    tli: float
    reason: str = ""


def item_structure(
    responses: pd.DataFrame, survey: Survey, instrument_id: str, n_factors: int | None = None
) -> ItemStructure:
    """Find the factors behind a questionnaire's items, to set them beside the declared criteria.

    It checks the questionnaire and isn't the factor analysis of ¶16. Polychoric correlations, least residuals,
    oblimin. Repeated items are left out.

    Parameters
    ----------
    responses, survey
        Forms of many courses, and the survey design.
    instrument_id
        The questionnaire.
    n_factors
        How many; by default as many as stand out from shuffled answers (parallel analysis).

    Returns
    -------
    ItemStructure
        Refused with a reason under the ladder's 200 forms (of 25 items all found their own factor in 15 % of
        samples of 60, and in all of 200), and where an item has no spread.

    References
    ----------
    Horn (1965); Harman & Jones (1966); Jennrich & Sampson (1966): see `coursewaves.stats.factors`.
    """
    columns, answers = _pooled(responses, survey, instrument_id)
    n = int(np.isfinite(answers).any(axis=1).sum())
    items = [survey.item(column) for column in columns]
    table = pd.DataFrame({"item_id": columns, "indicator_id": [item.indicator for item in items]}, dtype="str")
    table["criterion_id"] = [survey.indicator(str(name)).criterion for name in table["indicator_id"]]
    chance = parallel_analysis(answers, least=LEAST["structure"])
    wanted = n_factors or chance.n_factors
    fault = _too_few(n, LEAST["structure"]) or ("" if wanted else chance.reason or NO_FACTOR)
    if fault:
        return ItemStructure(table, np.empty((0, 0)), n, 0, np.nan, np.nan, fault)
    related = polychoric_matrix(answers).rho
    found = factor_structure(answers, wanted, related=related, least=LEAST["structure"])
    if found.reason:
        return ItemStructure(table, np.empty((0, 0)), n, 0, np.nan, np.nan, found.reason)
    table["factor"] = np.abs(found.loadings).argmax(axis=1) + 1
    table["communality"] = found.communalities
    for number, loadings in enumerate(found.loadings.T, 1):
        table[f"factor_{number}"] = loadings
    return ItemStructure(table, found.correlations, n, wanted, found.rmsr, found.tli)


def _forms(responses: pd.DataFrame, survey: Survey) -> Iterator[tuple[Instrument, pd.DataFrame]]:
    for instrument in survey.waves():
        yield instrument, responses[responses["instrument_id"] == instrument.id]


def _scales(responses: pd.DataFrame, survey: Survey, is_one_programme: bool) -> Iterator[_Scale]:
    """Yield every scale with the answers to its parts; a part that nobody was asked is no part."""
    for instrument, forms in _forms(responses, survey):
        made = composition(survey, instrument)
        for name, parts in made.items():
            if all(part in made for part in parts):
                kept, answers = parts, np.column_stack([score_items(forms, survey, made[part]) for part in parts])
            else:
                kept = [part for part in parts if is_one_programme or survey.item(part).repeat is None]
                answers = item_scores(forms, survey, kept)
            asked = [place for place in range(len(kept)) if not len(forms) or np.isfinite(answers[:, place]).any()]
            fault = "" if len(asked) > 1 else ONE_ITEM if len(kept) == len(parts) else DIFFER
            yield _Scale(instrument.id, name, [kept[place] for place in asked], answers[:, asked], fault)


def _reliability(scale: _Scale) -> list[object]:
    n, count = int(np.isfinite(scale.answers).any(axis=1).sum()), len(scale.parts)
    start: list[object] = [scale.instrument_id, scale.name, count, n]
    fault = scale.fault or _too_few(n, LEAST["reliability"])
    if fault:
        return [*start, *[np.nan] * 5, fault, np.nan, 0, fault]
    alpha, omega = cronbach_alpha(scale.answers), omega_total(scale.answers)
    between = item_statistics(scale.answers).mean_correlation
    stepped = spearman_brown(*scale.answers.T) if count == 2 else np.nan
    figures = [alpha.alpha, alpha.low, alpha.high, between, stepped]
    return [*start, *figures, alpha.reason, omega.omega, omega.n, omega.reason]


def _item(forms: pd.DataFrame, survey: Survey, column: str) -> list[object]:
    is_given = forms[column].notna()
    if survey.item(column).repeat is not None:
        forms = forms[is_given.groupby(forms["course_id"]).transform("any").astype("bool")]
    scores = item_scores(forms, survey, [column])[:, 0]
    found = scores[np.isfinite(scores)]
    n_asked, n, n_missing = len(forms), len(found), int(forms[column].isna().sum())
    counts = [n_asked, n, n_asked - n - n_missing, n_missing]
    fault = _too_few(n, LEAST["shares"])
    if fault:
        return [*counts, *[np.nan] * 10, fault]
    missing, floor, ceiling = (
        list(share_interval(hits, total)[:3])
        for hits, total in ((n_missing, n_asked), (int((found == 0).sum()), n), (int((found == 100).sum()), n))
    )
    return [*counts, *missing, float(found.mean()), *floor, *ceiling, ""]


def _pooled(responses: pd.DataFrame, survey: Survey, instrument_id: str) -> tuple[list[str], Scores]:
    """Return the columns of a questionnaire's scored items that are the same in every programme, and their scores."""
    instrument = survey.instrument(instrument_id)
    forms = responses[responses["instrument_id"] == instrument.id]
    columns = [
        item.id
        for item in instrument.items
        if item.indicator and item.repeat is None and survey.scale(item.scale).is_scored
    ]
    return columns, item_scores(forms, survey, columns)


def _too_few(n: int, least: int) -> str:
    return "" if n >= least else FEW.format(least)
