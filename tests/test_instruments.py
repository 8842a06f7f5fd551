"""Survey designs: all faults of all files at once, and the regulation's own questionnaires are complete."""

import re
from pathlib import Path

import pandas as pd
import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.intake.assign import CourseFinder
from coursewaves.intake.forms import no_forms
from coursewaves.registry.reader import read_registry
from coursewaves.score import IDENTITY
from coursewaves.settings.home import Home, Settings
from coursewaves.survey.checks import RESPONSE_COLUMNS, SCORE_COLUMNS
from coursewaves.survey.files import BUILT_IN, load_survey, read_survey
from coursewaves.survey.instruments import Survey
from coursewaves.survey.wordings import normalised

EXAMPLES = Path(__file__).parents[1] / "examples"

FRAMEWORK = """\
languages: [kk, en]
repeats: {abilities: 2}
criteria:
  - {id: K1, text: {kk: к, en: c}}
indicators:
  - {id: fit, criterion: K1, text: {kk: к, en: c}}
scales:
  - id: S3
    kind: ordinal
    text: {kk: ш, en: s}
    options:
      - {code: "1", text: {kk: аз, en: low}}
      - {code: "2", text: {kk: орта, en: mid}}
      - {code: "3", text: {kk: көп, en: high}}
    not_applicable: {code: "9", text: {kk: жоқ, en: none}}
"""

INSTRUMENT = """\
instrument:
  id: {0}
  wave: {1}
  text: {{kk: а, en: a}}
  window: {{anchor: ends_on, due: 0, opens: -1, closes: 7}}
items:
  - {{id: {0}1, scale: S3, indicator: fit, text: {{kk: бір, en: one}}}}
  - {{id: {0}2, scale: S3, text: {{kk: екі, en: two}}}}
"""


P = INSTRUMENT.format("P", 1)
Q = INSTRUMENT.format("Q", 2)


@pytest.fixture
def design(tmp_path: Path):
    """Write a small sound design, put other files over it, and read it."""

    def read(**files: str | bytes) -> tuple[Survey | None, list[tuple[str, int, str, str, bool]]]:
        sound = {"framework": FRAMEWORK, "p": P, "q": Q}
        for name, content in (sound | files).items():
            (tmp_path / f"{name}.yml").write_bytes(content if isinstance(content, bytes) else content.encode())
        survey, faults = read_survey(tmp_path)
        return survey, [tuple(fault) for fault in faults]

    return read


def pairs(*lines: str) -> str:
    """Sections of constructs and chains, to be put behind a sound framework."""
    return FRAMEWORK + "\n".join(lines) + "\n"


# What could be mistaken for something else


def messages(faults) -> list[tuple[str, str]]:
    return [(entry, message) for _, _, entry, message, is_error in faults if is_error]


def test_two_questions_of_one_questionnaire_under_one_header_are_a_fault(design):
    _, faults = design(p=P + "  - {id: P3, scale: S3, text: {kk: үш, en: 'One?'}}\n")
    assert messages(faults) == [
        ("P3", "the header 'One?' is that of P1 too; fix: word one of the two otherwise"),
    ]


def test_an_other_header_that_is_the_wording_of_another_question_is_a_fault(design):
    _, faults = design(p=P + "  - {id: P3, scale: S3, text: {kk: үш, en: three}, headers: [Бір]}\n")
    assert [entry for entry, _ in messages(faults)] == ["P3"]


def test_the_same_wording_in_two_questionnaires_is_no_fault(design):
    assert design()[1] == []  # P1 and Q1 are worded alike


def test_the_same_row_under_two_stems_is_no_fault_and_under_one_it_is(design):
    grids = "grids:\n  - {id: g, text: {kk: к, en: now}}\n  - {id: h, text: {kk: б, en: before}}\n"
    rows = (
        "  - {{id: P3, scale: S3, grid: g, text: {{kk: үш, en: three}}}}\n"
        "  - {{id: P4, scale: S3, grid: {0}, text: {{kk: үш, en: three}}}}\n"
    )
    assert design(p=P + rows.format("h") + grids)[1] == []
    _, faults = design(p=P + rows.format("g") + grids)
    assert {entry for entry, _ in messages(faults)} == {"P4"}


