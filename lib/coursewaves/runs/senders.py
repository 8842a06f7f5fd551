"""Send one message by e-mail or to a webhook; a message goes in, and why it could not be sent comes out."""

import json
import os
import smtplib
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from http.client import HTTPMessage
from pathlib import Path
from threading import Thread
from typing import IO, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from coursewaves.settings.unattended import TLS_PORT, Email, Webhook, is_safe_url
from coursewaves.system.oneline import one_line

ANSWERS_WITHIN = 10.0
"""Seconds that a server has for each answer."""

ENDS_WITHIN = 40.0
"""Seconds after which sending is given up, however alive the server seems."""


class Message(NamedTuple):
    """What is sent.

    Attributes
    ----------
    subject
        One line.
    text
        Plain text.
    facts
        The same for a machine: plain values of JSON.
    """

    subject: str
    text: str
    facts: Mapping[str, Any]


class Sent(NamedTuple):
    """What came of sending.

    Attributes
    ----------
    failure
        Why it could not be sent, or not to everybody; empty where all went well. It is the class of an error or the
        answer of the server in words, never an address or a secret.
    has_arrived
        Whether somebody was reached.
    """

    failure: str
    has_arrived: bool


class SendingError(Exception):
    """Why a message was not sent, in words that may be shown."""

    has_arrived = False


class PartlySentError(SendingError):
    """Why a message was not sent to everybody."""

    has_arrived = True


def send_email(email: Email, message: Message, now: datetime) -> Sent:
    """Send a message by e-mail."""
    return _told("e-mail", lambda: _deliver(email, _letter(email, message, now)))


def send_webhook(webhook: Webhook, message: Message) -> Sent:
    """Post a message as JSON."""
    return _told("webhook", lambda: _post(webhook, message))


def secret(variable: str) -> str | None:
    """Return a secret from an environment variable, else from the file that ``<variable>_FILE`` names.

    Raises
    ------
    SendingError
        Where there is such a file and it can't be read.
    """
    if os.environ.get(variable):
        return os.environ[variable]
    path = os.environ.get(f"{variable}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip("\r\n") or None
    except (OSError, ValueError):
        raise SendingError(f"the file that {variable}_FILE names can't be read") from None


def _told(way: str, send: Callable[[], None]) -> Sent:
    """Send in a thread that is left behind when it takes too long; say what went wrong, without the error's text."""
    ended: list[Sent] = []

    def work() -> None:
        try:
            send()
        except SendingError as error:
            ended.append(Sent(f"{way}: {error}", error.has_arrived))
        except smtplib.SMTPResponseException as error:
            ended.append(Sent(f"{way}: {type(error).__name__} {error.smtp_code}", False))
        except Exception as error:  # whatever a server makes a client raise; its text may hold what was sent
            ended.append(Sent(f"{way}: {type(error).__name__}", False))
        else:
            ended.append(Sent("", True))

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(ENDS_WITHIN)
    return ended[0] if ended else Sent(f"{way}: took longer than {ENDS_WITHIN:.0f} s", False)


# E-mail --------------------------------------------------------------------------------------------


def _letter(email: Email, message: Message, now: datetime) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = one_line(message.subject, longest=150)
    letter["From"] = email.sender
    letter["To"] = ", ".join(email.to)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = make_msgid(domain=_domain(email))  # by default it would tell the machine's name
    letter["Auto-Submitted"] = "auto-generated"  # no answer of a person on holiday
    letter.set_content(
        "\n".join(one_line(line, longest=1000) for line in message.text.splitlines()) + "\n", cte="base64"
    )
    return letter


def _domain(email: Email) -> str:
    return email.sender.rpartition("@")[2]


def _deliver(email: Email, letter: EmailMessage) -> None:
    with _connected(email) as server:
        if email.starttls and email.port != TLS_PORT:
            server.ehlo_or_helo_if_needed()
            if not server.has_extn("starttls"):
                raise SendingError("the server has no STARTTLS; nothing was sent")
            server.starttls(context=ssl.create_default_context())
        if email.user is not None:
            password = secret(email.password_env)
            if password is None:
                raise SendingError(f"no password in {email.password_env}")
            server.login(email.user, password)
        refused = server.send_message(letter)
    if refused:
        raise PartlySentError(f"{len(refused)} of {len(email.to)} recipients were refused")


def _connected(email: Email) -> smtplib.SMTP:
    named: dict[str, Any] = {"local_hostname": _domain(email), "timeout": ANSWERS_WITHIN}
    if email.port == TLS_PORT:
        return smtplib.SMTP_SSL(email.host, email.port, context=ssl.create_default_context(), **named)
    return smtplib.SMTP(email.host, email.port, **named)


# Webhook -------------------------------------------------------------------------------------------


class _NoRedirect(HTTPRedirectHandler):
    """Whoever holds the address may not send the message on to another one."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow none."""


def _post(webhook: Webhook, message: Message) -> None:
    url = webhook.url or secret(webhook.url_env)
    if url is None:
        raise SendingError(f"no address in {webhook.url_env}")
    if not is_safe_url(url):
        raise SendingError("its address is neither https nor on this machine")
    content = json.dumps({"text": message.text, **message.facts}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "coursewaves"}
    request = Request(url, data=content, headers=headers, method="POST")  # noqa: S310 (is_safe_url)
    handlers = [_NoRedirect(), *([ProxyHandler({})] if url.startswith("http:") else [])]  # nothing plain leaves here
    try:
        build_opener(*handlers).open(request, timeout=ANSWERS_WITHIN).close()
    except HTTPError as error:
        error.close()
        raise SendingError(f"the server answered {error.code}") from None
    except URLError as error:
        cause = error.reason
        raise SendingError(type(cause).__name__ if isinstance(cause, Exception) else "URLError") from None
