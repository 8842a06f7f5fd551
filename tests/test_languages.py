"""Guard of the languages: every phrase of the reports and every text of the surveys is whole in each of them.

Each rule is a function that returns its findings as text, so that one test shows it finding a planted fault
and another that the project has none. What makes the catalogues, ``make phrases``, is tested here too.
"""

import ast
import re
import runpy
from collections.abc import Iterable, Iterator
from copy import deepcopy
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from coursewaves.phrases import LOCALES, Phrases, catalogue
from coursewaves.settings.home import BUILT_IN, Settings
from coursewaves.system.yamlfile import read_yaml

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "lib" / "coursewaves"

RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
KAZAKH = "әғқңөұүһі"
LETTERS = {"ru": set(RUSSIAN), "kk": set(RUSSIAN + KAZAKH)}
TRANSLATED = sorted(LETTERS)

SAME_IN_ALL_LANGUAGES = {"n = {n}"}
"""Phrases that are written alike everywhere; any other that equals its English wording was forgotten."""

COMMAND = SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "phrases.py")))
"""What ``make phrases`` runs."""

SAID = COMMAND.read_phrases()
"""Every phrase that the code says, one message each."""


def catalogue_text(language: str) -> str:
    """The catalogue of a language as it stands in its file."""
    return (LOCALES / language / "LC_MESSAGES" / "coursewaves.po").read_text(encoding="utf-8")


def read_catalogue(language: str) -> Catalog:
    """A copy of a language's catalogue that a test may spoil."""
    return read_po(BytesIO(catalogue_text(language).encode()), locale=language, abort_invalid=True)


def listed(faults: Iterable[str]) -> str:
    """All findings, a line each: what a failed guard says."""
    return "\n".join(faults)


# One text ------------------------------------------------------------------------------------------


def places(text: str) -> list[str]:
    """Name the places that are filled when a phrase is said."""
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def without_places(text: str) -> str:
    """What a phrase says of its own."""
    return "".join(part for part, *_ in Formatter().parse(text))


def figures(text: str) -> list[str]:
    """List the numbers and the paragraphs of the regulation that a phrase names."""
    return sorted(re.findall(r"¶?\d+", without_places(text)))


def words(text: str) -> list[str]:
    """List the words: runs of letters of any alphabet."""
    return re.findall(r"[^\W\d_]+", text)


def letter_faults(text: str, english: str, language: str) -> list[str]:
    """Name the words with letters that the language does not have, such as a Latin "o" in a Russian word.

    A word that the English wording has too may stand as it is.
    """
    foreign = [word for word in words(text) if not set(word.lower()) <= LETTERS[language]]
    return [f"{word!r} is not written in the letters of {language}" for word in foreign if word not in words(english)]


def text_faults(text: str, english: str, language: str) -> list[str]:
    """Name everything in which a translation does not say what the English phrase says."""
    if not text.strip():
        return ["is not translated"]
    faults = letter_faults(without_places(text), without_places(english), language)
    if places(text) != places(english):
        faults.append(f"fills {places(text)}, not {places(english)}")
    if figures(text) != figures(english):
        faults.append(f"names {figures(text)}, not {figures(english)}")
    if text.endswith(".") != english.endswith("."):
        faults.append("ends otherwise than the English phrase")
    if text == english and english not in SAME_IN_ALL_LANGUAGES:
        faults.append("is English")
    return faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("  ", "is not translated"),
        ("Среднее {mean} из 100 (n = {count}).", "fills ['count', 'mean'], not ['mean', 'n']"),
        ("Среднее {mean} из 10 (n = {n}).", "names ['10'], not ['100']"),
        ("Среднее {mean} из 100 (n = {n})", "ends otherwise than the English phrase"),
        ("Срeднее {mean} из 100 (n = {n}).", "'Срeднее' is not written in the letters of ru"),
        ("Mean {mean} из 100 (n = {n}).", None),
        ("Average {mean} из 100 (n = {n}).", "'Average' is not written in the letters of ru"),
        ("Орташа мән {mean} / 100 (n = {n}).", "'мән' is not written in the letters of ru"),
        ("Mean {mean} of 100 (n = {n}).", "is English"),
        ("Среднее {mean} из 100 (n = {n}).", None),
    ],
)
def test_a_text_that_says_something_else_is_found(text, fault):
    assert text_faults(text, "Mean {mean} of 100 (n = {n}).", "ru") == ([fault] if fault else [])


