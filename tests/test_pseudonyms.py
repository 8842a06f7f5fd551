"""Pseudonyms: stable for one key, unlinkable without it; and the key is private, whole and made once."""

import base64
import hashlib
import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.privacy.identifiers import is_identifier
from coursewaves.privacy.masking import masked
from coursewaves.privacy.pseudonyms import KEY_FILE, KEY_VARIABLE, Key, Pseudonyms, find_key, read_key

SECRET = bytes(range(32))
KINDS = st.sampled_from(["email", "phone", "iin", "code"])


@pytest.fixture(autouse=True)
def no_key_elsewhere(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def mode(path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


# Pseudonyms ----------------------------------------------------------------------------------------


def test_a_pseudonym_is_the_keyed_digest_of_kind_and_unified_text():
    digest = hashlib.blake2b(b"phone\x0077011234567", digest_size=10, key=SECRET, person=b"coursewaves").digest()
    code = base64.b32encode(digest).decode().lower()
    assert len(code) == 16  # 80 bits, 5 in each letter
    assert Pseudonyms(SECRET).pseudonym("phone", "8 (701) 123-45-67") == f"phone-{code}"


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "8 701 123 45 67", "+7 (701) 123-45-67"),
        ("email", "Aigul@Example.kz", "aigul@example.KZ "),
        ("iin", "061211600012", "61211600012.0"),
        ("code", "  АЙ 12 34", "ай 12 34"),
    ],
)
def test_spellings_of_one_identifier_have_one_pseudonym(kind, one, other):
    pseudonyms = Pseudonyms(SECRET)
    assert pseudonyms.pseudonym(kind, one) == pseudonyms.pseudonym(kind, other) != ""


def test_people_kinds_and_keys_are_told_apart():
    pseudonyms, others = Pseudonyms(SECRET), Pseudonyms(bytes(32))
    made = [
        pseudonyms.pseudonym("iin", "850101300124"),
        pseudonyms.pseudonym("iin", "791028302728"),
        pseudonyms.pseudonym("code", "850101300124"),
        others.pseudonym("iin", "850101300124"),
    ]
    codes = [code.partition("-")[2] for code in made]
    assert len(set(codes)) == 4


def test_a_blank_cell_is_nobody():
    assert Pseudonyms(SECRET).of("email", ["", " ", "\u200b"]) == ["", "", ""]


def test_words_in_the_place_of_a_number_are_not_one_person():
    first, second = Pseudonyms(SECRET).of("phone", ["жоқ", "кейін айтам"])
    assert first != second


@pytest.mark.parametrize("kind", ["", "E-mail", "email ", "a" * 13, "id-1", "пошта"])
def test_a_kind_is_a_plain_word(kind):
    with pytest.raises(CoursewavesError, match="Can't name a pseudonym"):
        Pseudonyms(SECRET).pseudonym(kind, "aigul@example.kz")


@given(KINDS, st.lists(st.text(max_size=20), max_size=8))
def test_a_column_is_its_cells_one_by_one(kind, texts):
    pseudonyms = Pseudonyms(SECRET)
    made = pseudonyms.of(kind, texts)
    assert made == [pseudonyms.pseudonym(kind, text) for text in texts] == Pseudonyms(SECRET).of(kind, texts)


@given(KINDS, st.text(min_size=1, max_size=40))
def test_a_pseudonym_leads_to_nobody_and_is_no_identifier_again(kind, text):
    made = Pseudonyms(SECRET).pseudonym(kind, text)
    assert made == "" or (made.isascii() and len(made) == len(kind) + 17)
    assert is_identifier(made) is None
    assert Pseudonyms(SECRET).codes([made]) == [made]


def test_a_pseudonym_that_begins_like_a_number_stays():
    made = Pseudonyms(SECRET).pseudonym("iin", ":ÒÌÑ")
    assert made.startswith("iin-56673")
    assert Pseudonyms(SECRET).codes([made]) == [made]


