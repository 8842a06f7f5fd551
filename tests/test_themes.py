"""Themes of open answers: keywords by hand, counts with intervals, and quotations that give nobody away."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.analysis.spoken import PLAIN
from coursewaves.analysis.themes import (
    ANSWER_COLUMNS,
    UNCLASSIFIED,
    Codebook,
    count_languages,
    count_themes,
    folded,
    load_codebook,
    mark_themes,
    quotations,
)
from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Home
from coursewaves.survey.files import load_survey
from coursewaves.system import PACKAGE
from coursewaves.system.yamlfile import read_yaml
from small import responses_of, survey

CODEBOOK = Codebook.model_validate(
    {
        "themes": [
            {"id": "time", "keywords": {"kk": ["уақыт*"], "ru": ["времени"], "en": ["time"]}},
            {"id": "rooms", "keywords": {"ru": ["не хват* стул*"], "en": ["room"]}},
        ]
    }
)


def marks(*answers: str | None) -> pd.DataFrame:
    return mark_themes(responses_of("Q", {"Q5": list(answers)}), survey(), CODEBOOK)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("Уақыт жетпеді", ["time"]),
        ("УАҚЫТТЫ көбейту", ["time"]),
        ("Уакыт жетпеди", ["time"]),  # a keyboard without Kazakh letters
        ("Не хватало времени, не хватает стульев", ["time", "rooms"]),
        ("не хватает: стульев", ["rooms"]),
        ("временный", []),  # a whole word without a star
        ("overtime", []),
        ("Room and TIME", ["time", "rooms"]),
        ("rooms", []),
        ("дауақыт", []),
    ],
)
def test_a_keyword_is_whole_words_and_a_star_any_ending(answer, found):
    (row,) = marks(answer).to_dict("records")
    assert [theme for theme in CODEBOOK.ids if row[theme]] == found
    assert row[UNCLASSIFIED] == (not found)


def test_an_answer_that_says_nothing_is_none():
    found = marks("time", None, "  ", "")
    assert found["answer"].tolist() == ["time"]
    assert found["response_id"].tolist() == ["Q0"]
    assert list(found.columns) == [*ANSWER_COLUMNS, "time", "rooms", UNCLASSIFIED]


def test_themes_are_counted_with_wilsons_interval_and_what_is_left_is_said():
    found = count_themes(marks(*["time"] * 5, *["room and time"] * 2, *["well"] * 3), CODEBOOK)
    assert found[["theme_id", "n", "n_named"]].to_numpy().tolist() == [
        ["time", 10, 7],
        ["rooms", 10, 2],
        [UNCLASSIFIED, 10, 3],
    ]
    # Wilson's interval of 2 of 10, as tables give it
    assert found.loc[1, ["share", "low", "high"]].tolist() == pytest.approx([0.2, 0.0567, 0.5098], abs=1e-4)


def test_under_ten_answers_themes_have_counts_alone():
    found = count_themes(marks(*["time"] * 9), CODEBOOK)
    assert found["n_named"].tolist() == [9, 0, 0]
    assert set(found["reason"]) == {"fewer than 10 answers"}
    assert found[["share", "low", "high"]].isna().all(axis=None)


def test_languages_with_many_unclassified_answers_come_to_light():
    found = count_languages(marks(*["We need more time"] * 10, *["Бәрі жақсы болды"] * 10))
    assert found[["language", "n", "n_unclassified"]].to_numpy().tolist() == [["en", 10, 0], ["kk", 10, 10]]


def test_no_answers_give_empty_tables():
    found = marks(None)
    assert found.empty
    assert count_themes(found, CODEBOOK).empty
    assert count_languages(found).empty
    assert quotations(found, "2026").empty


def test_quotations_need_ten_answers_or_the_institutes_minimum():
    answers = [f"More time on day {place}" for place in range(10)]
    assert quotations(marks(*answers[:9]), "2026").empty
    assert len(quotations(marks(*answers), "2026")) == 8
    assert quotations(marks(*answers), "2026", minimum=11).empty


def test_quotations_are_masked_cut_and_stand_once():
    answers = ["Write to aigul@example.kz", "Call +7 701 123 45 67", "x " * 400, *["Same words"] * 7]
    found = quotations(marks(*answers), "2026")["quotation"].tolist()
    assert sorted(found)[:3] == ["Call [•••]", "Same words", "Write to [•••]"]
    assert [len(text) for text in found if text.startswith("x")] == [280]


def test_the_seed_alone_decides_the_order_of_quotations():
    answers = [f"Answer {place}" for place in range(30)]
    forward, backward = (quotations(marks(*some), "2026-01-15") for some in (answers, answers[::-1]))
    pd.testing.assert_frame_equal(forward, backward)
    assert forward["quotation"].tolist() != quotations(marks(*answers), "2026-01-16")["quotation"].tolist()


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["time", "room", "уақыт", "времени", "well", "жақсы"]), max_size=25), st.randoms())
def test_neither_order_nor_the_language_of_the_form_changes_a_count(answers, random):
    table = responses_of("Q", {"Q5": answers}).assign(language="kk")
    order = list(range(len(table)))
    random.shuffle(order)
    other = table.iloc[order].assign(language="ru")
    found = [count_themes(mark_themes(one, survey(), CODEBOOK), CODEBOOK) for one in (table, other)]
    pd.testing.assert_frame_equal(*found)
    named = found[0].set_index("theme_id")["n_named"]
    if answers:
        assert named["time"] + named["rooms"] + named[UNCLASSIFIED] == len(answers)  # each of these words is one theme


FAULTS = [
    ("themes:\n  - id: a\n    keywords: {ru: ['*']}\n", "'*' stands at the end of a word only"),
    ("themes:\n  - id: a\n    keywords: {ru: ['вр*мя']}\n", "'*' stands at the end of a word only"),
    ("themes:\n  - id: a\n    keywords: {ru: ['вр*']}\n", "write 3 letters or more"),
    ("themes:\n  - id: a\n    keywords: {}\n", "keywords"),
    ("themes:\n  - id: language\n    keywords: {ru: [язык]}\n", "language: an id stands once"),
    ("themes:\n  - {id: a, keywords: {ru: [язык]}}\n  - {id: a, keywords: {ru: [речь]}}\n", "a: an id stands once"),
    ("themes: []\n", "themes"),
    ("themes: [\n", "not YAML"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_a_fault_of_the_codebook_is_named(tmp_path, text, message):
    path = tmp_path / "themes.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CoursewavesError, match=r"The codebook has faults") as caught:
        load_codebook(path)
    assert message in str(caught.value)
    assert "themes.yml:" in str(caught.value)


def test_an_institutes_own_codebook_takes_the_place_of_the_built_in_one(tmp_path):
    home = Home(tmp_path)
    assert load_codebook(home.codebook) == load_codebook()
    home.codebook.parent.mkdir()
    home.codebook.write_text("themes:\n  - {id: own, keywords: {ru: [слово]}}\n", encoding="utf-8")
    assert load_codebook(home.codebook).ids == ["own"]
    # the codebook alone does not take the place of the questionnaires, nor is it one of them
    assert home.survey == load_survey()


def test_the_codebook_beside_own_questionnaires_is_none_of_them(tmp_path):
    home = Home(tmp_path)
    home.codebook.parent.mkdir()
    for path in (PACKAGE / "survey" / "questionnaires").glob("*.yml"):
        (home.instruments / path.name).write_bytes(path.read_bytes())
        (home.codebook.parent / path.name).write_bytes(path.read_bytes())
    home.codebook.write_text("themes:\n  - {id: own, keywords: {ru: [слово]}}\n", encoding="utf-8")
    assert load_survey(home.codebook.parent) == load_survey()


def test_the_built_in_keywords_are_drafts_in_three_languages():
    codebook = load_codebook()
    assert not codebook.reviewed
    for theme in codebook.themes:
        assert set(theme.text) == set(theme.keywords) == {"kk", "ru", "en"}, theme.id
        assert all(theme.keywords.values()), theme.id


SENTENCES = PACKAGE / "simulate" / "sentences.yml"
PLANTED = {"parents": "parents", "exchange": "exchange", "trainer": "trainers", "demonstration": "demonstration",
           "observation": "observation", "play": "play", "schedule": "schedule", "online": "online",
           "nothing": "nothing", "materials": "materials", "language": "teaching_language", "equipment": "equipment",
           "content": "content", "examples": "examples"}  # fmt: skip


@pytest.mark.parametrize("keyboard", ["with Kazakh letters", "without"])
def test_the_planted_themes_are_found_in_both_languages(keyboard):
    codebook = load_codebook()
    by_id = {theme.id: theme for theme in codebook.themes}
    rows = [row for row in read_yaml(SENTENCES).content["sentences"] if row[1] in PLANTED]
    texts = [(PLANTED[theme], text) for _, theme, *pair in rows for text in pair]
    texts = [(theme, text.translate(PLAIN) if keyboard == "without" else text) for theme, text in texts]
    lost = [(theme, text) for theme, text in texts if not by_id[theme].is_named(folded(text))]
    assert len(texts) >= 36
    assert len(lost) <= len(texts) / 10, lost


def test_the_example_years_complaints_are_those_of_its_low_programmes(loaded_year):
    codebook = load_codebook()
    found = mark_themes(loaded_year.responses, loaded_year.survey, codebook)
    change = found[found["item_id"] == "B13"]
    programme = change["course_id"].str.partition("-")[0]
    practice, equipment = (change.groupby(programme)[theme].mean() for theme in ("practice", "equipment"))
    # planted: P02 lacks practice, P03 rooms and technology
    assert practice.idxmax() == "P02"
    assert equipment.idxmax() == "P03"
    assert found[UNCLASSIFIED].mean() < 0.1
