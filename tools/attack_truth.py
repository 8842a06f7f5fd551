"""Hold claims against the raw answers: claims and the work folders of the same days go in, the true ones come out."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coursewaves.analysis.sides import pair_sides
from coursewaves.load import disguised, read_home
from coursewaves.privacy.pseudonyms import Pseudonyms
from coursewaves.registry.reader import Registry, read_registry
from coursewaves.score import composition, item_scores
from coursewaves.settings.home import Home

if TYPE_CHECKING:
    from attack import Claim


class Day:
    """The raw answers of one day, whatever pages count of them."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        pseudonyms = Pseudonyms(b"a key of the attack's own, thirty")
        self.registry: Registry = disguised(read_registry(self.home.registry)[0], pseudonyms)
        self.forms = read_home(self.home, self.registry, pseudonyms).responses

    def of(self, kind: str, subject_id: str) -> pd.DataFrame:
        """Return the forms that a page is about."""
        courses = self.registry.courses
        key = {"course": "course_id", "centre": "centre_id"}.get(kind, "programme_id")
        own = courses.loc[courses[key] == subject_id, "course_id"] if subject_id in set(courses[key]) else None
        return self.forms if own is None else self.forms[self.forms["course_id"].isin(set(own))]


def are_true(claims: Iterable["Claim"], folders: list[Path]) -> list["Claim"]:
    """Return the claims that the answers bear out; what can't be checked in detail counts as true."""
    days = [Day(folder) for folder in folders]
    checks: dict[str, Any] = {
        "between releases": _between, "pairs": _pair, "count": _count, "part of a sum": _part, "group": _group,
        "left out": _left_out, "alone": _alone,
    }  # fmt: skip
    return [claim for claim in claims if claim.kind not in checks or checks[claim.kind](claim, days)]


def _between(claim: "Claim", days: list[Day]) -> bool:
    before, after = (day.of(*claim.place[:2]) for day in (days[0], days[-1]))
    if len(claim.told) == 2 and all(isinstance(one, tuple) for one in claim.told):
        return any(
            _moves(before, after, column, len(claim.told[0])) == claim.told for column in _columns(claim, days[-1])
        )
    changed = set(before["response_id"]) ^ set(after["response_id"])
    return len(changed) > 0 or len(before) != len(after)


def _columns(claim: "Claim", day: Day) -> list[str]:
    """Return the columns that a bar may show: those of its wave with its wording."""
    survey, (wave, label) = day.home.survey, (claim.place[2], claim.place[-1])
    items = [item for one in survey.waves() if f"wave-{one.id.lower()}" == wave for item in one.items]
    return [name for item in items if item.wording("en") == label for name in survey.columns(item) if name in day.forms]


def _moves(before: pd.DataFrame, after: pd.DataFrame, column: str, n_steps: int) -> tuple[tuple[int, ...], ...]:
    counts = [np.bincount(_steps(forms, column), minlength=n_steps + 1)[:n_steps] for forms in (before, after)]
    moved = counts[1] - counts[0]
    return tuple(tuple(int(n) for n in np.maximum(sign * moved, 0)) for sign in (1, -1))


def _steps(forms: pd.DataFrame, column: str) -> Any:
    codes = forms[column].to_numpy(dtype=float)
    return codes[np.isfinite(codes) & (codes < 9)].astype(int) - 1


def _pair(claim: "Claim", days: list[Day]) -> bool:
    name, survey = claim.place[-1].rpartition(" (")[0], days[0].home.survey
    pair = next(one for group in survey.constructs for one in group.pairs if one.wording("en") == name)
    found = set()
    for day in days:
        earlier, later = pair_sides(day.of(*claim.place[:2]), survey, pair)
        is_alone = np.isfinite(earlier) ^ np.isfinite(later)
        found.add(round(float(np.nansum(later[is_alone]) - np.nansum(earlier[is_alone])), 6))
    return bool(found & set(claim.told))


def _count(claim: "Claim", days: list[Day]) -> bool:
    """Count the forms of a course and wave; what a page says as it stands is true."""
    if len(claim.place) > 2:
        return True
    course_id, wave = claim.place
    low, high = claim.told
    sizes = [int(((day.forms["course_id"] == course_id) & (day.forms["wave"] == int(wave))).sum()) for day in days]
    return any(low <= n <= high for n in sizes)


def _part(claim: "Claim", days: list[Day]) -> bool:
    """A mean of one to four people is taken for true where its ends say more than the scale does."""
    low, high = claim.told
    return bool(high - low < 100)


def _group(claim: "Claim", days: list[Day]) -> bool:
    """Count a group of participants, by its code or its name."""
    (course_id, wave, item, name), (low, high) = claim.place, claim.told
    survey, sizes = days[0].home.survey, []
    asked = next((one for one in survey.background if one.wording("en") == item), None)
    options = survey.scale(asked.scale).options if asked else []
    code = next((one.code for one in options if one.wording("en") == name), name)
    for day in days:
        forms = day.forms[(day.forms["course_id"] == course_id) & (day.forms["wave"] == int(wave))]
        sizes.append(int((forms[asked.purpose if asked else item] == code).sum()))
    return any(low <= n <= high for n in sizes)


def _left_out(claim: "Claim", days: list[Day]) -> bool:
    """Sum the answers of those who left a question out, each by as much as the score weighs them more."""
    survey, (kind, subject_id, wave, name) = days[0].home.survey, claim.place
    if name in ("earlier", "later"):
        items = getattr(survey.pair(wave), name)
        columns, instrument = survey.columns_of(items), survey.instrument_of(items[0])
    else:
        instrument = next(one for one in survey.waves() if one.id.lower() == wave)
        columns = composition(survey, instrument)[name]
    return any(abs(_weighed(day, (kind, subject_id), instrument.id, columns) - claim.told[0]) < 1e-6 for day in days)


def _weighed(day: Day, subject: tuple[str, str], instrument_id: str, columns: list[str]) -> float:
    forms = day.of(*subject)
    forms = forms[forms["instrument_id"] == instrument_id]
    answers = item_scores(forms, day.home.survey, columns)
    answers = answers[:, np.isfinite(answers).any(axis=0)]
    k = answers.shape[1]
    n, total = np.isfinite(answers).sum(axis=1), np.nansum(answers, axis=1)
    mine = np.where(2 * n >= k, total / np.maximum(n, 1), 0.0)
    return float((mine - total / k).sum() * k * (k - 1))


def _alone(claim: "Claim", days: list[Day]) -> bool:
    """Count those who answered one side of a pair alone and chose this step."""
    survey, (side, step, least) = days[0].home.survey, claim.told
    pair = survey.pair(claim.place[-1])
    for day in days:
        sides = pair_sides(day.of(*claim.place[:2]), survey, pair)
        own, other = (sides.earlier, sides.later) if side == "earlier" else (sides.later, sides.earlier)
        low, high = survey.scale_of(pair.earlier[0]).bounds
        chosen = own[np.isfinite(own) & ~np.isfinite(other)] / 100 * (high - low)
        if int((np.round(chosen) == step).sum()) >= least:
            return True
    return False
