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
    assert accept(home / "aliases.csv", intake.proposals, ["p.csv:E"]) == [Alias("P", "Wishh", "P1")]
    healed = read(home)
    assert healed.responses["P1"].tolist() == [4.0]
    assert healed.problems.empty


def test_accepting_twice_writes_once(home):
    proposals = read(home).proposals
    accept(home / "aliases.csv", proposals, ["all"])
    before = (home / "aliases.csv").read_bytes()
    assert accept(home / "aliases.csv", proposals, ["all"]) == []
    assert (home / "aliases.csv").read_bytes() == before


def test_what_was_not_proposed_can_t_be_accepted(home):
    with pytest.raises(CoursewavesError, match=r"Can't find 'p\.csv:A' in the proposals. Possible values: 'p\.csv:E'"):
        accept(home / "aliases.csv", read(home).proposals, ["p.csv:A"])
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
