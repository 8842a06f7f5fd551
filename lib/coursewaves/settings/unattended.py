"""What an institute decides about its unattended runs: when one is due, and who is told what became of it."""

import re
from datetime import time, timedelta
from typing import Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

LOCAL = ("localhost", "127.0.0.1", "::1")
"""Hosts to which nothing has to be encrypted: it never leaves the machine."""

TLS_PORT = 465
"""The port on which a mail server speaks TLS from the first word on."""

Every = Literal["day", "working_day", "hour", "week"]
EVERY: tuple[Every, ...] = get_args(Every)
"""How often a run can be due: each day, Monday to Friday, each hour at the minute of `at`, on one day of the week."""

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_VARIABLE = r"^[A-Z][A-Z0-9_]{0,99}$"


class Schedule(BaseModel):
    """When a run is due, by the clocks of the institute's zone.

    `every` is ``hour``, ``day``, ``working_day`` (Monday to Friday, holidays too: a timer knows none) or ``week``.
    `at` is the time of day; of an hourly run only its minutes count. `on` is the day of a weekly run. A run is
    missed when it was due `grace_hours` ago and none has ended since.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: Every = "day"
    at: str = "02:30"
    on: Weekday = "monday"
    grace_hours: float = Field(default=6, ge=0, le=168, allow_inf_nan=False)

    @field_validator("at")
    @classmethod
    def _time_of_day(cls, at: str) -> str:
        if not re.fullmatch("(?:[01][0-9]|2[0-3]):[0-5][0-9]", at):
            raise ValueError(f"no time of day {at!r}; fix: write it as '02:30'")
        return at

    @property
    def time(self) -> time:
        """The time of day at which a run is due."""
        return time.fromisoformat(self.at)

    @property
    def grace(self) -> timedelta:
        """How late a run may end before it is missed."""
        return timedelta(hours=self.grace_hours)


class Email(BaseModel):
    """How e-mail is sent.

    `to` and `sender` are plain addresses. `host` and `port` name the mail server; on port 465 it speaks TLS from the
    start, elsewhere `starttls` asks for it, and a server that has none is sent nothing. `user` logs in with the
    password in the environment variable `password_env`, or in the file that ``<password_env>_FILE`` names.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: list[str] = Field(min_length=1, max_length=20)
    sender: str
    host: str = Field(default="localhost", pattern=r"^[A-Za-z0-9.:_-]{1,253}$")
    port: int = Field(default=25, ge=1, le=65535)
    starttls: bool = False
    user: str | None = None
    password_env: str = Field(default="COURSEWAVES_SMTP_PASSWORD", pattern=_VARIABLE)

    @field_validator("to")
    @classmethod
    def _addresses(cls, addresses: list[str]) -> list[str]:
        return [plain_address(address) for address in addresses]

    @field_validator("sender")
    @classmethod
    def _sender(cls, address: str) -> str:
        return plain_address(address)

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Self:
        if self.user is not None and not self.is_encrypted and self.host not in LOCAL:
            raise ValueError("a password would be sent in clear; fix: starttls: true, or port: 465")
        return self

    @property
    def is_encrypted(self) -> bool:
        """Whether nothing is said in clear."""
        return self.starttls or self.port == TLS_PORT


class Webhook(BaseModel):
    """Where a message is posted as JSON.

    The address is secret as a rule: it stands in the environment variable `url_env`, or in the file that
    ``<url_env>_FILE`` names. One that is no secret may stand here as `url`. It is https, or on this machine.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = None
    url_env: str = Field(default="COURSEWAVES_WEBHOOK", pattern=_VARIABLE)

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str | None) -> str | None:
        if url is not None and not is_safe_url(url):
            raise ValueError("not a safe address; fix: begin it with https://, without a name or password in it")
        return url


class Alerts(BaseModel):
    """Who is told when a run failed, was refused or missed, and when it works again: by `email`, `webhook` or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: Email | None = None
    webhook: Webhook | None = None


def is_safe_url(url: str) -> bool:
    """Whether a message may be posted to an address: https, or plain http that stays on this machine.

    >>> is_safe_url("https://example.org/x"), is_safe_url("http://example.org/x"), is_safe_url("ftp://localhost/x")
    (True, False, False)
    """
    if not re.fullmatch(r"[!-~]{1,2000}", url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    is_plain = parts.username is None and parts.password is None and bool(parts.hostname)
    return is_plain and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL))


def plain_address(text: str) -> str:
    """Return an address of e-mail as it is; a ``ValueError`` with the fix where it is none, or has a name before it."""
    if not _ADDRESS.fullmatch(text):
        raise ValueError("not an address of e-mail; fix: write it as 'name@example.kz', without a name before it")
    return text
