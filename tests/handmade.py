"""A year made by hand: so many answers to each questionnaire of any survey, without a file being read."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from coursewaves.intake.responses import OUTCOMES
from coursewaves.phrases import Phrases
from coursewaves.problems import problems_table
from coursewaves.processed.year import Year
from coursewaves.registry.reader import Registry
from coursewaves.score import score_responses
from coursewaves.settings.home import Home, Settings
from coursewaves.survey.instruments import Instrument, Item, Survey
from coursewaves.views.opening import CourseView
from small import make_registry

BACKGROUND = {"language": "language", "role": "role", "settlement": "settlement", "age_band": "age_band",
              "experience_band": "experience_band"}  # fmt: skip


def same(text: str) -> str:
    return text


def registry(
    courses: Iterable[Mapping[str, Any]] = ({"course_id": "A-1"},), word: Callable[[str], str] = same
) -> Registry:
    """One programme with all that a registry can say of it; `word` makes each wording."""

    def titles(stem: str, what: str) -> dict[str, str]:
        return {f"{stem}_{language}": word(f"{what} {language}") for language in ("kk", "ru", "en")}

    programme = {"programme_id": "A", "direction_id": "D1", "hours": 72, "practical_hours": 30}
    row = {"programme_id": "A", "starts_on": "2025-03-03", "ends_on": "2025-03-14", "centre_id": "C1", "language": "kk",
           "enrolled": 30, "completed": 28}  # fmt: skip
    return make_registry(
        directions=[{"direction_id": "D1"} | titles("title", "Direction")],
        programmes=[programme | titles("title", "Play")],
        centres=[{"centre_id": "C1"} | titles("title", "Centre")],
        trainers=[{"trainer_id": "T1", "name": word("A. Trainer")}],
        abilities=[{"programme_id": "A", "number": n} | titles("text", f"Ability {n}") for n in (1, 2)],
        topics=[
            {"topic_id": f"A-{n}", "programme_id": "A", "number": n, "hours": 36, "trainer_id": "T1"}
            | titles("title", f"Topic {n}")
            for n in (1, 2)
        ],
        courses=[row | course for course in courses],
    )


def answer(survey: Survey, item: Item, person: int, place: int, texts: list[str]) -> float | str:
    """What one person answers to one question; nobody leaves anything out, and waves differ."""
    scale = survey.scale(item.scale)
    if scale.kind == "text":
        return texts[(person + place) % len(texts)]
    if scale.is_scored:
        low, high = (int(bound) for bound in scale.bounds)
        return float(low + (person + place) % (high - low + 1))
    codes = [option.code for option in scale.options] or ["1", "2"]
    return codes[(person + place) % len(codes)]


def forms(
    survey: Survey, instrument: Instrument, course_id: str, n: int, texts: list[str], shift: int = 0,
    linked: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """So many forms of one course; `shift` moves every answer by so many steps."""
    table = pd.DataFrame({"response_id": [f"{course_id}.{instrument.id}.{person}" for person in range(n)]}, dtype="str")
    table = table.assign(course_id=course_id, instrument_id=instrument.id, wave=instrument.wave, is_straightlined=False)
    table["respondent_id"] = pd.Series([f"p{person}" if linked else None for person in range(n)], dtype="str")
    by_purpose = {item.purpose: survey.scale(item.scale) for item in survey.background}
    for purpose, column in BACKGROUND.items():
        codes = [option.code for option in by_purpose[purpose].options] if purpose in by_purpose else []
        table[column] = pd.Series([codes[person % len(codes)] if codes else None for person in range(n)], dtype="str")
    columns = {
        column: [answer(survey, item, person * instrument.wave + shift, place, texts) for person in range(n)]
        for item in instrument.items
        for place, column in enumerate(survey.columns(item))
    }
    return pd.concat([table, pd.DataFrame(columns, index=table.index)], axis=1)


def year(
    survey: Survey, n: int | Mapping[str, int] | None = None, *, courses: Mapping[str, int] | None = None,
    texts: list[str] | None = None, shift: int = 0, linked: bool = False, outcomes: Mapping[str, int] | None = None,
    settings: Settings | None = None, word: Callable[[str], str] = same, **course: Any,
) -> Year:  # fmt: skip
    """A year of course A-1 with n answers to each questionnaire, or of several courses with theirs.

    `outcomes` counts the forms kept by questionnaire where they differ from the answers; `course` overrides the
    registry's row of each course.
    """
    sizes = courses or {"A-1": n}
    made = []
    for course_id, size in sizes.items():
        for instrument in survey.waves():
            count = size[instrument.id] if isinstance(size, Mapping) else int(size or 0)
            made.append(forms(survey, instrument, course_id, count, texts or ["All was clear."], shift, linked))
    responses = pd.concat([table for table in made if len(table)] or made[:1], ignore_index=True)
    found = Year(Home(Path("institute")))
    found.home.__dict__.update(settings=settings or Settings(institute={"en": word("Institute")}), survey=survey)
    kept = responses.groupby(["course_id", "instrument_id"]).size().rename("n_forms").reset_index()
    kept["n_forms"] = [(outcomes or {}).get(row["instrument_id"], row["n_forms"]) for row in kept.to_dict("records")]
    account = {"file": ["a.csv"], "instrument_id": ["A"], "n_read": [100], "n_kept": [100]}
    account |= {f"n_{outcome}": [0] for outcome in OUTCOMES if outcome != "kept"}
    found.__dict__.update(
        registry=registry([{"course_id": course_id} | course for course_id in sizes], word),
        responses=responses,
        scores=score_responses(responses, survey),
        problems=problems_table([]),
        files=pd.DataFrame(account),
        outcomes=kept.assign(outcome="kept"),
    )
    found.__dict__["shown_scores"] = found.scores  # what a test plants in one stands in the other
    return found


def view(found: Year, course_id: str = "A-1", language: str = "en") -> CourseView:
    return CourseView(found, course_id, Phrases(language))