def test_an_id_that_is_a_column_of_every_table_is_a_fault(design):
    _, faults = design(p=P + "  - {id: content, scale: S3, text: {kk: үш, en: three}}\n")
    assert messages(faults) == [("content", "content is a column that every table has; fix: give another id")]
    renamed = {"p": P.replace("fit", "wave"), "q": Q.replace("fit", "wave")}
    _, faults = design(framework=FRAMEWORK.replace("id: fit", "id: wave"), **renamed)
    assert messages(faults) == [("wave", "wave is a column that every table has; fix: give another id")]


def test_two_entries_of_one_column_are_a_fault(design):
    repeated = "  - {id: P3, scale: S3, repeat: abilities, text: {kk: '{row}', en: '{row}'}}\n"
    _, faults = design(p=P + repeated + "  - {id: P3.2, scale: S3, text: {kk: үш, en: three}}\n")
    assert messages(faults) == [("P3.2", "P3.2 is the column of item P3 too; fix: give one of the two another id")]
    _, faults = design(framework=FRAMEWORK.replace("K1", "fit"))
    assert messages(faults) == [("fit", "fit is the column of indicator fit too; fix: give one of the two another id")]


def test_the_columns_that_every_table_has_are_those_of_the_code():
    bare = Survey(languages=["en"])
    assert set(no_forms(bare, Settings()).columns) == RESPONSE_COLUMNS
    assert set(IDENTITY) == SCORE_COLUMNS


def test_equal_pair_ids_are_a_fault_wherever_they_stand(design):
    pair = "{id: x, earlier: [P1], later: [Q1], kind: change, text: {kk: к, en: c}}"
    one = "  - {{id: {0}, text: {{kk: к, en: c}}, pairs: [{1}]}}"
    text = pairs("constructs:", one.format("M1", pair), one.format("M2", pair))
    _, faults = design(framework=text)
    assert messages(faults) == [(name, "pair x: the id stands twice; fix: give one another") for name in ("M1", "M2")]


def test_a_side_of_a_pair_is_items_of_one_questionnaire(design):
    pair = "{id: x, earlier: [P1, Q2], later: [Q1], kind: change, text: {kk: к, en: c}}"
    text = pairs("constructs:", f"  - {{id: M1, text: {{kk: к, en: c}}, pairs: [{pair}]}}")
    _, faults = design(framework=text)
    assert messages(faults) == [("M1", "pair x: a side is items of one questionnaire; fix: name them")]


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        ("kind: single, options: [{code: a, text: {kk: иә, en: yes}}, {code: b, text: {kk: жоқ, en: 'Yes.'}}]",
         "options a and b share the wording 'Yes.'; fix: word one otherwise"),
        ("kind: multiple, options: [{code: a, text: {kk: а, en: 'x; y'}}]",
         "option a holds ';', which stands between answers; fix: write a comma"),
        ("kind: ordinal, options: [{code: 1, text: {kk: а, en: x}}]",
         "an ordinal scale of one step; fix: add steps, or make it a single choice"),
        ("kind: ordinal, options: [{code: 1, text: {kk: а, en: x}}, {code: 3, text: {kk: ә, en: y}}], "
         "not_applicable: {code: 2, text: {kk: б, en: z}}",
         "not_applicable has the code 2, which is a step; fix: take one outside the steps"),
    ],
)  # fmt: skip
def test_a_scale_on_which_answers_could_be_mistaken_is_a_fault(design, scale, message):
    _, faults = design(framework=FRAMEWORK + f"  - {{id: D, text: {{kk: д, en: d}}, {scale}}}\n")
    assert messages(faults) == [("D", message)]


def test_a_question_about_the_person_is_of_no_questionnaire(survey):
    with pytest.raises(CoursewavesError, match="in the questionnaires"):
        survey.instrument_of(survey.background[0].id)


# A sound design


