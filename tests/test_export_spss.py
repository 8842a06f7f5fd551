"""A file for SPSS read back: codes, labels in the language, missing values, names and texts are as they were."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import small
from coursewaves.errors import CoursewavesError
from coursewaves.export import Codebook
from coursewaves.export.spss import Column, named, shortened, valid_name, write_sav
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Survey
from test_export_cells import evil

SAID = ("жоқ", "иә")


def variables(survey=None):
    """What the columns of the small survey are."""
    codebook = Codebook(survey or small.survey(), Settings(), small.registry().regions)
    return {one.column: one for one in codebook.variables() if one.table == "responses"}


def saved(folder: Path, table: pd.DataFrame, language: str = "kk"):
    """Write a table of responses and read it back with its user-missing values."""
    path = folder / "responses.sav"
    write_sav("responses", table, variables(), SAID, language, path)
    return pyreadstat.read_sav(str(path), user_missing=True)


def texts(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype="str")


# Scales ----------------------------------------------------------------------------------------------


def test_steps_of_a_scale_keep_their_codes_with_labels_and_not_applicable_is_user_missing(tmp_path):
    rows, meta = saved(tmp_path, pd.DataFrame({"Q1": [1.0, 5.0, 9.0, np.nan]}))
    assert rows["Q1"].tolist()[:3] == [1.0, 5.0, 9.0]
    assert np.isnan(rows["Q1"][3])
    assert meta.variable_value_labels["Q1"] == {
        1.0: "мүлдем жоқ", 2.0: "аз", 3.0: "орташа", 4.0: "көп", 5.0: "толық", 9.0: "қатысы жоқ",
    }  # fmt: skip
    assert meta.missing_ranges["Q1"] == [{"lo": 9.0, "hi": 9.0}]
    assert meta.variable_measure["Q1"] == "ordinal"
    assert meta.column_names_to_labels["Q1"] == "Met қаз"
    counted, _ = pyreadstat.read_sav(str(tmp_path / "responses.sav"))
    assert counted["Q1"].notna().tolist() == [True, True, False, False]  # as SPSS counts


@pytest.mark.parametrize(("language", "label"), [("kk", "толық"), ("ru", "полностью"), ("en", "fully")])
def test_labels_are_in_the_language_asked_for(tmp_path, language, label):
    _, meta = saved(tmp_path, pd.DataFrame({"Q1": [5.0]}), language)
    assert meta.variable_value_labels["Q1"][5.0] == label


def test_a_number_scale_is_a_number_without_labels(tmp_path):
    rows, meta = saved(tmp_path, pd.DataFrame({"Q4": [0.0, 10.0, np.nan]}))
    assert rows["Q4"].tolist()[:2] == [0.0, 10.0]
    assert "Q4" not in meta.variable_value_labels
    assert meta.variable_measure["Q4"] == "scale"


def test_several_answers_become_one_variable_an_option(tmp_path):
    rows, meta = saved(tmp_path, pd.DataFrame({"P2": texts(["r1|r3", "r2", None])}))
    assert list(rows) == ["P2_r1", "P2_r2", "P2_r3"]
    assert rows.iloc[0].tolist() == [1, 0, 1]
    assert rows.iloc[1].tolist() == [0, 1, 0]
    assert rows.iloc[2].isna().all()
    assert meta.variable_value_labels["P2_r2"] == {0.0: "жоқ", 1.0: "иә"}
    assert meta.column_names_to_labels["P2_r2"] == "Аттестация — Reasons қаз"
    assert meta.variable_measure["P2_r2"] == "nominal"


def test_topics_are_options_by_their_number(tmp_path):
    rows, meta = saved(tmp_path, pd.DataFrame({"Q6": texts(["1|3", "2"])}))
    assert rows.to_numpy().tolist() == [[1, 0, 1], [0, 1, 0]]
    assert meta.column_names_to_labels["Q6_3"] == "Бағдарламаның 3-тақырыбы — Topics used қаз"


def test_one_answer_keeps_its_short_code_and_blank_is_missing(tmp_path):
    rows, meta = saved(tmp_path, pd.DataFrame({"role": texts(["head", "teacher", None])}))
    assert rows["role"].tolist() == ["head", "teacher", ""]
    assert meta.variable_value_labels["role"] == {"head": "Басшы", "teacher": "Тәрбиеші"}
    assert meta.missing_ranges["role"] == [{"lo": "", "hi": ""}]


def test_a_code_longer_than_spss_labels_becomes_the_place_of_the_option(survey, tmp_path):
    table = pd.DataFrame({"role": texts(["methodologist", "head", None])})
    write_sav("responses", table, variables(survey), SAID, "en", tmp_path / "r.sav")
    rows, meta = pyreadstat.read_sav(str(tmp_path / "r.sav"))
    places = [option.code for option in survey.scale("roles").options]
    assert rows["role"].tolist()[:2] == [places.index("methodologist") + 1, places.index("head") + 1]
    assert np.isnan(rows["role"][2])
    assert meta.variable_value_labels["role"] == {1.0: "head", 2.0: "methodologist", 3.0: "teacher"}


@pytest.mark.parametrize(("column", "value"), [("role", "boss"), ("P2", "r1|r9")])
def test_a_code_that_nobody_knows_is_refused_by_place_and_not_dropped(tmp_path, column, value):
    with pytest.raises(CoursewavesError) as error:
        saved(tmp_path, pd.DataFrame({column: texts([None, value])}))
    expected = f"Can't export responses, row 3, column {column}: a code that the questionnaires do not know; fix:"
    assert str(error.value).startswith(expected)
    assert value not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_times_are_local_truth_is_one_and_what_is_not_described_keeps_its_name(tmp_path):
    table = pd.DataFrame(
        {
            "submitted_at": pd.to_datetime(["2025-03-01 10:00:05", None]).tz_localize("Asia/Almaty"),
            "is_straightlined": [True, False],
            "row": [2, 3],
            "new": texts(["a", None]),
            "newer": [0.5, np.nan],
        }
    )
    rows, meta = saved(tmp_path, table)
    assert str(rows["submitted_at"][0]) == "2025-03-01 10:00:05"
    assert pd.isna(rows["submitted_at"][1])
    assert rows["is_straightlined"].tolist() == [1, 0]
    assert meta.variable_value_labels["is_straightlined"] == {0.0: "жоқ", 1.0: "иә"}
    assert rows["row"].tolist() == [2, 3]
    assert rows["new"].tolist() == ["a", ""]
    assert rows["newer"][0] == 0.5
    assert [meta.column_names_to_labels[name] for name in ("new", "newer")] == ["new", "newer"]


# Texts -----------------------------------------------------------------------------------------------


@given(st.lists(evil, min_size=1, max_size=3))
@example(["a ", "b"])
@example(["қ" * 127, "қ" * 128, "қ" * 16_383])
@settings(max_examples=100)
def test_spss_gets_every_text_whole_or_refuses_it_by_name(found):
    with TemporaryDirectory() as folder:
        table = pd.DataFrame({"Q5": pd.Series(found, dtype="object"), "Q4": [1.0] * len(found)})
        size = max(len(text.encode("utf-8", "surrogatepass")) for text in found)
        unfit = [t for t in found if "\x00" in t or t.endswith(" ") or re.search("[\ud800-\udfff]", t)]
        if unfit or size > 32_767:
            with pytest.raises(CoursewavesError, match=r"^Can't export responses, row \d+, column Q5: .*; fix: "):
                saved(Path(folder), table)
            assert list(Path(folder).iterdir()) == []
            return
        rows, meta = saved(Path(folder), table)
    assert rows["Q5"].tolist() == found
    assert rows["Q4"].tolist() == [1.0] * len(found)
    assert meta.column_names == ["Q5", "Q4"]


def test_long_texts_do_not_disturb_variables_whose_names_begin_alike(tmp_path):
    names = ["B1", "B11", "B12", "comment_long", "comment_longer"]
    table = pd.DataFrame({name: texts([f"{name}{'қ' * 700}", "x"]) for name in names} | {"B10": [1.0, 2.0]})
    rows, meta = saved(tmp_path, table)
    assert meta.column_names == list(table)
    assert rows[names].to_numpy().tolist() == table[names].to_numpy().tolist()
    assert rows["B10"].tolist() == [1.0, 2.0]


# Names and labels ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("A3.1", "A3.1"),
        ("end.", "end_"),
        ("ALL", "ALL_"),
        ("to", "to_"),
        ("A1_60+", "A1_60_"),
        ("2nd", "v_2nd"),
        ("_x", "v__x"),
        ("жауап", "v______"),
        ("x" * 80, "x" * 63),
    ],
)
def test_a_name_that_spss_does_not_take_is_mended(name, valid):
    assert valid_name(name) == valid


def test_names_differ_whatever_their_case_and_keep_their_order():
    columns = [Column(name, pd.Series([1.0]), "", "scale") for name in ("K1", "k1", "K1.", "k1_2", "y" * 70, "Y" * 70)]
    assert [column.name for column in named(columns)] == ["K1", "k1_2", "K1_", "k1_2_2", "y" * 63, "Y" * 58 + "_2"]


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=12))
def test_any_names_make_names_that_can_be_written(names):
    columns = named([Column(name, pd.Series([1.0]), "", "scale") for name in names])
    made = [column.name for column in columns]
    assert len({name.lower() for name in made}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]{0,63}", name) and not name.endswith(".") for name in made)
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "x.sav")
        pyreadstat.write_sav(pd.DataFrame({name: [1.0] for name in made}), path)
        assert pyreadstat.read_sav(path)[1].column_names == made


@given(st.text(st.characters(exclude_categories=("Cs",))), st.integers(3, 300))
def test_a_shortened_label_fits_says_so_and_breaks_no_letter(text, most):
    made = shortened(text, most)
    plain = " ".join(text.split())
    assert len(made.encode()) <= most
    assert made == plain or (made.endswith("…") and plain.startswith(made[:-1].rstrip()))
    assert (made == plain) == (len(plain.encode()) <= most) or plain.endswith("…")


def test_long_labels_end_in_an_ellipsis_where_spss_would_cut_them_silently(tmp_path):
    survey = small.survey()
    word = "ұзақ" * 70
    item = survey.item("Q1").model_copy(update={"text": {"kk": word}})
    scale = survey.scale("S5")
    option = scale.options[0].model_copy(update={"text": {"kk": word}})
    scales = [scale.model_copy(update={"options": [option, *scale.options[1:]]}), *survey.scales[1:]]
    wave = survey.instrument("Q").model_copy(update={"items": [item, *survey.instrument("Q").items[1:]]})
    changed = survey.model_copy(update={"scales": scales, "instruments": [survey.instrument("P"), wave]})
    changed = Survey.model_validate(changed.model_dump())  # without what the old one remembers
    write_sav("responses", pd.DataFrame({"Q1": [1.0]}), variables(changed), SAID, "kk", tmp_path / "r.sav")
    _, meta = pyreadstat.read_sav(str(tmp_path / "r.sav"))
    assert meta.column_names_to_labels["Q1"] == word[:126] + "…"  # 256 bytes: 126 letters of two and the ellipsis
    assert meta.variable_value_labels["Q1"][1.0] == word[:58] + "…"  # 120 bytes


def test_a_table_without_rows_has_its_variables(tmp_path):
    table = pd.DataFrame({"Q1": pd.Series(dtype="float64"), "Q5": texts([]), "P2": texts([])})
    rows, meta = saved(tmp_path, table)
    assert len(rows) == 0
    assert meta.column_names == ["Q1", "Q5", "P2_r1", "P2_r2", "P2_r3"]