def test_in_a_column_of_codes_only_identifiers_are_replaced():
    cells = ["АЙ123456", "850101300124", "aigul@example.kz", "007", "8 701 123 45 67", "", "АЙ123456"]
    pseudonyms = Pseudonyms(SECRET)
    assert pseudonyms.codes(cells) == [
        "АЙ123456",
        pseudonyms.pseudonym("iin", "850101300124"),
        pseudonyms.pseudonym("email", "aigul@example.kz"),
        "007",
        pseudonyms.pseudonym("phone", "77011234567"),
        "",
        "АЙ123456",
    ]


@pytest.mark.parametrize("cell", ["850101300123", "85010130012", "Айгүл 87011234567", "aigul@example", "ЖСН 850101300"])
def test_a_mistyped_identifier_is_replaced_too(cell):
    made = Pseudonyms(SECRET).codes([cell])[0]
    assert made == Pseudonyms(SECRET).pseudonym("code", cell)
    assert made.startswith("code-")


@given(
    st.lists(
        st.text(max_size=20) | st.from_regex(r"\A[78]7\d{9}\Z|\A\d{12}\Z|\A[a-z]{1,5}@[a-z]{1,5}\.kz\Z"), max_size=6
    )
)
def test_no_code_that_stays_is_an_identifier(cells):
    for cell, made in zip(cells, Pseudonyms(SECRET).codes(cells), strict=True):
        assert is_identifier(made) is None
        is_made = re.fullmatch("(email|phone|iin|code)-[a-z2-7]{16}", made) is not None
        assert is_made or made == cell == masked(cell)


def test_the_key_is_looked_up_when_it_is_needed_and_once():
    calls = []

    def key():
        calls.append(1)
        return SECRET

    pseudonyms = Pseudonyms(key)
    assert pseudonyms.codes(["АЙ123456", "007", ""]) == ["АЙ123456", "007", ""]
    assert calls == []
    assert pseudonyms.of("email", ["a@b.kz", "c@d.kz"]) == Pseudonyms(SECRET).of("email", ["a@b.kz", "c@d.kz"])
    assert calls == [1]


@pytest.mark.parametrize("secret", [b"", b"short", bytes(33)])
def test_a_key_of_another_length_is_refused(secret):
    with pytest.raises(CoursewavesError, match="32 bytes"):
        Pseudonyms(secret).pseudonym("email", "a@b.kz")


# The key -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_key_is_made_once_and_is_its_owner_s_alone(tmp_path, umask):
    before = os.umask(umask)
    try:
        made = find_key(tmp_path)
    finally:
        os.umask(before)
    assert made == Key(tmp_path / KEY_FILE, read_key(tmp_path / KEY_FILE), is_new=True)
    assert len(made.secret) == 32
    assert mode(made.path) == 0o600
    assert made.path.read_text() == made.secret.hex() + "\n"
    assert list(tmp_path.iterdir()) == [made.path]
    assert find_key(tmp_path) == Key(made.path, made.secret, is_new=False)


def test_two_folders_have_two_keys(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert find_key(tmp_path / "a").secret != find_key(tmp_path / "b").secret


def test_the_secret_is_in_no_repr(tmp_path):
    key = find_key(tmp_path)
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_the_environment_names_another_place(tmp_path, monkeypatch):
    home, safe = tmp_path / "home", tmp_path / "safe"
    home.mkdir()
    safe.mkdir()
    monkeypatch.setenv(KEY_VARIABLE, str(safe / "year.key"))
    assert find_key(home).path == safe / "year.key"
    assert find_key(home) == Key(safe / "year.key", read_key(safe / "year.key"))
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("place", ["data/k", "data/processed/k", "reports/k", "data/../data/raw/k", "link/k"])
def test_a_key_among_the_data_is_refused(tmp_path, monkeypatch, place):
    for folder in ("data/processed", "data/raw", "reports"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "data")
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / place))
    with pytest.raises(CoursewavesError, match="lies among the data"):
        find_key(tmp_path)
    assert not (tmp_path / place).exists()


