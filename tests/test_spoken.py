"""The language of an answer: measured on texts of the project, and blind to capitals and signs."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import coursewaves
from coursewaves.analysis.spoken import PLAIN, tell_language
from coursewaves.system.yamlfile import read_yaml

LIBRARY = Path(coursewaves.__file__).parent
LANGUAGES = ("kk", "ru", "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Бәрі ұнады, ештеңе өзгертпес едім", "kk"),
        ("Всё понравилось, ничего бы не менял(а).", "ru"),
        ("More time for practice, please", "en"),
        ("Преподаватель из центра «Өрлеу» объяснил всё простым языком", "ru"),  # one Kazakh name does not decide
        ("Материалды Google Classroom арқылы жіберсе жақсы болар еді", "kk"),  # nor do Latin names
        ("Бари жаксы, рахмет", "kk"),  # Kazakh on a Russian keyboard
        ("bari unady, rahmet", "kk"),
        ("vse ponravilos, spasibo", "ru"),
        ("", ""),
        ("5", ""),
        ("👍", ""),
    ],
)
def test_a_language_is_told_by_all_words_together(text, language):
    assert tell_language(text) == language


def wordings(content: Any) -> Iterator[tuple[str, str]]:
    """Every text of a file of questionnaires with its language."""
    if isinstance(content, dict) and set(LANGUAGES) <= set(content):
        yield from ((content[language], language) for language in LANGUAGES if isinstance(content[language], str))
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from wordings(part)


def phrases() -> Iterator[tuple[str, str]]:
    """Every phrase of the reports with its language; the rule was written without a look at them."""
    for language in ("kk", "ru"):
        (path,) = (LIBRARY / "locale" / language).rglob("*.po")
        with path.open("rb") as file:
            for message in filter(lambda entry: entry.id, read_po(file)):  # the first entry is the file's head
                for text, spoken in ((message.string, language), (message.id, "en")):
                    text = text if isinstance(text, str) else text[0]  # noqa: PLW2901 - the singular
                    yield re.sub(r"{\w+}", "", text), spoken


def measured(texts: set[tuple[str, str]]) -> tuple[float, float]:
    """Shares of texts that are told rightly, and wrongly."""
    told = [(tell_language(text), language) for text, language in texts]
    right, wrong = sum(one == two for one, two in told), sum(one not in ("", two) for one, two in told)
    return right / len(told), wrong / len(told)


def of_words(texts: Iterator[tuple[str, str]], least: int = 4) -> set[tuple[str, str]]:
    """Texts of so many words, without those that two languages share."""
    found = {(text, language) for text, language in texts if len(text.split()) >= least}
    counts = Counter(text for text, _ in found)
    return {(text, language) for text, language in found if counts[text] == 1}


def sentences() -> Iterator[tuple[str, str]]:
    for _, _, kazakh, russian in read_yaml(LIBRARY / "simulate" / "sentences.yml").content["sentences"]:
        yield from ((kazakh, "kk"), (russian, "ru"))


def test_every_answer_of_the_example_year_is_told_rightly():
    assert measured(set(sentences())) == (1, 0)


def test_the_questionnaires_texts_of_four_words_are_told_in_99_of_100_and_never_wrongly():
    texts = of_words(
        text
        for path in (LIBRARY / "survey" / "questionnaires").glob("*.yml")
        for text in wordings(read_yaml(path).content)
    )
    right, wrong = measured(texts)
    assert len(texts) > 400
    assert (right >= 0.99, wrong) == (True, 0)


def test_phrases_on_which_the_rule_was_not_made_are_told_as_well():
    texts = of_words(phrases())
    right, wrong = measured(texts)
    assert len(texts) > 200
    assert right >= 0.97  # 0.993 when it was measured; phrases are added
    assert wrong <= 0.01


def test_kazakh_without_its_letters_is_mostly_told_and_hardly_ever_wrongly():
    texts = {
        (text.translate(PLAIN), language) for text, language in [*sentences(), *of_words(phrases())] if language == "kk"
    }
    right, wrong = measured(texts)
    assert right >= 0.87  # 0.91 when it was measured
    assert wrong <= 0.01


@given(st.sampled_from(sorted({text for text, _ in sentences()})), st.sampled_from([" ", "!!! ", " ... ", "\n"]))
def test_capitals_signs_and_repetition_change_nothing(text, between):
    assert tell_language(text.upper()) == tell_language(text)
    assert tell_language(between + text + between + text) == tell_language(text)


@given(st.text(max_size=60))
def test_any_text_has_one_of_three_languages_or_none(text):
    assert tell_language(text) in ("kk", "ru", "en", "")
