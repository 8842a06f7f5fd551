"""Draw the sample of a work folder (¶10): registry and settings go in, the plan and everybody's own code come out."""

from typing import NamedTuple

import pandas as pd

from coursewaves.analysis.sample import TARGET_PERCENT, SamplePlan, plan_sample
from coursewaves.errors import CoursewavesError
from coursewaves.load import disguised
from coursewaves.privacy.pseudonyms import Pseudonyms
from coursewaves.registry.reader import Registry
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Instrument, Survey

NO_SEED = "Can't draw without a seed; fix: sample: seed: in coursewaves.yml, the number and date of the order, say."


class Draw(NamedTuple):
    """A drawn sample.

    Attributes
    ----------
    instrument
        Its questionnaire.
    plan
        The sample, see `coursewaves.analysis.sample.SamplePlan`; codes that lead to a person are pseudonyms in it.
    own_codes
        One row is one person of the frame: ``course_id``, ``participant_id`` as in the plan, and ``own_code`` as in
        the registry, by which a centre knows whom to ask.
    """

    instrument: Instrument
    plan: SamplePlan
    own_codes: pd.DataFrame


def sample_instrument(survey: Survey, wave: int | None = None) -> Instrument:
    """Return the questionnaire that asks a sample: that of a wave, else the only one.

    Raises
    ------
    CoursewavesError
        Where there is none, or several and no wave is named.
    """
    samples = [one for one in survey.waves() if one.least_percent is not None]
    if wave is not None:
        samples = [one for one in samples if one.wave == wave]
    if len(samples) != 1:
        possible = [one.wave for one in survey.waves() if one.least_percent is not None]
        raise CoursewavesError.not_found("" if wave is None else wave, "the waves that ask a sample", possible)
    return samples[0]


def draw_sample(
    registry: Registry, survey: Survey, settings: Settings, pseudonyms: Pseudonyms, seed: str = "",
    instrument: Instrument | None = None,
) -> Draw:  # fmt: skip
    """Draw the sample of a wave from the public seed.

    Parameters
    ----------
    registry
        As it was read, with the codes that centres know.
    survey, settings
        The survey design, and what the institute decided.
    pseudonyms
        Replace codes that lead to a person, as they do in the loaded tables.
    seed
        Public words; by default those of the settings.
    instrument
        A questionnaire that asks a sample; by default the only one.

    Raises
    ------
    CoursewavesError
        Where there is no seed, or no such questionnaire.
    """
    asked = instrument or sample_instrument(survey)
    words = seed.strip() or settings.sample.seed
    if not words:
        raise CoursewavesError(NO_SEED)
    if "|" in words or not words.isprintable():
        raise CoursewavesError("Can't draw from a seed with '|' or a control character; fix: leave it out.")
    hidden = disguised(registry, pseudonyms)
    percent = max(TARGET_PERCENT, asked.least_percent or 0)
    plan = plan_sample(
        hidden, survey, settings, instrument=asked.id, seed=words, percent=percent,
        expected_response=settings.sample.expected_response,
    )  # fmt: skip
    own_codes = hidden.participants[["course_id", "participant_id"]].assign(
        own_code=registry.participants["participant_id"]
    )
    return Draw(asked, plan, own_codes)


def everybody(draw: Draw, registry: Registry) -> pd.DataFrame:
    """Return all of the frame in the order of the draw, with the centre that knows them and their own codes.

    Returns
    -------
    DataFrame
        One row is one person: ``direction_id``, ``programme_id``, ``centre_id``, ``course_id``, ``participant_id``
        (as the registry has it), ``draw_order``, ``is_invited``, ``reserve_order``, and ``code`` (as in the draw).
    """
    centres = registry.courses[["course_id", "centre_id"]]
    found = draw.plan.frame.merge(draw.own_codes, on=["course_id", "participant_id"]).merge(centres, on="course_id")
    found = found.rename(columns={"participant_id": "code", "own_code": "participant_id"})
    columns = ["direction_id", "programme_id", "centre_id", "course_id", "participant_id", "draw_order", "is_invited",
               "reserve_order", "code"]  # fmt: skip
    return found[columns]
