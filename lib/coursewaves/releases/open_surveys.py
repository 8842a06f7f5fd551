"""Find the surveys that are open still: the registry and a day go in, the waves whose answers no page counts come out.

Whoever reads pages each day while a survey is open sees who answered in between, and of its last answers a few would
wait for good (`coursewaves.releases.cells`). So a course's wave is published once, whole, when nobody is asked any
more.
"""

from datetime import date

import pandas as pd

from coursewaves.registry.reader import Registry
from coursewaves.registry.windows import wave_windows
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Instrument, Survey

COLUMNS = {"course_id": "str", "instrument_id": "str", "closes_on": "datetime64[ns]", "shown_on": "datetime64[ns]"}

LONGEST = 20
"""Days after the last invitation that are waited for reserves: even answers of its own day are in time for ¶13 then."""


def open_surveys(registry: Registry, survey: Survey, settings: Settings, today: date) -> pd.DataFrame:
    """Return the surveys of courses of which no answer is shown yet on a day.

    Parameters
    ----------
    today
        The day, by the institute's clocks.

    Returns
    -------
    DataFrame
        One row is one course and questionnaire: ``closes_on`` is the last day on which answers are expected (see
        `last_days`), ``shown_on`` the first on which pages count them, with the days of grace for the last export: in a
        round of a sample the time for its reserves is one too. None where the institute shows open surveys.
    """
    if settings.publishing.open_surveys == "show":
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    found = last_days(registry, survey, settings)
    with_grace = found.pop("awaited_until") + pd.Timedelta(days=settings.publishing.grace_days)
    found["shown_on"] = found["closes_on"].where(found["closes_on"] > with_grace, with_grace) + pd.Timedelta(days=1)
    return found[found["shown_on"] > pd.Timestamp(today)].reset_index(drop=True).astype(COLUMNS)


def last_days(registry: Registry, survey: Survey, settings: Settings) -> pd.DataFrame:
    """Return the last day on which answers to each survey are expected.

    That of a wave that asks everybody is the last of its window (¶5). The window of a sample wave is open for years;
    its people are asked in rounds. A round in a course is over when twice `Sampling.wait_days` have passed since its
    last invitation, once to answer and once to invite the next reserves (`LONGEST` for both, where that is longer than
    the first), or with the window. Where no invitation has a date, no end is known.

    Returns
    -------
    DataFrame
        One row is one course and questionnaire: ``course_id``, ``instrument_id``, ``closes_on``, and ``awaited_until``
        which the last who were asked may answer (of a round before the time for its reserves); those without an end
        are not here.
    """
    found = [_last_days(registry, one, settings).assign(instrument_id=one.id) for one in survey.waves()]
    names = ["course_id", "instrument_id", "closes_on", "awaited_until"]
    return pd.concat(found, ignore_index=True)[names].dropna(subset="closes_on").reset_index(drop=True)


def _last_days(registry: Registry, instrument: Instrument, settings: Settings) -> pd.DataFrame:
    courses = registry.courses
    closes = wave_windows(courses, instrument).closes
    found = pd.DataFrame({"course_id": courses["course_id"], "closes_on": closes, "awaited_until": closes})
    if instrument.least_percent is None:
        return found
    own = registry.invitations[registry.invitations["wave"] == instrument.wave]
    invited = own.groupby("course_id")["invited_on"].max().reindex(courses["course_id"]).set_axis(closes.index)
    wait = settings.sample.wait_days
    for name, days in (("closes_on", max(wait, min(2 * wait, LONGEST))), ("awaited_until", wait)):
        ends = invited + pd.Timedelta(days=days)
        found[name] = ends.mask(ends > closes, closes)
    return found