def test_a_sound_design_has_no_faults(design):
    survey, faults = design()
    assert faults == []
    assert [instrument.id for instrument in survey.waves()] == ["P", "Q"]


def test_numbers_and_switches_are_typed_from_text(design):
    survey, _ = design()
    window = survey.instrument("P").window
    assert (survey.instrument("Q").wave, window.opens, window.closes) == (2, -1, 7)
    assert survey.repeats == {"abilities": 2}
    assert survey.instrument("P").reviewed is False


def test_codes_stay_text(design):
    text = (
        FRAMEWORK
        + "  - {id: D, kind: single, text: {kk: д, en: d}, options: ["
        + ", ".join(f"{{code: {code}, text: {{kk: д{code}, en: d{code}}}}}" for code in ("no", "010", "12:30"))
    )
    survey, faults = design(framework=text + "]}\n")
    assert faults == []
    assert [option.code for option in survey.scale("D").options] == ["no", "010", "12:30"]


def test_a_scale_has_its_outer_codes_as_bounds_without_not_applicable(design):
    survey, _ = design()
    assert survey.scale("S3").bounds == (1.0, 3.0)


def test_a_repeated_item_has_a_column_for_each_row(design):
    text = P + '  - {id: P3, scale: S3, repeat: abilities, text: {kk: "{row}", en: "{row}"}}\n'
    survey, faults = design(p=text)
    assert faults == []
    assert survey.columns(survey.item("P3")) == ["P3.1", "P3.2"]
    assert survey.item("P3.2").id == "P3"
    assert survey.columns_of(["P1", "P3", "P3.2"]) == ["P1", "P3.1", "P3.2", "P3.2"]


def test_what_is_not_there_is_named_with_the_nearest(design):
    survey, _ = design()
    with pytest.raises(CoursewavesError, match=r"Can't find 'P11' in the survey's items. Possible values: 'P1'"):
        survey.item("P11")


# Faults