# The catalogues ------------------------------------------------------------------------------------


def catalogue_faults(told: Catalog, language: str) -> list[str]:
    """Name everything in which a catalogue differs from what the code says."""
    wanted = {message.id for message in SAID}
    faults = [f"{message.id!r} is said nowhere" for message in told if message.id and message.id not in wanted]
    faults += [f"{message.id!r} is kept though it is said nowhere" for message in told.obsolete.values()]
    for phrase in sorted(wanted, key=str):
        message = told.get(phrase)
        if message is None or message.id != phrase:
            faults.append(f"{phrase!r} is missing")
            continue
        faults += [f"{phrase!r} {fault}" for fault in message_faults(message, told.num_plurals, language)]
    return faults


def message_faults(message: Any, n_plurals: int, language: str) -> Iterator[str]:
    """Name the faults of one entry: each form of a plural phrase is a text of its own."""
    if message.fuzzy:
        yield "is marked fuzzy"
    if isinstance(message.id, str):
        yield from text_faults(message.string, message.id, language)
        return
    if len(message.string) != n_plurals:
        yield f"has {len(message.string)} plural forms, not {n_plurals}"
    for form in message.string:
        yield from text_faults(form, message.id[1], language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_phrase_of_the_code_is_translated_and_no_other(language):
    faults = catalogue_faults(read_catalogue(language), language)
    assert not faults, listed(faults)


def spoil(told: Catalog, phrase: Any, **values: Any) -> None:
    """Change one entry of a copy of a catalogue."""
    for name, value in values.items():
        setattr(told[phrase], name, value)


MONITORING, COUNT = "Monitoring {wave}", ("{count} answer", "{count} answers")
DEFECTS = {
    "is missing": lambda told: told.delete(MONITORING),
    "is not translated": lambda told: spoil(told, MONITORING, string=""),
    "is marked fuzzy": lambda told: spoil(told, MONITORING, flags={"fuzzy"}),
    "is English": lambda told: spoil(told, MONITORING, string=MONITORING),
    "fills ['number']": lambda told: spoil(told, MONITORING, string="Мониторинг {number}"),
    "is said nowhere": lambda told: told.add("Said by nobody", "Никем не сказано"),
    "plural forms, not": lambda told: spoil(told, COUNT, string=("{count} ответ",)),
    "fills []": lambda told: spoil(told, COUNT, string=("ответ", *told[COUNT].string[1:])),
    "is not written in the letters": lambda told: spoil(told, "Contents", string="Cодержание"),
}


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("fault", DEFECTS)
def test_a_defect_of_a_catalogue_is_found(fault, language):
    told = deepcopy(read_catalogue(language))
    assert catalogue_faults(told, language) == []
    DEFECTS[fault](told)
    found = catalogue_faults(told, language)
    assert found, f"nothing found of: {fault}"
    assert any(fault in finding for finding in found), listed(found)


def test_every_language_of_the_settings_has_a_catalogue():
    translated = [language for language in Settings().languages if language != "en"]
    assert sorted(translated) == TRANSLATED
    assert all(isinstance(catalogue(language), GNUTranslations) for language in translated)


def test_the_kazakh_catalogue_is_written_in_kazakh_letters():
    text = catalogue_text("kk").lower()
    missing = [letter for letter in KAZAKH if letter not in text]
    assert missing in ([], ["һ"]), missing  # "һ" stands in a handful of loan words only


def header(language: str) -> str:
    """The first entry of a catalogue, with its comments."""
    return catalogue_text(language).partition("\n\n")[0]


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_header_says_the_plural_forms_and_whether_a_native_speaker_has_reviewed_the_texts(language):
    lines = header(language).splitlines()
    forms = get_plural(language).plural_forms
    assert f'"Plural-Forms: {forms}\\n"' in lines
    assert f'"Language: {language}\\n"' in lines
    is_draft = '"X-Reviewed: no\\n"' in lines
    assert is_draft or '"X-Reviewed: yes\\n"' in lines
    assert ("not yet been reviewed by a native methodologist" in header(language)) == is_draft


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_header_has_no_date_no_address_and_no_maker(language):
    assert re.findall(r"\d{4}|@|://|Date|Generated|Translator|Team", header(language)) == []


# What the code says --------------------------------------------------------------------------------


def made_up(tree: ast.AST) -> list[str]:
    """Name the calls whose phrase is put together at run time, where no catalogue can know it.

    A phrase chosen from several is a name or an entry of a table: its literals stand in calls of `marked`.
    """
    faults = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        n_phrases = {"say": 1, "say_many": 2, "marked": 1}.get(name, 0)
        for phrase in node.args[:n_phrases]:
            chosen = name == "say" and isinstance(phrase, ast.Name | ast.Subscript)
            if not chosen and not (isinstance(phrase, ast.Constant) and isinstance(phrase.value, str)):
                faults.append(f"line {node.lineno}: {name}({ast.unparse(phrase)})")
    return faults


def test_no_phrase_is_put_together_at_run_time():
    faults = [
        f"{path.relative_to(LIBRARY)}: {fault}"
        for path in sorted(LIBRARY.rglob("*.py"))
        for fault in made_up(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not faults, listed(faults)


@pytest.mark.parametrize(
    "source",
    [
        'view.say(f"{n} answers")',
        'say("a" + b)',
        "marked(text)",
        'phrases.say_many("one", f"{n}", 2)',
        'say("a %s" % b)',
    ],
)
def test_a_phrase_put_together_at_run_time_is_found(source):
    assert len(made_up(ast.parse(source))) == 1


def test_a_literal_phrase_and_a_chosen_one_are_fine():
    assert made_up(ast.parse('say("one")\nview.say(texts[kind], n=1)\nmarked("two")\nsay()')) == []


# What the reader reads -----------------------------------------------------------------------------


def test_kazakh_puts_the_number_of_a_monitoring_first():
    assert Phrases("kk").say("Monitoring {wave}", wave=1) == "1-мониторинг"
    assert Phrases("ru").say("Monitoring {wave}", wave=1) == "Мониторинг 1"
    assert Phrases("en").say("Monitoring {wave}", wave=1) == "Monitoring 1"


@pytest.mark.parametrize(
    ("count", "russian", "kazakh"),
    [
        (1, "1 ответ", "1 жауап"),
        (2, "2 ответа", "2 жауап"),
        (5, "5 ответов", "5 жауап"),
        (11, "11 ответов", "11 жауап"),
        (21, "21 ответ", "21 жауап"),
        (112, "112 ответов", "112 жауап"),
    ],
)
def test_a_counted_noun_has_the_form_of_its_number(count, russian, kazakh):
    assert Phrases("ru").say_many(*COUNT, count) == russian
    assert Phrases("kk").say_many(*COUNT, count) == kazakh


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_phrase_can_be_said(language):
    phrases = Phrases(language)
    for message in SAID:
        one, many = (message.id, message.id) if isinstance(message.id, str) else message.id
        values = dict.fromkeys(set(places(many)) - {"count"}, "§")
        said = phrases.say_many(one, many, 5, **values) if "count" in places(many) else phrases.say(one, **values)
        assert said.count("§") == sum(place != "count" for place in places(many))
        assert "{" not in said


# The surveys ---------------------------------------------------------------------------------------


def texts_of(content: Any) -> Iterator[dict[str, str]]:
    """Find every text that is there in several languages, wherever it stands in a file."""
    if isinstance(content, list):
        for part in content:
            yield from texts_of(part)
    elif isinstance(content, dict):
        if {"kk", "ru", "en"} <= set(content):
            yield content
        else:
            yield from texts_of(list(content.values()))


def survey_faults(content: Any) -> list[str]:
    """Name the words of a survey file with letters that their language does not have."""
    return [
        f"{text[language]!r}: {fault}"
        for text in texts_of(content)
        for language in TRANSLATED
        for fault in letter_faults(text[language], text["en"], language)
    ]


@pytest.mark.parametrize("path", sorted(BUILT_IN.glob("*.yml")), ids=lambda path: path.name)
def test_the_texts_of_the_surveys_are_written_in_the_letters_of_their_language(path):
    content = read_yaml(path).content
    assert list(texts_of(content))
    faults = survey_faults(content)
    assert not faults, listed(faults)


@pytest.mark.parametrize("path", sorted(BUILT_IN.glob("*.yml")), ids=lambda path: path.name)
def test_no_word_of_a_survey_mixes_two_alphabets(path):
    cyrillic = LETTERS["kk"]
    mixed = [
        word
        for word in words(path.read_text(encoding="utf-8").lower())
        if 0 < len(set(word) & cyrillic) < len(set(word))
    ]
    assert mixed == []


def test_a_look_alike_letter_in_a_survey_is_found():
    content = {"items": [{"id": "A1", "text": {"kk": "Kурс", "ru": "Курс", "en": "Course"}}]}
    assert survey_faults(content) == ["'Kурс': 'Kурс' is not written in the letters of kk"]


# The command ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogues_are_as_make_phrases_leaves_them(language):
    text = catalogue_text(language)
    assert COMMAND.update(text, SAID, language) == text, "run `make phrases`"


def phrases_of(tmp_path: Path, source: str) -> list[Any]:
    """Read the phrases of a library of one module."""
    (tmp_path / "page.py").write_text(source, encoding="utf-8")
    read: list[Any] = COMMAND.read_phrases(tmp_path)
    return read


def test_phrases_are_read_from_the_three_calls_in_the_order_of_the_code(tmp_path):
    source = 'say("b" " c")\nmarked("a")\nview.phrases.say_many("{count} x", "{count} xs", n)\nsay(text)\ntell("d")\n'
    found = phrases_of(tmp_path, source)
    assert [message.id for message in found] == ["b c", "a", ("{count} x", "{count} xs")]


def test_an_update_keeps_translations_and_the_header_adds_what_is_new_and_drops_what_is_gone(tmp_path):
    first = COMMAND.update("", phrases_of(tmp_path, 'say("Share")\nsay("Gone")'), "ru")
    told = first.replace('msgid "Share"\nmsgstr ""', '# of those asked\nmsgid "Share"\nmsgstr "Доля"')
    told = told.replace('msgid "Gone"\nmsgstr ""', 'msgid "Gone"\nmsgstr "Нет"').replace(
        "Reviewed: no", "Reviewed: yes"
    )
    updated = COMMAND.update(told, phrases_of(tmp_path, 'say("New")\nsay("Share")'), "ru")
    assert updated.partition("\n\n")[0] == told.partition("\n\n")[0]
    assert "X-Reviewed: yes" in updated
    assert [block.splitlines()[-2:] for block in updated.strip().split("\n\n")[1:]] == [
        ['msgid "New"', 'msgstr ""'],
        ['msgid "Share"', 'msgstr "Доля"'],
    ]
    assert "# of those asked" in updated
    assert "Gone" not in updated


def test_an_update_made_twice_changes_nothing_more(tmp_path):
    phrases = phrases_of(tmp_path, 'say("95 % interval")\nsay_many("{count} day", "{count} days", n)')
    once = COMMAND.update("", phrases, "ru")
    assert COMMAND.update(once, phrases, "ru") == once
    assert once.count("msgstr[") == 3
    assert "python-format" not in once


def test_a_phrase_that_gets_a_plural_is_translated_anew(tmp_path):
    one = COMMAND.update("", phrases_of(tmp_path, 'say("{count} day")'), "kk")
    one = one.replace('msgid "{count} day"\nmsgstr ""', 'msgid "{count} day"\nmsgstr "{count} күн"')
    assert "күн" in one
    assert "күн" not in COMMAND.update(one, phrases_of(tmp_path, 'say_many("{count} day", "{count} days", n)'), "kk")


def test_a_new_language_gets_a_catalogue_that_waits_for_its_translator(tmp_path, monkeypatch):
    monkeypatch.setitem(COMMAND.main.__globals__, "LOCALES", tmp_path)
    COMMAND.main(["uz"])
    text = (tmp_path / "uz" / "LC_MESSAGES" / "coursewaves.po").read_text(encoding="utf-8")
    told = read_po(BytesIO(text.encode()), locale="uz")
    assert len(told) == len(SAID)
    assert not any(message.string for message in told if isinstance(message.id, str) and message.id)
    assert text.startswith("# What the reports say in Uzbek;")
    assert f'"Plural-Forms: {get_plural("uz").plural_forms}\\n"' in text.splitlines()
