"""Follow the drawn sample of a work folder (¶10): the draw is made again, register and answers are held against it."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.field.draw import Draw, draw_sample, everybody, sample_instrument
from coursewaves.field.files import read_paper
from coursewaves.field.progress import Progress, field_progress
from coursewaves.privacy.pseudonyms import Pseudonyms, find_key
from coursewaves.processed.year import Year
from coursewaves.registry.reader import Registry, read_registry
from coursewaves.settings.home import Home
from coursewaves.system.findings import Finding


class Followed(NamedTuple):
    """A drawn sample in the field.

    Attributes
    ----------
    draw
        The draw, made again.
    registry
        The registry as it was read, with the codes that centres know.
    progress
        How it stands.
    findings
        What does not fit: the draw that was written, the settings, the register.
    """

    draw: Draw
    registry: Registry
    progress: Progress
    findings: list[Finding]

    def to_ask(self) -> pd.DataFrame:
        """Return all who are asked by now, the next reserves among them: ``course_id``, ``participant_id`` ..."""
        people = everybody(self.draw, self.registry)
        tables = (self.progress.people, self.progress.next)
        keys = {key for table in tables for key in zip(table["course_id"], table["participant_id"], strict=True)}
        is_asked = [key in keys for key in zip(people["course_id"], people["code"], strict=True)]
        return people[np.array(is_asked, dtype=bool)].reset_index(drop=True)


class Drawn(NamedTuple):
    """A draw, the registry as it was read, with the codes that centres know, and what of it is in no draw."""

    draw: Draw
    registry: Registry
    findings: list[Finding]


def draw_of(home: Home, wave: int | None = None, seed: str = "") -> Drawn:
    """Read the registry of a work folder and draw a sample wave from it; see `draw_sample`."""
    registry, faults = read_registry(home.registry)
    pseudonyms = Pseudonyms(lambda: find_key(home.root).secret)
    instrument = sample_instrument(home.survey, wave)
    draw = draw_sample(registry, home.survey, home.settings, pseudonyms, seed, instrument)
    findings = []
    if len(faults):
        what = f"faults of the registry: {len(faults)}; what they set aside is not drawn"
        findings.append(Finding("warn", what, "coursewaves check"))
    for reason, courses in draw.plan.courses[draw.plan.courses["reason"] != ""].groupby("reason"):
        fix = "complete courses.csv and participants.csv before the draw"
        findings.append(Finding("warn", f"{', '.join(sorted(courses['course_id']))}: {reason}", fix))
    return Drawn(draw, registry, findings)


def follow(home: Home, today: date, wave: int | None = None) -> Followed:
    """Find how the drawn sample of a loaded work folder stands on a day.

    Raises
    ------
    CoursewavesError
        Where none was drawn, or nothing is loaded.
    """
    instrument, year = sample_instrument(home.survey, wave), Year(home)
    paper = read_paper(home, instrument)
    if paper is None:
        raise CoursewavesError(f"No sample of wave {instrument.wave} was drawn; fix: coursewaves sample")
    draw, registry, _ = draw_of(home, instrument.wave, str(paper["seed"]))
    rules, findings = home.settings.sample, []
    if draw.plan.frame_hash != paper["frame_hash"]:
        fix = "coursewaves sample --anew, and tell the council; who stood on the list keeps the own number"
        findings.append(Finding("warn", "the list of those who completed is not that of the draw any more", fix))
    if rules.seed != paper["seed"]:
        fix = "write it under sample: seed: in coursewaves.yml"
        findings.append(Finding("warn", "the settings do not name the seed of the draw, nor does the report", fix))
    progress = field_progress(
        draw.plan, year.registry, year.received, instrument, today=today, expected_response=rules.expected_response,
        wait_days=rules.wait_days,
    )  # fmt: skip
    return Followed(draw, registry, progress, [*findings, *progress.findings])