@pytest.mark.parametrize(
    ("files", "expected", "words"),
    [
        ({"p": P.replace("scale: S3", "scale: S5", 1)}, ("p.yml", 7, "P1"), "no 'S5'"),
        ({"p": P.replace("fit", "fat")}, ("p.yml", 7, "P1"), "indicator: no 'fat'"),
        ({"q": Q.replace("Q2", "P2")}, ("q.yml", 8, "P2"), "already at p.yml:8"),
        ({"q": Q.replace("id: Q\n", "id: P\n")}, ("q.yml", 2, "P"), "already at p.yml:1"),
        ({"p": P.replace("wave: 1", "wave: 1\n  wave: 2")}, ("p.yml", 4, "file"), "twice"),
        ({"p": P.replace("scale: S3", "scael: S3", 1)}, ("p.yml", 7, "P1"), "scael"),
        ({"p": P.replace("wave: 1", "wave: one")}, ("p.yml", 3, "P"), "wave"),
        ({"p": P.replace("id: P1", 'id: "P 1"')}, ("p.yml", 7, "P 1"), "pattern"),
        ({"p": P.replace("P2,", "P2, grid: G,")}, ("p.yml", 8, "P2"), "grid: no 'G'"),
        ({"z": "itmes:\n  - {id: Z1}\n"}, ("z.yml", 1, "itmes"), "no such section"),
        ({"z": "items: {id: Z1}\n"}, ("z.yml", 1, "items"), "is not a list"),
        ({"z": "items:\n  - {id: Z1, scale: S3}\n"}, ("z.yml", 1, "items"), "without an 'instrument:' block"),
        ({"z": "items:\n  - Z1\n"}, ("z.yml", 2, "0"), "entry"),
        ({"z": "just a text\n"}, ("z.yml", 1, "file"), "holds no entries"),
        ({"z": ""}, ("z.yml", 1, "file"), "holds no entries"),
        ({"z": "items: [\n"}, ("z.yml", 2, "file"), "not YAML"),
        ({"z": "items:\n\t- id: Z1\n"}, ("z.yml", 2, "file"), "a tab at the beginning"),
        ({"z": b"items: \xcf\xf0\n"}, ("z.yml", 1, "file"), "not UTF-8"),
        ({"z": "scales:\n  - {id: N, kind: number, low: 5, high: 5}\n"}, ("z.yml", 2, "N"), "without bounds"),
        ({"z": "scales:\n  - {id: O, kind: single}\n"}, ("z.yml", 2, "O"), "without options"),
        ({"z": "scales:\n  - {id: O, kind: slider}\n"}, ("z.yml", 2, "O"), "kind"),
        ({"framework": FRAMEWORK.replace('"3"', '"2"')}, ("framework.yml", 8, "S3"), "stands twice"),
        ({"framework": FRAMEWORK.replace('"3"', "best")}, ("framework.yml", 8, "S3"), "whole numbers"),
        ({"framework": FRAMEWORK.replace("criterion: K1", "criterion: K7")},
         ("framework.yml", 6, "fit"), "no 'K7'"),
        ({"z": "ratings:\n  - {id: r, instrument: R, criteria: [K1], text: {kk: р, en: r}}\n"},
         ("z.yml", 2, "r"), "instrument: no 'R'"),
        ({"z": "chains:\n  - {id: c, pairs: [M1.a], text: {kk: т, en: c}}\n"},
         ("z.yml", 2, "c"), "pairs: no 'M1.a'"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_line_entry_and_fix(design, files, expected, words):
    _, faults = design(**files)
    [(file, line, entry, message, is_error)] = [fault for fault in faults if words in fault[3]]
    assert (file, line, entry) == expected
    assert is_error
    assert "; fix: " in message


def test_a_pair_names_only_items_that_exist(design):
    text = pairs(
        "constructs:",
        "  - id: M1",
        "    text: {kk: м, en: m}",
        "    pairs:",
        "      - {id: M1.a, earlier: [P1], later: [Q7], kind: change}",
    )
    _, faults = design(framework=text)
    assert faults == [("framework.yml", 17, "M1", "pair M1.a: no item 'Q7'; fix: name an item's id", True)]


def test_a_chain_connects_only_pairs_that_share_their_items(design):
    text = pairs(
        "constructs:",
        "  - id: M1",
        "    text: {kk: м, en: m}",
        "    pairs:",
        "      - {id: M1.a, earlier: [P1], later: [Q1], kind: change}",
        "      - {id: M1.b, earlier: [Q2], later: [P2], kind: gap}",
        "chains:",
        "  - {id: c, pairs: [M1.a, M1.b], text: {kk: т, en: c}}",
    )
    _, faults = design(framework=text)
    message = "M1.b does not begin where M1.a ends; fix: use the same items"
    assert faults == [("framework.yml", 23, "c", message, True)]


def test_a_missing_translation_is_listed_and_is_no_error(design, tmp_path):
    without = P.replace("{kk: бір, en: one}", "{kk: бір}")
    survey, faults = design(p=without, framework=FRAMEWORK.replace("kk: орта, ", ""))
    assert faults == [
        ("framework.yml", 8, "S3", "option 2 has no text in kk; fix: translate it", False),
        ("p.yml", 7, "P1", "no text in en; fix: translate it", False),
    ]
    assert survey.item("P1").wording("en") == "бір"
    assert load_survey(tmp_path).item("P1").wording("kk") == "бір"


def test_the_stem_of_a_grid_is_translated_too(design):
    grid = P + "grids:\n  - {id: G, text: {en: stem}}\n"
    _, faults = design(p=grid)
    assert faults == [("p.yml", 10, "G", "no text in kk; fix: translate it", False)]


def test_faults_of_several_files_come_all_at_once(design, tmp_path):
    design(
        framework=FRAMEWORK.replace("criterion: K1", "criterion: K7"),
        p=P.replace("scale: S3", "scael: S3", 1),
        q=Q.replace("scale: S3", "scale: S5"),
        z="items: [\n",
    )
    with pytest.raises(CoursewavesError) as raised:
        load_survey(tmp_path)
    message = str(raised.value)
    places = ["framework.yml:6 fit", "p.yml:7 P1", "q.yml:7 Q1", "q.yml:8 Q2", "z.yml:2 file"]
    assert [place for place in places if place not in message] == []


def test_a_design_without_languages_is_a_fault_and_no_crash(design):
    survey, faults = design(framework=FRAMEWORK.replace("languages: [kk, en]\n", ""))
    assert survey is None
    assert ("(all files)", "languages") in [(file, entry) for file, _, entry, _, _ in faults]


def test_an_empty_folder_says_what_belongs_there(tmp_path):
    with pytest.raises(CoursewavesError, match="put the questionnaires there"):
        load_survey(tmp_path)


# The regulation's own questionnaires


def wordings(survey: Survey) -> dict[str, dict[str, str]]:
    """Every text of a design by where it stands."""
    found = {}
    sections = (survey.criteria, survey.indicators, survey.scales, survey.background, survey.constructs)
    for section in (*sections, survey.chains, survey.ratings, survey.instruments):
        found |= {f"{type(entry).__name__} {entry.id}": entry.text for entry in section}
    for instrument in survey.instruments:
        found |= {f"Grid {grid.id}": grid.text for grid in instrument.grids}
        found |= {f"Item {item.id}": item.text for item in instrument.items}
    for scale in survey.scales:
        options = [*scale.options, *([scale.not_applicable] if scale.not_applicable else [])]
        found |= {f"Option {scale.id} {option.code}": option.text for option in options}
    for construct in survey.constructs:
        found[f"Caution {construct.id}"] = construct.caution
        found |= {f"Pair {pair.id}": pair.text for pair in construct.pairs}
    return found


def test_the_built_in_questionnaires_have_no_fault_at_all():
    assert read_survey(BUILT_IN)[1] == []


def test_every_built_in_text_is_in_three_languages(survey):
    lacking = [place for place, text in wordings(survey).items() if set(text) != {"kk", "ru", "en"}]
    assert lacking == []
    assert [place for place, text in wordings(survey).items() if not all(map(str.strip, text.values()))] == []


NOT_CYRILLIC_WORDS = {"{row}", "English"}
"""What may be Latin in a Kazakh or Russian text, besides the ids of items."""


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_no_latin_letter_hides_in_a_cyrillic_text(survey, language):
    ids = {item.id for instrument in survey.instruments for item in instrument.items}
    latin = {
        word
        for text in wordings(survey).values()
        for word in re.findall(r"[^\s«»\"(),;:–—?!]+", text[language])
        if re.search(r"[A-Za-zıİ]", word)
    }
    assert latin - ids - NOT_CYRILLIC_WORDS == set()


KAZAKH = set("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя")


def test_kazakh_texts_have_only_letters_of_the_kazakh_alphabet(survey):
    own_names = {"Option form_languages en"}
    ids = re.compile(r"\b[ABC]\d+\b|\{row\}")
    for place, text in wordings(survey).items():
        letters = {letter for letter in ids.sub("", text["kk"]).lower() if letter.isalpha()}
        assert letters <= KAZAKH or place in own_names, (place, letters - KAZAKH)


def test_russian_texts_have_no_kazakh_letters(survey):
    own_names = {"Option form_languages kk"}
    found = [place for place, text in wordings(survey).items() if set(text["ru"].lower()) & set("әғқңөұүһі")]
    assert set(found) == own_names


def test_every_wave_has_its_questionnaire_and_window(survey):
    windows = {instrument.wave: tuple(instrument.window.model_dump().values()) for instrument in survey.waves()}
    assert windows == {
        1: ("starts_on", -1, -14, 0),  # ¶5: one day before the course starts
        2: ("ends_on", 0, -1, 7),  # ¶5: the last day
        3: ("ends_on", 365, 90, 1095),  # ¶5: at least once in three years
    }


def test_no_questionnaire_counts_as_reviewed_before_a_methodologist_has_read_it(survey):
    assert [instrument.reviewed for instrument in survey.instruments] == [False, False, False]


def columns_of(survey: Survey, instrument_id: str) -> list[str]:
    return survey.columns_of([item.id for item in survey.instrument(instrument_id).items])


def test_the_questionnaires_ask_what_the_design_lists(survey):
    a = ["A1", "A2", *(f"A3.{n}" for n in range(1, 7)), *(f"A4.{n}" for n in range(6))]
    a += [*(f"A5.{n}" for n in range(1, 6)), "A6", "A7", "A8"]
    b = [f"B1.{n}" for n in range(1, 4)] + [f"B2.{n}" for n in range(6)] + [f"B2t.{n}" for n in range(1, 6)]
    b += [f"B3.{n}" for n in range(1, 4)] + ["B4.1", "B4.2"] + [f"B5.{n}" for n in range(1, 4)]
    b += [f"B6.{n}" for n in range(1, 5)] + [f"B7.{n}" for n in range(1, 16)] + ["B8", "B9"]
    b += [f"{stem}.{n}" for stem in ("B10", "B10v") for n in range(1, 13)] + [f"B{n}" for n in range(11, 15)]
    c = [f"C1.{n}" for n in range(1, 5)] + [f"C2.{n}" for n in range(1, 4)] + [f"C3.{n}" for n in range(1, 4)]
    c += ["C4.1", "C4.2", *(f"C5.{n}" for n in range(6)), "C6.1", "C6.2", "C7.1", "C7.2", "C7.3"]
    c += [f"C{n}" for n in range(8, 13)]
    for instrument_id, columns in (("A", a), ("B", b), ("C", c)):
        assert sorted(columns_of(survey, instrument_id)) == sorted(columns)


def test_no_two_columns_of_all_waves_share_a_name(survey):
    columns = [column for instrument in survey.instruments for column in columns_of(survey, instrument.id)]
    assert len(columns) == len(set(columns))


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("instrument_id", ["A", "B", "C"])
def test_every_column_of_a_form_has_a_header_of_its_own(survey, instrument_id, language):
    instrument = survey.instrument(instrument_id)
    stems = {grid.id: grid.text[language] for grid in instrument.grids}
    assert len({normalised(stem) for stem in stems.values()}) == len(stems)
    headers = [
        f"{stems[item.grid]} [{item.text[language]}]" if item.grid else item.text[language]
        for item in [*survey.background, *instrument.items]
    ]
    headers += [header for item in [*survey.background, *instrument.items] for header in item.headers]
    keys = [normalised(header) for header in headers]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_rows_of_a_grid_stand_together_and_share_their_scale(survey):
    for instrument in survey.instruments:
        grids = [item.grid for item in instrument.items if item.grid]
        runs = [grid for before, grid in zip([None, *grids], grids, strict=False) if grid != before]
        assert len(runs) == len(set(runs)) == len(instrument.grids)
        for grid in instrument.grids:
            assert len({item.scale for item in instrument.items if item.grid == grid.id}) == 1


def test_no_answer_of_a_scale_can_be_taken_for_another(survey):
    for scale in survey.scales:
        options = [*scale.options, *([scale.not_applicable] if scale.not_applicable else [])]
        names = [{normalised(n) for n in (o.code, *o.text.values(), *o.also)} for o in options]
        assert sum(map(len, names)) == len(set().union(*names))


def test_no_text_holds_what_joins_languages_or_answers(survey):
    for place, text in wordings(survey).items():
        assert not any(" / " in words for words in text.values()), place
    for scale in survey.scales:
        texts = [words for option in scale.options for words in option.text.values()]
        assert scale.kind != "multiple" or not any(";" in words for words in texts)


def test_some_answers_of_several_hold_a_comma_as_real_ones_do(survey):
    for scale_id in ("reasons", "barriers"):
        texts = [option.text for option in survey.scale(scale_id).options]
        assert all(any("," in text[language] for text in texts) for language in ("kk", "ru", "en"))


def test_scales_say_what_the_design_says(survey):
    steps = {scale.id: [option.text["en"] for option in scale.options] for scale in survey.scales}
    assert steps["EX5"] == [
        "not at all",
        "to a small extent",
        "to a moderate extent",
        "to a large extent",
        "fully",
    ]
    assert steps["SA5"][0] == "not satisfied at all"
    assert steps["yes_partly_no"] == ["no", "partly", "yes"]
    assert (survey.scale("N11").low, survey.scale("N11").high) == (0, 10)
    for scale_id in ("EX5", "SA5", "CO5", "FR5"):
        assert survey.scale(scale_id).bounds == (1.0, 5.0)
        assert survey.scale(scale_id).not_applicable.code == "9"


@pytest.mark.parametrize(
    ("scale_id", "codes"),
    [
        ("roles", ["head", "methodologist", "teacher"]),
        ("age_bands", ["u30", "30-39", "40-49", "50-59", "60+"]),
        ("experience_bands", ["u3", "3-5", "6-10", "11-20", "o20"]),
        ("form_languages", ["kk", "ru", "en"]),
    ],
)
def test_background_answers_have_the_codes_of_the_registry(survey, scale_id, codes):
    assert [option.code for option in survey.scale(scale_id).options] == codes


def test_all_nine_constructs_are_declared_with_pairs_and_a_caution(survey):
    assert [construct.id for construct in survey.constructs] == [f"M{n}" for n in range(1, 10)]
    assert all(construct.pairs and construct.caution for construct in survey.constructs)
    pair_ids = [pair.id for construct in survey.constructs for pair in construct.pairs]
    assert len(pair_ids) == len(set(pair_ids))


def test_a_pair_leads_from_one_wave_to_a_later_one_or_from_then_to_now(survey):
    for construct in survey.constructs:
        for pair in construct.pairs:
            earlier = {survey.instrument_of(item_id).wave for item_id in pair.earlier}
            later = {survey.instrument_of(item_id).wave for item_id in pair.later}
            assert len(earlier) == len(later) == 1
            assert min(earlier) < min(later) or pair.id == "M3.then"
            assert all(survey.scale_of(item_id).is_scored for item_id in [*pair.earlier, *pair.later])


def test_a_change_is_declared_only_between_items_of_one_scale(survey):
    changes = [pair for construct in survey.constructs for pair in construct.pairs if pair.kind == "change"]
    for pair in changes:
        assert len({survey.scale_of(item_id).id for item_id in [*pair.earlier, *pair.later]}) == 1


def test_expectation_is_set_against_experience_in_the_same_scale_and_never_called_change(survey):
    first = survey.construct_of("M1.needs")
    assert {pair.kind for pair in first.pairs} == {"gap", "related"}
    for pair in first.pairs:
        scales = {survey.scale_of(item_id).id for item_id in [*pair.earlier, *pair.later]}
        assert (len(scales) == 1) == (pair.kind == "gap")


def test_competence_is_compared_row_by_row_of_the_passport(survey):
    pair = survey.pair("M3.growth")
    assert survey.columns_of(pair.earlier) == ["A4.1", "A4.2", "A4.3", "A4.4", "A4.5"]
    assert survey.columns_of(pair.later) == ["B2.1", "B2.2", "B2.3", "B2.4", "B2.5"]
    assert (survey.pair("M3.then").earlier, survey.pair("M3.retention").later) == (["B2t"], ["C5"])


def test_the_picture_follows_needs_from_the_expectation_to_the_later_view(survey):
    chains = {chain.id: chain.pairs for chain in survey.chains}
    assert set(chains) == {"needs", "novelty", "usefulness", "application", "teaching", "organisation"}
    assert chains["needs"] == ["M1.needs", "M2.match"]
    assert chains["application"] == ["M1.application", "M4.applied"]


def test_the_rating_rests_on_six_criteria_and_each_has_a_scored_item_in_wave_two(survey):
    [rating] = survey.ratings
    assert (rating.id, rating.instrument, rating.criteria) == ("rating", "B", [f"K{n}" for n in range(1, 7)])
    inside = {
        indicator.criterion
        for item in survey.instrument("B").items
        if item.indicator and (indicator := survey.indicator(item.indicator)).in_criterion
        and survey.scale_of(item.id).is_scored
    }  # fmt: skip
    assert inside == set(rating.criteria)


def test_every_factor_of_the_regulation_is_rated_in_wave_two(survey):
    asked = {item.indicator for item in survey.instrument("B").items}
    factors = {indicator.factor for indicator in survey.indicators if indicator.id in asked}
    assert factors - {None} == {"F1", "F2", "F3", "F4", "F5"}  # ¶16
    kinds = {f"F{n}": survey.criterion(f"F{n}").kind for n in range(1, 6)}
    assert list(kinds.values()) == ["direct_factor"] * 3 + ["indirect_factor"] * 2


def test_every_scale_and_indicator_is_used(survey):
    items = [*survey.background, *(item for instrument in survey.instruments for item in instrument.items)]
    assert {scale.id for scale in survey.scales} == {item.scale for item in items}
    assert {indicator.id for indicator in survey.indicators} == {item.indicator for item in items} - {None}


# Other institutes' designs


@pytest.mark.parametrize("name", ["workshops", "instructor_training"])
def test_an_example_of_another_survey_loads_without_any_fault(name):
    survey, faults = read_survey(EXAMPLES / name / "instruments")
    assert faults == []
    assert survey.languages == ["en"]
    assert {item.purpose for item in survey.background} >= {"submitted_at", "self_code"}


def test_the_workshops_have_two_waves_and_no_declared_pair():
    survey = load_survey(EXAMPLES / "workshops" / "instruments")
    assert [(instrument.wave, len(instrument.items)) for instrument in survey.waves()] == [(1, 15), (2, 17)]
    assert survey.constructs == []


def test_the_instructor_training_has_an_item_for_each_column_of_its_file():
    survey = load_survey(EXAMPLES / "instructor_training" / "instruments")
    items = [*survey.background, *survey.instrument("training").items]
    assert len({header for item in items for header in item.headers}) == len(items) == 41


@pytest.mark.parametrize(("name", "n_courses"), [("workshops", 6), ("instructor_training", 80)])
def test_an_example_has_sound_settings_and_a_sound_registry(name, n_courses):
    home = Home(EXAMPLES / name)
    registry, problems = read_registry(home.registry)
    assert problems.empty
    assert len(registry.courses) == n_courses
    named = {source.instrument for source in home.settings.sources}
    assert named == {instrument.id for instrument in home.survey.instruments}


def found_courses(name: str, instrument_id: str, names: list[str], dates: list[str]) -> list[str | None]:
    home = Home(EXAMPLES / name)
    registry, _ = read_registry(home.registry)
    finder = CourseFinder(registry, home.survey.instrument(instrument_id))
    found = finder.find(pd.Series(names, dtype="str"), pd.to_datetime(pd.Series(dates)))
    return [None if pd.isna(course_id) else course_id for course_id in found]


def test_a_run_of_the_training_is_known_by_the_wording_of_the_forms_list():
    courses = read_registry(Home(EXAMPLES / "instructor_training").registry)[0].courses
    aliases = [
        *courses["aliases"],
        "July 13-14\u00a0 (on-line event)",
        "My training event\u00a0is not listed",
        "",
    ]
    found = found_courses("instructor_training", "training", aliases, ["2017-07-14"] * len(aliases))
    assert found == [*courses["course_id"], "2017-07-13-online", None, None]


def test_runs_of_one_workshop_are_told_apart_by_the_month_of_the_answer():
    dates = ["2018-09-01", "2018-10-01", "2019-02-01"]  # the months of that file's answers
    found = found_courses("workshops", "before", ["intermediateR"] * 3, dates)
    assert found == ["intermediateR-2018-fall", "intermediateR-2018-fall", "intermediateR-2019-spring"]
    found = found_courses("workshops", "after", ["introR", "introR"], ["2019-01-01", "2019-02-01"])
    assert found == ["introR-2019-spring", "introR-2019-spring"]
