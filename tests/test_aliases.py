"""Aliases: a proposal is taken once a person accepted it, and is then a header like any other."""

import pytest

import small
from coursewaves.errors import CoursewavesError
from coursewaves.intake.aliases import accept, read_aliases
from coursewaves.intake.header_book import Alias
from coursewaves.intake.responses import read_responses
from coursewaves.settings.home import Settings


def read(home):
    aliases = read_aliases(home / "aliases.csv")
    return read_responses(home / "responses", small.survey(), small.registry(), Settings(), small.PSEUDONYMS, aliases)


@pytest.fixture
def home(tmp_path):
    header = ["Wishh" if cell == "Wish" else cell for cell in small.HEADER]
    small.write(tmp_path / "responses" / "p.csv", [small.form(wish="4")], header=header)
    return tmp_path


def test_a_renamed_question_is_proposed_and_read_only_after_it_was_accepted(home):
    intake = read(home)
    assert "P1" not in intake.responses.dropna(axis="columns")
    assert "coursewaves check --accept p.csv:E" in intake.problems["fix"].iloc[0]
    assert accept(home / "aliases.csv", intake.proposals, ["p.csv:E"], small.survey()) == [Alias("P", "Wishh", "P1")]
    healed = read(home)
    assert healed.responses["P1"].tolist() == [4.0]
    assert healed.problems.empty


def test_accepting_twice_writes_once(home):
    proposals = read(home).proposals
    accept(home / "aliases.csv", proposals, ["all"], small.survey())
    before = (home / "aliases.csv").read_bytes()
    assert accept(home / "aliases.csv", proposals, ["all"], small.survey()) == []
    assert (home / "aliases.csv").read_bytes() == before


def test_what_was_not_proposed_can_t_be_accepted(home):
    with pytest.raises(CoursewavesError, match=r"Can't find 'p\.csv:A' in the proposals. Possible values: 'p\.csv:E'"):
        accept(home / "aliases.csv", read(home).proposals, ["p.csv:A"], small.survey())
    assert not (home / "aliases.csv").exists()


def test_a_header_with_commas_quotes_and_line_breaks_is_kept_exactly(home):
    odd = 'Wish, "really"\nnow'
    small.write(home / "responses" / "p.csv", [small.form()], header=[odd, *small.HEADER])
    path = home / "aliases.csv"
    path.write_text('instrument_id,header,means\nP,"Wish, ""really""\nnow",P1\n', encoding="utf-8")
    assert read_aliases(path) == [Alias("P", odd, "P1")]


def test_a_damaged_file_of_aliases_is_a_mistake_with_its_fix(home):
    (home / "aliases.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CoursewavesError, match=r"Can't read aliases\.csv: its columns are not instrument_id"):
        read_aliases(home / "aliases.csv")


def test_a_header_that_resembles_nothing_is_read_once_a_person_says_what_it_is(home):
    header = ["Оқу тобы" if cell == "course" else cell for cell in small.HEADER]
    small.write(home / "responses" / "p.csv", [[*small.form(wish="4"), "x"]], header=[*header, "Ескерту"])
    intake = read(home)
    assert intake.responses.empty
    assert "check --accept p.csv:B=ID" in intake.problems["fix"].iloc[0]
    words = ["p.csv:B=course", "p.csv:H=ignore"]
    accepted = accept(home / "aliases.csv", intake.proposals, words, small.survey())
    assert accepted == [Alias("P", "Оқу тобы", "course"), Alias("P", "Ескерту", "ignore")]
    healed = read(home)
    assert healed.responses["course_id"].tolist() == ["A-1"]
    assert healed.problems.empty


def test_all_takes_only_what_resembles_a_question(home):
    small.write(home / "responses" / "p.csv", [small.form()], header=["Wishh", "Ескерту", *small.HEADER[2:]])
    assert [one.header for one in accept(home / "aliases.csv", read(home).proposals, ["all"], small.survey())] == [
        "Wishh"
    ]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("p.csv:E=P99", "Can't find 'P99' in the questions of P. Possible values: 'ID0', 'ID1'"),
        ("p.csv:Z=P1", "Can't find 'p.csv:Z' in the columns that no question knows. Possible values: 'p.csv:E'"),
    ],
)
def test_a_meaning_that_there_is_not_is_refused(home, word, told):
    with pytest.raises(CoursewavesError) as refused:
        accept(home / "aliases.csv", read(home).proposals, [word], small.survey())
    assert str(refused.value).startswith(told)
    assert not (home / "aliases.csv").exists()
