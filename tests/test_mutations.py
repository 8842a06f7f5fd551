"""Proof that the checks can fail: each defence is taken away once, and its check must then find it.

A test that passes with and without a defence proves nothing. Here the check is first run as it is, then with the
defence replaced, and must raise in the second run.
"""

import re

import pandas as pd
import pytest

import small
from coursewaves import sections
from coursewaves.analysis import compare
from coursewaves.disclosure import Disclosed
from coursewaves.errors import CoursewavesError
from coursewaves.intake import responses
from coursewaves.load import load_year
from coursewaves.views import subject
from coursewaves.views.opening import open_course
from test_year import make_home

SHOWN = ("waves", "changes", "factors", "summary", "topics", "respondents", "open_answers")

FIGURE = re.compile(r"\b(91\.7|92|91|83|100)\b|75\N{EN DASH}|\bn = 3\b")
"""Figures that three answers of 5, 5 and 4 lead to: their mean of 92, its interval, their share, their number."""


def check_sum(folder) -> None:
    """Every record of a file with faults is accounted for; a miscount is refused and not written."""
    small.write(folder / "p.csv", [small.form(), small.form(course="Zoo"), small.form()[:-1]])
    intake = small.read(folder)
    ends = intake.files[[f"n_{outcome}" for outcome in responses.OUTCOMES]].sum(axis=1)
    assert ends.tolist() == intake.files["n_read"].tolist() == [3]


def check_refusal_of_a_miscount(folder, monkeypatch) -> None:
    """With one record lost on the way, reading must stop."""
    real = responses.read_file
    monkeypatch.setattr(responses, "read_file", lambda *args: real(*args)._replace(n_aside=0))
    small.write(folder / "p.csv", [small.form(), small.form()[:-1]])
    with pytest.raises(CoursewavesError, match="2 records read, but 1"):
        small.read(folder)


def check_undeclared_pair() -> None:
    """Two questions that share nothing are not compared."""
    try:
        compare.find_pair(small.survey(), "P3", "Q2")
    except CoursewavesError as error:
        assert "'P1 -> Q1'" in str(error)
    else:
        raise AssertionError("an undeclared pair was compared")


def words_of_a_course_with_three_answers(root) -> str:
    """Everything that a report's sections say about a course with three answers, without the markup."""
    home = make_home(root, [])
    survey = home.survey
    asked = [
        column
        for item in survey.instrument("B").items
        if survey.scale(item.scale).kind == "ordinal" and not item.repeat
        for column in survey.columns(item)
    ]
    header = ["Timestamp", "ID1", *asked, "B12"]
    rows = [[f"2025-03-14 10:00:0{n}", "K-1", *[value] * len(asked), "secret words"] for n, value in enumerate("554")]
    lines = [",".join(row) for row in [header, *rows]]
    (home.responses / "b.csv").write_text("\n".join(lines) + "\n")
    year = load_year(home)
    assert year.files.set_index("file").loc["b.csv", "n_kept"] == 3
    shown = open_course(home.root, "K-1", "en")
    html = " ".join(getattr(sections, name)(shown)._repr_html_() for name in SHOWN)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def check_gate(root) -> None:
    """No figure of three answers, and no word that any of the three wrote, is in the report."""
    words = words_of_a_course_with_three_answers(root)
    found = FIGURE.findall(re.sub(r"0\N{EN DASH}100|100 points|of 100|95 %", "", words))
    assert not found, f"figures of three answers: {sorted(set(found))}"
    assert "secret words" not in words
    assert "fewer than" in words


def test_the_sum_is_checked(tmp_path):
    check_sum(tmp_path)


def test_a_miscount_stops_the_reading(tmp_path, monkeypatch):
    check_refusal_of_a_miscount(tmp_path, monkeypatch)


def test_without_the_check_of_the_sum_a_miscount_would_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(responses, "check_account", lambda files: None)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        check_refusal_of_a_miscount(tmp_path, monkeypatch)


def test_without_counting_what_is_set_aside_the_sum_would_not_hold(tmp_path, monkeypatch):
    real = responses._account

    def miscounted(*args) -> pd.DataFrame:
        return real(*args).assign(n_set_aside=0)

    monkeypatch.setattr(responses, "_account", miscounted)
    with pytest.raises(CoursewavesError, match=r"3 records read, but 1 \+ 0 \+ 0 \+ 0 \+ 0 accounted for"):
        check_sum(tmp_path)
    monkeypatch.setattr(responses, "check_account", lambda files: None)
    with pytest.raises(AssertionError):
        check_sum(tmp_path)


def test_an_undeclared_pair_is_not_compared():
    check_undeclared_pair()


def test_with_any_pair_taken_for_declared_the_check_fails(monkeypatch):
    pair = small.survey().pair("M1.fit")
    monkeypatch.setattr(compare, "find_pair", lambda survey, earlier, later: pair)
    with pytest.raises(AssertionError, match="an undeclared pair was compared"):
        check_undeclared_pair()


def test_a_course_with_three_answers_shows_no_figure(tmp_path):
    check_gate(tmp_path / "home")


def test_with_a_gate_that_hides_nothing_the_check_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(
        subject, "disclose", lambda table, minimum, *_, **__: Disclosed(table.assign(is_hidden=False), minimum)
    )
    with pytest.raises(AssertionError, match=r"figures of three answers: \['.*92"):
        check_gate(tmp_path / "home")
