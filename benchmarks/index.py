"""Measure the index of a large institute: bytes, time to write, to the first paint, and of each keystroke of a search.

python benchmarks/index.py [10000]
"""

import json
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pandas as pd
from playwright.sync_api import sync_playwright

sys.path.append(str(Path(__file__).parents[1] / "tests"))

import handmade
from coursewaves.index import index_page
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home, Settings
from coursewaves.survey.files import load_survey

LANGUAGES = ["kk", "ru", "en"]
A_PROGRAMME = 12
"""Courses of a programme."""

QUERY = "ойын аркылы P0123"

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"

ROUNDS = 5
"""A search is typed so often; of each keystroke the best is told, since others use the machine too."""

TYPED = """async ([text, rounds]) => {
    const field = document.getElementById('q'), times = Array(text.length).fill(Infinity);
    for (let round = 0; round < rounds; round += 1) for (let n = 0; n < text.length; n += 1) {
        const start = performance.now();
        field.value = text.slice(0, n + 1);
        field.dispatchEvent(new Event('input'));
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        times[n] = Math.min(times[n], performance.now() - start);
    }
    return [times, document.getElementById('found').textContent];
}"""


def large_year(folder: Path, n_reports: int, languages: list[str]) -> Year:
    """An institute with so many reports on courses, in a folder of its own."""
    survey, n = load_survey(), -(-n_reports // len(languages))
    courses = [f"P{number // A_PROGRAMME:04}-{number % A_PROGRAMME:02}" for number in range(n)]
    made = handmade.year(survey, courses={"P0000-00": 12})
    answered_at = pd.Timestamp("2025-03-14 12:00", tz="Asia/Almaty").as_unit("us")
    made.responses.insert(0, "submitted_at", pd.Series([answered_at] * len(made.responses)))
    registry = made.registry
    programmes = pd.concat([registry.programmes] * (-(-n // A_PROGRAMME)), ignore_index=True)
    ids = [f"P{number:04}" for number in range(len(programmes))]
    programmes = programmes.assign(
        programme_id=ids,
        title_kk=[f"{one} Ойын арқылы оқыту әдістемесі мен балаларды мектепке даярлау" for one in ids],
        title_ru=[f"{one} Методика обучения через игру и подготовка детей к школе" for one in ids],
    )
    rows = pd.concat([registry.courses] * n, ignore_index=True)
    rows = rows.assign(course_id=courses, programme_id=[course.partition("-")[0] for course in courses])
    registry.__dict__.update(programmes=programmes, courses=rows.astype({"course_id": "str", "programme_id": "str"}))
    home = Home(folder / "institute")
    home.__dict__.update(survey=survey, settings=Settings(languages=languages))
    year = Year(home)
    year.__dict__.update({name: value for name, value in made.__dict__.items() if name != "home"})
    (home.reports / "course").mkdir(parents=True)
    entries = []
    for course in courses:
        for language in languages:
            path = f"course/{course}.{language}.html"
            (home.reports / path).write_bytes(b"")
            entries.append({
                "kind": "course", "id": course, "language": language, "title": course, "path": path, "sha256": "",
                "inputs": {}, "versions": {}, "made_at": "2025-11-24T10:00:00+00:00", "is_stale": False,
            })  # fmt: skip
    (home.reports / "manifest.json").write_text(json.dumps(entries), encoding="utf-8")
    return year


def in_browser(path: Path) -> str:
    chromium = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 844})
        start = time.perf_counter()
        page.goto(path.as_uri())
        loaded = time.perf_counter() - start
        painted = page.evaluate(PAINTED)
        times, found = page.evaluate(TYPED, [QUERY, ROUNDS])
        browser.close()
    return (
        f"first paint {painted:.0f} ms, loaded {1000 * loaded:.0f} ms; "
        f"keystrokes {min(times):.0f} to {max(times):.0f} ms ({found})"
    )


def main(n_reports: int = 10_000) -> None:
    for languages in (LANGUAGES, ["kk"]):
        with tempfile.TemporaryDirectory() as folder:
            year = large_year(Path(folder), n_reports, languages)
            start = time.process_time()
            page = index_page(year, date(2025, 11, 24))
            seconds = time.process_time() - start
            path = Path(folder) / "index.html"
            path.write_text(page, encoding="utf-8")
            print(
                f"{n_reports:,} reports in {len(languages)} languages: {path.stat().st_size / 1e6:.2f} MB, "
                f"written in {seconds:.1f} s of CPU; {in_browser(path)}"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
