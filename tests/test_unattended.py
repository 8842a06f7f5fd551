"""Settings of unattended runs: faults are named with their line, and what would be unsafe is refused."""

import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Settings, load_settings, load_sound_settings
from coursewaves.settings.unattended import Email, Schedule, Webhook, is_safe_url


def load(tmp_path, text: str) -> Settings:
    path = tmp_path / "coursewaves.yml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_without_settings_a_run_is_due_each_night_and_nobody_is_told():
    settings = Settings()
    assert (settings.schedule.every, settings.schedule.at, settings.schedule.grace_hours) == ("day", "02:30", 6)
    assert (settings.alerts.email, settings.alerts.webhook) == (None, None)


def test_all_of_it_is_read_from_the_file(tmp_path):
    text = (
        "schedule: {every: week, at: 22:05, on: friday, grace_hours: 1.5}\n"
        "alerts:\n  email: {to: [a@example.kz, b@example.kz], sender: run@example.kz, host: mail.example.kz,"
        " port: 587, starttls: yes, user: run}\n  webhook: {url_env: MY_HOOK}\n"
    )
    settings = load(tmp_path, text)
    assert (settings.schedule.time.hour, settings.schedule.time.minute, settings.schedule.on) == (22, 5, "friday")
    assert settings.schedule.grace.total_seconds() == 5400
    assert (settings.alerts.email.to[1], settings.alerts.email.starttls) == ("b@example.kz", True)
    assert settings.alerts.webhook.url_env == "MY_HOOK"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("schedule: {at: '25:00'}", "schedule.at: no time of day '25:00'"),
        ("schedule: {at: 2:30}", "write it as '02:30'"),
        ("schedule: {at: 150}", "no time of day '150'"),
        ("schedule: {every: month}", "schedule.every"),
        ("schedule: {grace_hours: -1}", "schedule.grace_hours"),
        ("schedule: {grace_hours: nan}", "schedule.grace_hours"),
        ("schedule: {when: now}", "schedule.when"),
        ("alerts: {email: {to: [], sender: a@b.kz}}", "alerts.email.to"),
        ("alerts: {email: {to: [a@b.kz]}}", "alerts.email.sender"),
        ("alerts: {email: {to: ['A <a@b.kz>'], sender: a@b.kz}}", "not an address of e-mail"),
        ('alerts: {email: {to: ["a@b.kz\\nBcc: c@d.kz"], sender: a@b.kz}}', "not an address of e-mail"),
        ('alerts: {email: {to: [a@b.kz], sender: "a@b.kz\\r\\nX: y"}}', "not an address of e-mail"),
        ("alerts: {email: {to: ['a@b.kz, c@d.kz'], sender: a@b.kz}}", "not an address of e-mail"),
        ("alerts: {email: {to: [a@b.kz], sender: a@b.kz, password: x}}", "alerts.email.password"),
        ("alerts: {email: {to: [a@b.kz], sender: a@b.kz, host: mail.kz, user: a}}", "sent in clear"),
        ("alerts: {email: {to: [a@b.kz], sender: a@b.kz, host: 'a b'}}", "alerts.email.host"),
        ("alerts: {webhook: {url: 'http://example.kz/x'}}", "not a safe address"),
        ("alerts: {webhook: {url: 'https://name:word@example.kz/x'}}", "not a safe address"),
        ("alerts: {webhook: {url_env: a-b}}", "alerts.webhook.url_env"),
    ],
)
def test_a_fault_is_named_and_never_repeats_a_secret(tmp_path, text, fault):
    with pytest.raises(CoursewavesError) as caught:
        load(tmp_path, text + "\n")
    assert str(caught.value).splitlines()[1].startswith("coursewaves.yml:1 ")
    assert fault in str(caught.value)
    assert "word" not in str(caught.value).partition("password")[0]


@pytest.mark.parametrize("extra", [{"starttls": True}, {"port": 465}, {"host": "localhost"}])
def test_a_password_goes_only_through_a_locked_door_or_stays_on_the_machine(extra):
    assert Email(**({"to": ["a@b.kz"], "sender": "a@b.kz", "host": "mail.kz", "user": "a"} | extra)).user == "a"


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://example.kz/hook?a=b", True),
        ("http://localhost:8080/x", True),
        ("http://127.0.0.1/x", True),
        ("http://[::1]:9/x", True),
        ("http://localhost.example.kz/x", False),
        ("http://127.0.0.1@example.kz/x", False),
        ("https://", False),
        ("https:///x", False),
        ("ftp://localhost/x", False),
        ("https://example.kz:99999/", False),
        ("https://example.kz/\r\nHost: other", False),
        ("https://example.kz/ x", False),
        ("https://[::1/x", False),
        ("", False),
    ],
)
def test_an_address_is_encrypted_or_stays_on_the_machine(url, is_safe):
    assert is_safe_url(url) is is_safe


def test_a_schedule_does_not_change():
    with pytest.raises(ValueError, match="frozen"):
        Schedule().at = "03:00"
    assert Webhook().url_env == "COURSEWAVES_WEBHOOK"


# What is sound of settings with faults -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "languages", "at", "has_email"),
    [
        ("minimum_group: 1\nlanguages: [ru]\n", ["ru"], "02:30", True),
        ("languages: []\nschedule: {at: '04:00'}\n", ["kk", "ru", "en"], "04:00", True),
        ("schedule: {at: noon, every: week}\n", ["kk", "ru", "en"], "02:30", True),
        ("sources: [{files: '{wave}{wave}'}]\nunknown: 1\n", ["kk", "ru", "en"], "02:30", True),
        ("languages: [ru]\nlanguages: [en]\n", ["en"], "02:30", True),
        ("languages: [ru\n", ["kk", "ru", "en"], "02:30", False),
        ("- a list\n", ["kk", "ru", "en"], "02:30", False),
    ],
)
def test_a_fault_elsewhere_does_not_keep_people_from_being_told(tmp_path, text, languages, at, has_email):
    email = "alerts:\n  email: {to: [a@b.kz], sender: a@b.kz}\n  webhook: {url: 'ftp://x'}\n" if has_email else ""
    path = tmp_path / "coursewaves.yml"
    path.write_text(text + email, encoding="utf-8")
    with pytest.raises(CoursewavesError):
        load_settings(path)
    settings = load_sound_settings(path)
    assert (settings.languages, settings.schedule.at) == (languages, at)
    assert (settings.alerts.email is not None) == has_email
    assert settings.alerts.webhook is None


def test_settings_that_are_absent_or_no_file_are_the_defaults(tmp_path):
    assert load_sound_settings(tmp_path / "none.yml") == Settings()
    assert load_sound_settings(tmp_path) == Settings()
