"""Who took part in a programme, beside all others (¶16-17), and what their mix explains of its rating."""

from typing import Any

import numpy as np
import pandas as pd

from coursewaves.analysis.factor_analysis import cohort_composition
from coursewaves.analysis.standardise import CHARACTERISTICS
from coursewaves.disclosure import Disclosed, hidden_parts, is_derivable
from coursewaves.pages.pieces import Html, paragraph, table
from coursewaves.phrases import marked
from coursewaves.views.opening import ProgrammeView
from coursewaves.views.programme import Programme
from coursewaves.views.subject import once

TITLES = {
    "age_band": marked("Age"),
    "experience_band": marked("Work experience"),
    "role": marked("Role"),
    "region_id": marked("Region"),
}


def mix_table(view: ProgrammeView) -> list[Html]:
    """List the groups of participants with their shares here and in the other programmes."""
    rows = [row for name in CHARACTERISTICS for row in _in_order(view, name)]
    if not rows:
        return [paragraph(view.say("Too few participants said who they are."))]
    say = view.say
    head = [say("Group"), say("Share in this programme (95 %)"), say("Share in the other programmes")]
    return [table(say("Participants of this programme and of the others"), head, [_line(view, row) for row in rows])]


def _in_order(view: ProgrammeView, characteristic: str) -> list[dict[str, Any]]:
    """Return the classes of a characteristic in the order of its question."""
    codes = list(_options(view, characteristic))
    shown = composition(view, characteristic).shown()
    return sorted(shown, key=lambda row: codes.index(row["code"]) if row["code"] in codes else len(codes))


def _options(view: ProgrammeView, characteristic: str) -> dict[str, str]:
    survey = view.year.survey
    scales = [survey.scale(item.scale) for item in survey.background if item.purpose == characteristic]
    return {option.code: option.wording(view.phrases.language) for scale in scales for option in scale.options}


def _line(view: ProgrammeView, row: dict[str, Any]) -> list[str]:
    percent, title = view.phrases.percent, TITLES[row["characteristic"]]
    share = f"{percent(row['share'])} ({percent(row['low'])}–{percent(row['high'])})"
    group = f"{view.say(title)} — {_class(view, row['characteristic'], row['code'])}"
    return [group, share, percent(row["share_others"])]


def _class(view: ProgrammeView, characteristic: str, code: str) -> str:
    """Return what a class is called: a region by the registry, any other by its question."""
    if characteristic == "region_id":
        regions = view.year.registry.regions
        found = regions[regions["region_id"] == code]
        return view.title("regions", found.iloc[0]) if len(found) else code
    return _options(view, characteristic).get(code, code)


@once
def composition(programme: Programme, characteristic: str) -> Disclosed:
    """Return the classes of one characteristic that may be shown; see `analysis.factor_analysis.cohort_composition`.

    A class is hidden where what one run hides could be computed from its sum and the other runs' reports.
    """
    forms = _forms(programme)
    found = cohort_composition(forms, programme.year.registry.courses, programme.programme_id)
    found = found[found["characteristic"] == characteristic].reset_index(drop=True)
    is_enough = found["n_all"].to_numpy() >= programme.least("shares")
    is_own = forms["course_id"].isin(set(programme.courses["course_id"]))
    minimum = programme.least("counts")
    hidden, hidden_others = (
        [_tells_of_few(forms[chosen], characteristic, code, minimum) for code in found["code"]]
        for chosen in (is_own, ~is_own)
    )
    safe = np.where(is_enough & ~hidden_parts(found["n"].to_numpy(), hidden, minimum), found["n"], 0)
    is_told = found["n_all_others"] >= programme.least("shares")
    is_told &= ~hidden_parts(found["n_others"].to_numpy(), hidden_others, minimum)
    found = found.assign(n_safe=safe, share_others=found["share_others"].where(is_told))
    return programme.gate(found, "counts", ["characteristic", "code"], n=("n_safe",))


@once
def _forms(programme: Programme) -> pd.DataFrame:
    """Return the rated questionnaire's forms of all courses with enough of them, so that nobody counts twice."""
    responses, asked = programme.year.responses, programme.year.survey.ratings[0].instrument
    forms = responses[(responses["instrument_id"] == asked) & responses["course_id"].notna()]
    return forms[forms.groupby("course_id")["course_id"].transform("size") >= programme.least("counts")]


def _tells_of_few(forms: pd.DataFrame, characteristic: str, code: str, minimum: int) -> bool:
    """Whether the sum of a class over courses, less those that show it, tells of a few people."""
    is_class = (forms[characteristic] == code).fillna(False).astype(bool)
    counts = forms.loc[is_class, "course_id"].value_counts().to_numpy()
    return is_derivable(counts[counts < minimum].astype(np.float64), minimum)
