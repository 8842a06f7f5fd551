"""Count false alarms of the comparisons: courses in which nothing changes go through the library as real ones do.

    python benchmarks/false_alarms.py [--courses 1000]

Every course answers the built-in survey in three waves: 15 to 60 people, each question from the same liking of the
person, a mood of the day and chance, with 45 % of the marks at the top, so that no declared pair differs. Who has no
code is the same person in one half of the courses and another person in the other half. The rule of the library may
call a difference in at most 5 % of such courses; beside it stands what testing every pair by itself would call, and
Holm over all pairs at once.
"""

import argparse

import numpy as np
import pandas as pd
from scipy.special import ndtr

from coursewaves.analysis.compare import compare_pair, compare_waves
from coursewaves.settings.home import BUILT_IN
from coursewaves.stats import holm, share_interval
from coursewaves.survey.files import load_survey
from coursewaves.survey.instruments import Instrument, Survey

SHARES = (0.03, 0.07, 0.15, 0.30, 0.45)
"""Shares of the marks 1 to 5; other scales are cut from the same."""
SKIPPED = 0.03
BY_ITSELF = 200
"""Courses in which each pair is tested by itself too; that takes longer."""


def course(rng: np.random.Generator, survey: Survey) -> pd.DataFrame:
    """Make the responses of one course in which nothing changes."""
    size, linked, is_same = rng.integers(15, 61), rng.choice([0.0, 0.4, 0.7, 1.0]), rng.random() < 0.5
    liking, has_code = rng.normal(size=size), rng.random(size) < linked
    waves = []
    for instrument in survey.waves():
        known = liking if is_same else np.where(has_code, liking, rng.normal(size=size))
        waves.append(wave(rng, survey, instrument, known, has_code))
    return pd.concat(waves, ignore_index=True)


def wave(
    rng: np.random.Generator, survey: Survey, instrument: Instrument, liking: np.ndarray, has_code: np.ndarray
) -> pd.DataFrame:
    size = len(liking)
    mood = liking + 0.6 * rng.normal(size=size)
    columns = {"response_id": [f"{instrument.id}{n}" for n in range(size)], "course_id": "A-1",
               "instrument_id": instrument.id, "wave": instrument.wave,
               "respondent_id": [f"p{n}" if coded else None for n, coded in enumerate(has_code)]}  # fmt: skip
    for item in instrument.items:
        if survey.scale(item.scale).is_scored:
            low, high = survey.scale(item.scale).bounds
            for name in survey.columns(item):
                rank = ndtr((mood + rng.normal(size=size)) / np.sqrt(2.36))
                mark = np.searchsorted(np.cumsum(SHARES)[:-1], rank) / (len(SHARES) - 1)
                columns[name] = np.where(rng.random(size) < SKIPPED, np.nan, low + np.round(mark * (high - low)))
    return pd.DataFrame(columns).sample(frac=rng.uniform(0.6, 1), random_state=int(rng.integers(1 << 31)))


def by_itself(responses: pd.DataFrame, survey: Survey) -> np.ndarray:
    """Return the p-value of every change and gap, each by itself."""
    pairs = [pair.id for construct in survey.constructs for pair in construct.pairs if pair.kind != "related"]
    return np.array([compare_pair(responses, survey, pair)["p_value"] for pair in pairs])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--courses", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    survey, rng = load_survey(BUILT_IN), np.random.default_rng(given.seed)
    called, apart, tested = [], [], []
    for number in range(given.courses):
        responses = course(rng, survey)
        found = compare_waves(responses, survey)
        called.append(found["verdict"].isin(["higher", "lower"]).any())
        tested.append(int((found["verdict"] != "not tested").sum()))
        if number < BY_ITSELF:
            apart.append(by_itself(responses, survey))
    rows = {
        "blocks first, pairs within (the library)": called,
        "Holm over all pairs": [bool((holm(p_values) <= 0.05).any()) for p_values in apart],
        "each pair by itself": [bool((p_values <= 0.05).any()) for p_values in apart],
    }
    print(f"pairs compared by a test in a course: {np.mean(tested):.1f} on average")
    for name, flags in rows.items():
        found = share_interval(sum(flags), len(flags))
        print(f"{name:42} {found.share:6.1%} of {found.n} courses ({found.low:.1%} to {found.high:.1%})")


if __name__ == "__main__":
    main()