def test_many_that_make_a_key_at_once_get_the_same(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda _: find_key(tmp_path), range(64)))
    assert len({key.secret for key in keys}) == 1
    assert sum(key.is_new for key in keys) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / KEY_FILE]


def test_a_key_that_appears_meanwhile_is_kept(tmp_path, monkeypatch):
    found = find_key(tmp_path)
    monkeypatch.setattr(os.path, "lexists", lambda path: False)
    assert find_key(tmp_path) == Key(found.path, found.secret, is_new=False)
    assert list(tmp_path.iterdir()) == [found.path]


@pytest.mark.parametrize("target", ["missing", "other.key"])
def test_a_link_is_neither_followed_nor_replaced(tmp_path, target):
    other = tmp_path / "other.key"
    other.write_text(SECRET.hex())
    other.chmod(0o600)
    (tmp_path / KEY_FILE).symlink_to(tmp_path / target)
    with pytest.raises(CoursewavesError, match="is a link; fix"):
        find_key(tmp_path)
    assert not (tmp_path / "missing").exists()
    assert other.read_text() == SECRET.hex()


@pytest.mark.parametrize("open_to", [0o640, 0o604, 0o644, 0o660, 0o602, 0o666])
def test_a_key_that_others_can_open_is_refused_with_its_mode(tmp_path, open_to):
    path = tmp_path / KEY_FILE
    path.write_text(SECRET.hex())
    path.chmod(open_to)
    with pytest.raises(CoursewavesError, match=rf"mode {open_to:04o}\); fix: chmod 600 coursewaves.key") as error:
        read_key(path)
    assert SECRET.hex() not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        SECRET.hex()[:-1].encode(),
        SECRET.hex().encode() + b"0",
        b"g" * 64,
        SECRET,
        b"\xff\x00" * 40,
        b"a" * 9999,
    ],
)
def test_a_damaged_key_is_refused_with_what_to_do(tmp_path, content):
    path = tmp_path / KEY_FILE
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(CoursewavesError, match=r"is damaged: .*put back its copy, or delete it") as error:
        find_key(tmp_path)
    assert path.read_bytes() == content
    assert len(content) < 3 or content[:32].decode("latin-1") not in str(error.value)


@pytest.mark.parametrize("written", [SECRET.hex().upper(), f"  {SECRET.hex()}\r\n"])
def test_a_key_that_passed_through_an_editor_is_read(tmp_path, written):
    path = tmp_path / KEY_FILE
    path.write_text(written)
    path.chmod(0o600)
    assert read_key(path) == SECRET


def test_an_absent_key_and_a_folder_are_refused(tmp_path):
    with pytest.raises(CoursewavesError, match=r"Can't read the key lost\.key: No such file"):
        read_key(tmp_path / "lost.key")
    (tmp_path / KEY_FILE).mkdir()
    with pytest.raises(CoursewavesError, match="is no file"):
        find_key(tmp_path)


def test_a_pipe_in_the_place_of_a_key_makes_nobody_wait(tmp_path):
    os.mkfifo(tmp_path / KEY_FILE, 0o600)
    with pytest.raises(CoursewavesError, match="is no file"):
        find_key(tmp_path)


@pytest.mark.parametrize("place", ["nowhere/k", "file/k"])
def test_a_place_that_can_t_be_written_is_told(tmp_path, monkeypatch, place):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / place))
    with pytest.raises(CoursewavesError, match="Can't make the key k: no such folder; fix") as error:
        find_key(tmp_path)
    assert str(tmp_path) not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_leaves_no_half_key(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CoursewavesError, match="No space left on device"):
        find_key(tmp_path)
    assert list(tmp_path.iterdir()) == []
