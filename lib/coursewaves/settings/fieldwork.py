"""What an institute decides about its field work: its letters, how a sample is drawn, when answers enter reports."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from coursewaves.settings.unattended import plain_address
from coursewaves.survey.instruments import Texts


class Contact(BaseModel):
    """Whom a competence centre turns to: `name` by language (with the office, if you like), `phone` and `email`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Texts = Field(default_factory=dict)
    phone: str = Field(default="", pattern=r"^[0-9+() .,;-]{0,80}$")
    email: str = ""

    @field_validator("email")
    @classmethod
    def _plain(cls, email: str) -> str:
        return plain_address(email) if email else email


class Letters(BaseModel):
    """When letters to competence centres are due (¶12).

    A cover letter is due from `ahead_days` before a course's window opens. A reminder is due while the window is
    open, from `remind_after_days` after it opened and after the last letter about the course, where fewer than
    `remind_below` percent of those invited have answered. `contact` stands at the end of every letter.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact: Contact = Field(default_factory=Contact)
    ahead_days: int = Field(default=7, ge=0, le=120)
    remind_below: float = Field(default=60, ge=0, le=100, allow_inf_nan=False)
    remind_after_days: int = Field(default=3, ge=1, le=365)


class Sampling(BaseModel):
    """How a sample wave is drawn and followed (¶10).

    `seed` are public words from which anybody draws the same people again: the number and date of the order, say.
    `expected_response` is the share (0-1) of the invited that is expected to answer. Whoever has not answered
    `wait_days` after the invitation is counted as silent, and may be replaced by a reserve.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: str = Field(default="", max_length=200, pattern=r"^[^|\x00-\x1f]*$")
    expected_response: float = Field(default=0.5, gt=0, le=1)
    wait_days: int = Field(default=14, ge=1, le=365)

    @field_validator("seed")
    @classmethod
    def _trimmed(cls, seed: str) -> str:
        return seed.strip()


class Publishing(BaseModel):
    """When the answers to a course's survey enter reports.

    `open_surveys` is ``wait``: from the day after nobody is asked any more, all at once; or ``show``: reports are
    provisional, and show what came in so far. `grace_days` are left after the last day on which answers are expected
    for its last export, which people download by hand: any four days hold two working days, but for long holidays.
    What comes later waits until four others came, for good most often. They are days of ¶13's fifteen working days.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    open_surveys: Literal["wait", "show"] = "wait"
    grace_days: int = Field(default=4, ge=0, le=60)
