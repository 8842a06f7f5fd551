"""Measure three rules: the ladder's sizes for polychoric correlations, what follows a decision, and languages told.

``python benchmarks/questionnaire.py`` prints the tables of docs/methods.md in some minutes; ``--repeats 50`` is a
quick look.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from babel import Locale

import coursewaves
from coursewaves.analysis.spoken import PLAIN, tell_language
from coursewaves.analysis.years import decision_effects
from coursewaves.stats import polychoric
from coursewaves.system.yamlfile import read_yaml

LIBRARY = Path(coursewaves.__file__).parent
LANGUAGES = ("kk", "ru", "en")
CEILING = [-2.0, -1.4, -0.8, -0.13]
"""Where the steps of an item part that 55 % answer with the highest."""


def correlations(repeats: int) -> Iterator[str]:
    """How near a polychoric correlation of two items with a ceiling comes to the truth, by the number of answers."""
    random = np.random.default_rng(2026)
    for rho in (0.4, 0.6):
        for n in (30, 60, 100, 200, 400):
            feelings = random.multivariate_normal([0, 0], [[1, rho], [rho, 1]], (repeats, n))
            found = [polychoric(*np.searchsorted(CEILING, one).T) for one in feelings]
            rhos = np.array([one.rho for one in found if not one.reason])
            covers = np.mean([abs(one.rho - rho) < 1.96 * one.se for one in found if not one.reason])
            lost = 1 - len(rhos) / repeats
            yield (
                f"rho {rho}, {n:3} answers: bias {rhos.mean() - rho:+.3f}, sd {rhos.std():.3f}, "
                f"covered {covers:.2f}, none {lost:.2f}"
            )


def decisions(repeats: int) -> Iterator[str]:
    """What is said to follow a decision on the programme that was lowest before, with and without a true change."""
    for programmes, runs in ((6, 3), (12, 3), (20, 2)):
        for effect in (0.0, 8.0):
            random = np.random.default_rng(2026)
            found = pd.concat([_decided(random, programmes, runs, effect) for _ in range(repeats)])
            covers = ((found["low"] <= effect) & (effect <= found["high"])).mean()
            is_praised = (found["low"] > 0).mean()
            yield (
                f"{programmes:2} programmes, {runs} runs a side, true change {effect:.0f}: difference "
                f"{found['difference'].mean():.1f}, estimate {found['estimate'].mean():.1f}, covered {covers:.2f}, "
                f"interval above 0 {is_praised:.2f}"
            )


def _decided(random: np.random.Generator, programmes: int, runs: int, effect: float, n: int = 25) -> pd.DataFrame:
    """Answers to all runs, people 14 points apart, runs 2 and programmes 3; the lowest before changes by the effect."""
    level = 75 + random.normal(0, 3, programmes)[:, None] + random.normal(0, 2, (programmes, 2 * runs))
    scores = level[:, :, None] + random.normal(0, 14, (programmes, 2 * runs, n))
    lowest = int(scores[:, :runs].mean(axis=(1, 2)).argmin())
    scores[lowest, runs:] += effect
    programme, run, _ = (place.ravel() for place in np.indices(scores.shape))
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(run * 60, unit="D")
    names = pd.Series(programme).map("P{:02}".format)
    ratings: dict[str, Any] = {"programme_id": names, "run_id": names + "-" + pd.Series(run).astype("str")}
    ratings |= {"starts_on": days, "ends_on": days + pd.Timedelta(days=10), "year": days.year, "score": scores.ravel()}
    day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=60 * runs - 30)
    decision = {"decision_id": "R1", "programme_id": f"P{lowest:02}", "decided_on": day}
    return decision_effects(
        pd.DataFrame(ratings), pd.DataFrame([decision | {"council": "smc", "kind": "change_topic"}])
    )


def languages() -> Iterator[str]:
    """How many texts are told rightly and wrongly, set by set."""
    answers = [
        (text, language)
        for _, _, *pair in read_yaml(LIBRARY / "simulate" / "sentences.yml").content["sentences"]
        for text, language in zip(pair, LANGUAGES, strict=False)
    ]
    asked = [
        text
        for path in (LIBRARY / "survey" / "questionnaires").glob("*.yml")
        for text in _wordings(read_yaml(path).content)
    ]
    countries = [(name, language) for language in LANGUAGES for name in Locale(language).territories.values()]
    sets = {
        "answers of the example year": answers,
        "questionnaires": asked,
        "questionnaires, four words or more": [one for one in asked if len(one[0].split()) >= 4],
        "the Kazakh ones typed without Kazakh letters": [
            (text.translate(PLAIN), "kk") for text, language in [*answers, *asked] if language == "kk" and " " in text
        ],
        "names of countries (the rule was not made on them)": countries,
    }
    for name, texts in sets.items():
        spoken = {text: {language for other, language in texts if other == text} for text, _ in texts}
        own = {text: next(iter(found)) for text, found in spoken.items() if len(found) == 1}
        told = {text: tell_language(text) for text in own}
        right = np.mean([told[text] == language for text, language in own.items()])
        none = np.mean([not language for language in told.values()])
        wrong = np.mean([told[text] not in ("", language) for text, language in own.items()])
        yield f"{name}: {len(told)} texts, right {right:.3f}, wrong {wrong:.3f}, not told {none:.3f}"


def _wordings(content: Any) -> Iterator[tuple[str, str]]:
    if isinstance(content, dict) and set(LANGUAGES) <= set(content):
        yield from ((content[language], language) for language in LANGUAGES if isinstance(content[language], str))
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from _wordings(part)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=300, help="simulated samples of each setting")
    repeats = parser.parse_args().repeats
    for title, lines in (
        ("Polychoric correlations of two items with a ceiling", correlations(repeats)),
        ("After a decision on the programme that was lowest", decisions(repeats)),
        ("Language of a text", languages()),
    ):
        print(f"\n{title}")
        for line in lines:
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
