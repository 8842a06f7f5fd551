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
    checks = {"between releases": _between, "pairs": _pair, "count": _count, "part of a sum": _part}
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
    course_id, wave = claim.place
    low, high = claim.told
    sizes = [int(((day.forms["course_id"] == course_id) & (day.forms["wave"] == int(wave))).sum()) for day in days]
    return any(low <= n <= high for n in sizes)


def _part(claim: "Claim", days: list[Day]) -> bool:
    """A mean of one to four people is taken for true where its ends say more than the scale does."""
    low, high = claim.told
    return bool(high - low < 100)
