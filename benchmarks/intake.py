"""Measure reading, typing, scoring and writing of a large export against pandas doing the unsafe minimum.

Run: python benchmarks/intake.py [RESPONDENTS]

The same file, in the same run: 200,000 respondents x 50 five-step items of 720 courses, once answered in codes
and once in words. pandas: `read_csv`, words mapped to numbers, mean by course. coursewaves: everything from bytes
to Parquet, every record accounted for. Each runs in a process of its own, by turns; ratios count, seconds drift.
"""

import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import pandas as pd

ITEMS = 50
COURSES = 720
ROUNDS = 3
WORDS = ["мүлдем жоқ", "аз дәрежеде", "орташа дәрежеде", "жоғары дәрежеде", "толық дәрежеде"]


def make_home(home: Path, respondents: int) -> None:
    """Write a work folder of one questionnaire, its courses and one large export for each kind of answer."""
    (home / "instruments").mkdir(parents=True)
    options = "\n".join(f'      - {{code: "{n}", text: {{kk: "{word}"}}}}' for n, word in enumerate(WORDS, 1))
    indicators = "\n".join(f'  - {{id: i{n}, criterion: K, text: {{kk: "Көрсеткіш {n}"}}}}' for n in range(5))
    items = "\n".join(
        f'  - {{id: Q{n}, scale: S, indicator: i{n % 5}, text: {{kk: "Сұрақ {n}"}}}}' for n in range(ITEMS)
    )
    (home / "instruments" / "all.yml").write_text(
        "languages: [kk]\n"
        'criteria:\n  - {id: K, text: {kk: "Критерий"}}\n'
        f"indicators:\n{indicators}\n"
        f"scales:\n  - id: S\n    kind: ordinal\n    options:\n{options}\n"
        '  - {id: T, kind: text, text: {kk: "мәтін"}}\n'
        "background:\n"
        '  - {id: ID1, scale: T, purpose: course, text: {kk: "Курс коды"}}\n'
        '  - {id: ID2, scale: T, purpose: submitted_at, text: {kk: "Уақыт белгісі"}}\n'
        'ratings:\n  - {id: rating, instrument: B, criteria: [K], text: {kk: "Баға"}}\n'
        'instrument:\n  id: B\n  wave: 2\n  text: {kk: "Сауалнама"}\n'
        "  window: {anchor: ends_on, due: 0, opens: -30, closes: 30}\n"
        f"items:\n{items}\n",
        encoding="utf-8",
    )
    registry = home / "data" / "raw" / "registry"
    registry.mkdir(parents=True)
    programmes = [f"P{n:02d}" for n in range(COURSES // 60)]
    rows = [f"{one},Бағдарлама,72" for one in programmes]
    (registry / "programmes.csv").write_text("\n".join(["programme_id,title_kk,hours", *rows]), encoding="utf-8")
    rows = [f"{one}-{run:02d},{one},2025-03-03,2025-03-14" for one in programmes for run in range(60)]
    (registry / "courses.csv").write_text("\n".join(["course_id,programme_id,starts_on,ends_on", *rows]))
    (home / "data" / "raw" / "responses").mkdir()


def make_export(path: Path, respondents: int, kind: str) -> None:
    """Write one export as Google Forms does: every cell of words quoted."""
    rng = random.Random(2026)
    answers = WORDS if kind == "words" else ["1", "2", "3", "4", "5"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL if kind == "words" else csv.QUOTE_MINIMAL)
        writer.writerow(["Уақыт белгісі", "Курс коды", *(f"Сұрақ {n}" for n in range(ITEMS))])
        for n in range(respondents):
            clock = f"{1 + n % 12}:{n // 12 % 60:02d}:{n // 720 % 60:02d} {'AM' if n % 2 else 'PM'}"
            course = rng.randrange(COURSES)
            stamp = f"2025/03/{1 + n % 28:02d} {clock} GMT+5"
            writer.writerow([stamp, f"P{course // 60:02d}-{course % 60:02d}", *rng.choices(answers, k=ITEMS)])


def unsafe(home: Path, kind: str) -> dict[str, float]:
    """What a hurried analyst does: read, map words, mean by course; no check of anything."""
    start = time.perf_counter()
    answers = pd.read_csv(home / "data" / "raw" / "responses" / f"{kind}.csv")
    questions = [f"Сұрақ {n}" for n in range(ITEMS)]
    read = time.perf_counter()
    if kind == "words":
        steps = {word: n for n, word in enumerate(WORDS, 1)}
        answers[questions] = answers[questions].apply(lambda column: column.map(steps))
    answers.groupby("Курс коды")[questions].mean()
    return {"read": read - start, "all": time.perf_counter() - start}


def ours(home: Path, kind: str) -> dict[str, float]:
    """Load as `coursewaves load` does, stage by stage."""
    from coursewaves.load import read_home  # noqa: PLC0415
    from coursewaves.privacy.pseudonyms import Pseudonyms  # noqa: PLC0415 - pandas' own run pays for pandas alone
    from coursewaves.reading.records import read_records  # noqa: PLC0415
    from coursewaves.registry.reader import read_registry  # noqa: PLC0415
    from coursewaves.score import score_responses  # noqa: PLC0415
    from coursewaves.settings.home import Home  # noqa: PLC0415
    from coursewaves.system.private_files import write_private  # noqa: PLC0415

    place = Home(home)
    place.survey  # noqa: B018 - the design is read before the clock runs
    path = home / "data" / "raw" / "responses" / f"{kind}.csv"
    registry, _ = read_registry(place.registry)
    marks = [time.perf_counter()]
    read_records(path)
    marks.append(time.perf_counter())
    intake = read_home(place, registry, Pseudonyms(bytes(32)))
    marks.append(time.perf_counter())
    scores = score_responses(intake.responses, place.survey)
    marks.append(time.perf_counter())
    for name, table in {"responses": intake.responses, "scores": scores}.items():
        write_private(place.processed / f"{name}.parquet", table.to_parquet)
    marks.append(time.perf_counter())
    read, whole, score, write = (after - before for before, after in pairwise(marks))
    return {"read": read, "type": whole - read, "score": score, "write": write, "all": whole + score + write}


def child(home: Path, kind: str, who: str) -> None:
    """Measure one way of one kind and print it: for the parent to read."""
    found = {"ours": ours, "unsafe": unsafe}[who](home, kind)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(" ".join(f"{name}={value:.4f}" for name, value in {**found, "MB": peak}.items()))


def measure(home: Path, kind: str, who: str) -> dict[str, float]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, __file__, "--child", str(home), kind, who]
    line = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return {name: float(value) for name, value in (part.split("=") for part in line)}


def main() -> None:
    """Measure by turns and print the medians and the ratio of whole runs."""
    respondents = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("codes", "words"):
            home = Path(folder) / kind
            make_home(home, respondents)
            make_export(home / "data" / "raw" / "responses" / f"{kind}.csv", respondents, kind)
            rounds = [{who: measure(home, kind, who) for who in ("unsafe", "ours")} for _ in range(ROUNDS)]
            for who in ("unsafe", "ours"):
                names = rounds[0][who]
                middle = {name: sorted(one[who][name] for one in rounds)[ROUNDS // 2] for name in names}
                speed = {name: respondents * ITEMS / middle[name] / 1e6 for name in names if name != "MB"}
                told = ", ".join(f"{name} {middle[name]:.2f} s ({speed[name]:.1f} M cells/s)" for name in speed)
                print(f"{kind:6} {who:7} {told}, peak {middle['MB']:.0f} MB")
            ratios = sorted(one["ours"]["all"] / one["unsafe"]["all"] for one in rounds)
            print(f"{kind:6} ratio   {ratios[ROUNDS // 2]:.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]), *sys.argv[3:5])
    else:
        main()
