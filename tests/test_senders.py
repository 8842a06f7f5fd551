"""Messages reach real servers, or a reason comes back that tells no address and no secret."""

import shutil
import socket
from datetime import UTC, datetime
from threading import Thread

import pytest

from coursewaves.runs import senders
from coursewaves.runs.senders import Message, Sent, secret, send_email, send_webhook
from coursewaves.settings.unattended import Email, Webhook
from postbox import Hook, Postbox, certificate, free_port

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
MESSAGE = Message("Институт: есептер", "Қысқаша мәтін\n- екінші жол", {"state": "failed", "n_failed": 1})
SECRET = "open sesame"


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch):
    for name in ("COURSEWAVES_SMTP_PASSWORD", "COURSEWAVES_WEBHOOK", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def email(port: int, **values) -> Email:
    values = {"to": ["one@example.kz", "two@example.kz"], "sender": "run@example.kz", "host": "127.0.0.1"} | values
    return Email(port=port, **values)


@pytest.fixture
def closed_port() -> int:
    return free_port()


@pytest.fixture
def silent_port():
    """A server that takes a connection and never says a word."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        place.listen()
        yield place.getsockname()[1]


# E-mail ---------------------------------------------------------------------------------------------


def test_a_letter_arrives_as_plain_text_for_every_recipient():
    with Postbox() as box:
        assert send_email(email(box.port), MESSAGE, NOW) == Sent("", True)
    (letter,) = box.letters
    assert (letter["Subject"], letter.get_content().splitlines()) == (MESSAGE.subject, MESSAGE.text.splitlines())
    assert letter.get_content_type() == "text/plain"
    assert box.recipients == [["one@example.kz", "two@example.kz"]]
    assert letter["Date"].datetime == NOW
    assert letter["Auto-Submitted"] == "auto-generated"
    assert all(byte < 128 for byte in box.raw[0])


def test_no_letter_tells_the_name_of_the_machine():
    with Postbox() as box:
        send_email(email(box.port), MESSAGE, NOW)
    assert box.greeted == ["example.kz"]
    assert box.letters[0]["Message-ID"].endswith("@example.kz>")
    assert socket.gethostname().encode() not in box.raw[0]


@pytest.mark.parametrize(
    "text", ["a\r\nBcc: other@example.kz\r\n\r\nhello", "a\nX-Evil: 1", "a\0b\x1b", "a\u2028Bcc: x", "\ud800"]
)
def test_no_subject_becomes_a_header_or_a_recipient(text):
    with Postbox() as box:
        assert send_email(email(box.port), Message(text, f"{text}\n.\nQUIT", {}), NOW).failure == ""
    (letter,) = box.letters
    assert box.recipients == [["one@example.kz", "two@example.kz"]]
    assert sorted(letter.keys()) == [
        "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID",
        "Subject", "To",
    ]  # fmt: skip
    assert letter.get_content().splitlines()[-2:] == [".", "QUIT"]


def test_a_very_long_subject_is_cut():
    with Postbox() as box:
        assert send_email(email(box.port), Message("Қ" * 5000, "x", {}), NOW).failure == ""
    assert box.letters[0]["Subject"] == "Қ" * 149 + "…"


def test_one_refused_recipient_of_two_is_told_and_the_other_was_reached():
    with Postbox() as box:
        sent = send_email(email(box.port, to=["one@example.kz", "refused@example.kz"]), MESSAGE, NOW)
    assert sent == Sent("e-mail: 1 of 2 recipients were refused", True)
    assert box.recipients == [["one@example.kz"]]


def test_refused_recipients_are_told_without_their_addresses():
    with Postbox() as box:
        sent = send_email(email(box.port, to=["refused@example.kz"]), MESSAGE, NOW)
    assert (sent, box.letters) == (Sent("e-mail: SMTPRecipientsRefused", False), [])


def test_an_unreachable_host_is_told_by_the_class_of_its_error(closed_port):
    assert send_email(email(closed_port), MESSAGE, NOW) == Sent("e-mail: ConnectionRefusedError", False)
    assert send_email(email(25, host="no-such-host.invalid"), MESSAGE, NOW) == Sent("e-mail: gaierror", False)


def test_a_server_that_never_answers_is_given_up(silent_port, monkeypatch):
    monkeypatch.setattr(senders, "ANSWERS_WITHIN", 0.2)
    assert send_email(email(silent_port), MESSAGE, NOW) == Sent("e-mail: SMTPServerDisconnected", False)


def test_a_server_that_answers_a_letter_at_a_time_is_given_up(monkeypatch):
    """Each answer comes in time, so that only the limit of the whole ends it."""
    monkeypatch.setattr(senders, "ENDS_WITHIN", 0.5)
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        place.listen()

        def drip() -> None:
            caller, _ = place.accept()
            with caller:
                try:
                    while True:
                        caller.sendall(b"2")
                        caller.settimeout(0.1)
                        try:
                            caller.recv(1)
                        except TimeoutError:
                            continue
                        if ended:
                            return
                except OSError:
                    return

        ended: list[bool] = []
        thread = Thread(target=drip, daemon=True)
        thread.start()
        sent = send_email(email(place.getsockname()[1]), MESSAGE, NOW)
        ended.append(True)
    assert sent.failure == "e-mail: took longer than 0 s"


def test_a_server_without_starttls_is_sent_nothing():
    with Postbox() as box:
        sent = send_email(email(box.port, starttls=True, user="run"), MESSAGE, NOW)
    assert sent == Sent("e-mail: the server has no STARTTLS; nothing was sent", False)
    assert (box.letters, box.logins) == ([], [])


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine")
    return certificate(tmp_path_factory.mktemp("tls"))


def test_with_starttls_letter_and_password_are_encrypted(trusted, monkeypatch):
    path, context = trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("COURSEWAVES_SMTP_PASSWORD", SECRET)
    with Postbox(tls_context=context, require_starttls=True) as box:
        assert send_email(email(box.port, starttls=True, user="run"), MESSAGE, NOW) == Sent("", True)
    assert (box.logins, box.was_encrypted) == ([(b"run", SECRET.encode())], [True])


def test_a_certificate_that_nobody_vouches_for_is_refused(trusted, monkeypatch):
    monkeypatch.setenv("COURSEWAVES_SMTP_PASSWORD", SECRET)
    with Postbox(tls_context=trusted[1]) as box:
        sent = send_email(email(box.port, starttls=True, user="run"), MESSAGE, NOW)
    assert (sent, box.logins) == (Sent("e-mail: SSLCertVerificationError", False), [])


@pytest.mark.parametrize(
    ("password", "reason"), [("wrong", "SMTPAuthenticationError 535"), ("", "no password in MY_WORD")]
)
def test_a_wrong_or_missing_password_is_told_and_not_repeated(trusted, monkeypatch, password, reason):
    path, context = trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("MY_WORD", password)
    with Postbox(tls_context=context) as box:
        sent = send_email(email(box.port, starttls=True, user="run", password_env="MY_WORD"), MESSAGE, NOW)
    assert (sent, box.letters) == (Sent(f"e-mail: {reason}", False), [])


# Webhook --------------------------------------------------------------------------------------------


def test_a_webhook_gets_the_message_as_json():
    with Hook() as hook:
        assert send_webhook(Webhook(url=hook.url), MESSAGE) == Sent("", True)
    assert hook.asked == ["POST /hook"]
    assert hook.posted == [{"text": MESSAGE.text, "state": "failed", "n_failed": 1}]


def test_its_address_comes_from_the_environment_or_from_a_file(monkeypatch, tmp_path):
    with Hook() as hook:
        monkeypatch.setenv("MY_HOOK", hook.url + "?from=environment")
        assert send_webhook(Webhook(url_env="MY_HOOK"), MESSAGE).failure == ""
        monkeypatch.delenv("MY_HOOK")
        (tmp_path / "credential").write_text(hook.url + "?from=file\n")
        monkeypatch.setenv("MY_HOOK_FILE", str(tmp_path / "credential"))
        assert send_webhook(Webhook(url_env="MY_HOOK"), MESSAGE).failure == ""
    assert hook.asked == ["POST /hook?from=environment", "POST /hook?from=file"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "no address in COURSEWAVES_WEBHOOK"),
        ("http://example.kz/x", "its address is neither https nor on this machine"),
        ("file:" + "///etc/hostname", "its address is neither https nor on this machine"),
        ("https://a:b@example.kz/", "its address is neither https nor on this machine"),
    ],
)
def test_an_address_that_is_missing_or_not_safe_is_told_and_not_repeated(monkeypatch, url, reason):
    monkeypatch.setenv("COURSEWAVES_WEBHOOK", url)
    assert send_webhook(Webhook(), MESSAGE) == Sent(f"webhook: {reason}", False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status):
    with Hook() as other, Hook(status, {"Location": other.url}) as hook:
        assert send_webhook(Webhook(url=hook.url), MESSAGE) == Sent(f"webhook: the server answered {status}", False)
    assert (len(hook.asked), other.asked) == (1, [])


def test_a_redirect_to_a_file_is_not_followed_either():
    with Hook(302, {"Location": "file:" + "///etc/hostname"}) as hook:
        assert send_webhook(Webhook(url=hook.url), MESSAGE).failure == "webhook: the server answered 302"


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_what_the_server_answers_is_told_by_its_number(status):
    with Hook(status) as hook:
        assert send_webhook(Webhook(url=hook.url), MESSAGE) == Sent(f"webhook: the server answered {status}", False)


def test_a_hook_that_is_not_there_or_never_answers_is_told(closed_port, silent_port, monkeypatch):
    monkeypatch.setattr(senders, "ANSWERS_WITHIN", 0.2)
    for port, reason in ((closed_port, "ConnectionRefusedError"), (silent_port, "TimeoutError")):
        sent = send_webhook(Webhook(url=f"http://127.0.0.1:{port}/secret"), MESSAGE)
        assert sent == Sent(f"webhook: {reason}", False)


def test_what_is_not_encrypted_never_goes_by_a_proxy(monkeypatch):
    with Hook() as proxy, Hook() as hook:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        assert send_webhook(Webhook(url=hook.url), MESSAGE).failure == ""
    assert (proxy.asked, hook.asked) == ([], ["POST /hook"])


# Secrets --------------------------------------------------------------------------------------------


def test_a_secret_stands_in_the_environment_or_in_a_file_that_it_names(monkeypatch, tmp_path):
    assert secret("MY_WORD") is None
    (tmp_path / "word").write_text(f"{SECRET}\r\n", encoding="utf-8")
    monkeypatch.setenv("MY_WORD_FILE", str(tmp_path / "word"))
    assert secret("MY_WORD") == SECRET
    monkeypatch.setenv("MY_WORD", "of the environment")
    assert secret("MY_WORD") == "of the environment"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told_without_its_path(monkeypatch, tmp_path, content):
    path = tmp_path / "word"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("COURSEWAVES_WEBHOOK_FILE", str(path))
    sent = send_webhook(Webhook(), MESSAGE)
    assert sent == Sent("webhook: the file that COURSEWAVES_WEBHOOK_FILE names can't be read", False)
