"""What was published and what a load may count differ by nobody or by enough people, in every wave and question."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import handmade
from coursewaves import releases
from coursewaves.cli import app
from coursewaves.errors import CoursewavesError
from coursewaves.load import load_year
from coursewaves.processed.contents import read_contents
from coursewaves.processed.year import Year
from coursewaves.publishing.plan import Job
from coursewaves.publishing.publish import _enter_released
from coursewaves.releases.cells import GONE
from coursewaves.releases.holding import Held, hold
from coursewaves.settings.home import Home
from test_year import make_home, row

MINIMUM = 5


def made(survey, n: int, *, linked: bool = False) -> pd.DataFrame:
    """The forms of one course, n to each questionnaire."""
    found = handmade.year(survey, n, linked=linked).responses
    return found.assign(file="a.csv", row=range(len(found)), submitted_at=pd.Timestamp("2025-03-14", tz="UTC"))


def published(forms: pd.DataFrame, gone: tuple[str, ...] = ()) -> pd.DataFrame:
    return forms.assign(**{GONE: forms["response_id"].isin(gone)})


def held(survey, now: pd.DataFrame, before: pd.DataFrame, known: set[str] = frozenset()) -> Held:
    return hold(now, published(before), frozenset(now["response_id"]) | known, survey, MINIMUM)


def first(forms: pd.DataFrame, n: int, instrument_id: str = "B") -> pd.DataFrame:
    """Only the first n forms of one questionnaire; all of the others."""
    place = forms.groupby("instrument_id").cumcount()
    return forms[(forms["instrument_id"] != instrument_id) | (place < n)].reset_index(drop=True)


def n_of(found: Held, instrument_id: str = "B") -> int:
    return int((found.responses["instrument_id"] == instrument_id).sum())


def test_what_was_never_published_is_taken_whole(survey):
    now = made(survey, 12)
    found = hold(now, published(now.iloc[:0]), frozenset(), survey, MINIMUM)
    pd.testing.assert_frame_equal(found.responses, now)
    assert (found.waiting, len(found.withheld), found.withdrawn) == ([], 0, frozenset())


@pytest.mark.parametrize(("n_more", "n_counted"), [(0, 12), (1, 12), (4, 12), (5, 17), (6, 18)])
def test_late_answers_wait_until_they_are_enough(survey, n_more, n_counted):
    now = first(made(survey, 20), 12 + n_more)
    found = held(survey, now, first(now, 12))
    assert n_of(found) == n_counted
    assert len(found.waiting) == (12 + n_more if n_more < 5 else n_counted) - n_counted
    assert n_of(found, "A") == 20


def test_a_wave_of_which_too_few_were_published_is_taken_whole(survey):
    now = first(made(survey, 20), 6)
    assert n_of(held(survey, now, first(now, 4))) == 6


def test_a_question_that_a_few_of_many_late_people_answered_waits_alone(survey):
    now = first(made(survey, 20), 18)
    is_late = (now["instrument_id"] == "B") & (now.groupby("instrument_id").cumcount() >= 12)
    late = now.index[is_late]
    now.loc[late[:3], "B1.1"] = np.nan  # three of six late people leave the question out
    found = held(survey, now, first(now, 12)).responses
    own = found[found["instrument_id"] == "B"]
    assert (len(own), own["B1.1"].notna().sum(), own["B1.2"].notna().sum()) == (18, 12, 18)


@pytest.mark.parametrize(("n_corrected", "is_taken"), [(1, False), (4, False), (5, True)])
def test_a_correction_waits_with_the_published_answer(survey, n_corrected, is_taken):
    before = made(survey, 12)
    now = before.copy()
    chosen = now.index[now["instrument_id"] == "B"][:n_corrected]
    now.loc[chosen, "B1.1"] = 6 - now.loc[chosen, "B1.1"].to_numpy() + (now.loc[chosen, "B1.1"] == 3).to_numpy()
    found = held(survey, now, before).responses
    expected = now if is_taken else before
    assert found["B1.1"].dropna().tolist() == expected["B1.1"].dropna().tolist()


@pytest.mark.parametrize("n_gone", [1, 4])
def test_after_a_few_withdrew_nothing_of_the_wave_is_shown_and_nothing_of_them_is_kept(survey, n_gone):
    before = made(survey, 12)
    now = before[~((before["instrument_id"] == "B") & (before.groupby("instrument_id").cumcount() < n_gone))]
    found = held(survey, now.reset_index(drop=True), before)
    assert (n_of(found), n_of(found, "A"), n_of(found, "C")) == (0, 12, 12)
    assert found.withdrawn == {f"A-1.B.{person}" for person in range(n_gone)}
    gone = found.withheld[found.withheld[GONE]]
    assert len(gone) == n_gone
    assert gone.drop(columns=["response_id", "course_id", "instrument_id", "wave", GONE, "file", "row",
                              "is_straightlined"]).isna().all(axis=None)  # fmt: skip
    assert len(found.withheld) == 12


def test_a_wave_comes_back_when_enough_others_came_after_a_withdrawal(survey):
    whole = made(survey, 20)
    before = first(whole, 12)
    rest = whole[whole["response_id"] != "A-1.B.0"].reset_index(drop=True)
    withheld = held(survey, first(rest, 11), before).withheld
    known = frozenset(rest["response_id"])
    few, enough = (
        hold(first(rest, n), pd.concat([published(before[before["instrument_id"] != "B"]), withheld]), known, survey, 5)
        for n in (14, 16)
    )
    assert (n_of(few), n_of(enough)) == (0, 16)


def test_a_record_that_was_away_and_is_there_again_changes_nothing(survey):
    before = made(survey, 12)
    cut = before[before["response_id"] != "A-1.B.0"].reset_index(drop=True)
    withheld = held(survey, cut, before).withheld
    others = published(before[before["instrument_id"] != "B"])
    again = hold(before, pd.concat([others, withheld]), frozenset(before["response_id"]), survey, MINIMUM)
    pd.testing.assert_frame_equal(again.responses, before)
    assert (again.waiting, len(again.withheld)) == ([], 0)


def test_whoever_withdraws_with_enough_others_is_gone_at_once(survey):
    before = made(survey, 20)
    now = before[~((before["instrument_id"] == "B") & (before.groupby("instrument_id").cumcount() < 5))]
    found = held(survey, now.reset_index(drop=True), before)
    assert (n_of(found), len(found.withdrawn), len(found.withheld)) == (15, 5, 0)


def test_a_form_that_no_longer_counts_stays_while_its_record_stands_in_a_file(survey):
    before = made(survey, 12)
    now = before[before["response_id"] != "A-1.B.0"].reset_index(drop=True)  # its day lies outside the window now
    found = held(survey, now, before, known={"A-1.B.0"})
    assert n_of(found) == 12
    assert found.withdrawn == frozenset()


def test_a_file_under_another_name_changes_nothing(survey):
    before = made(survey, 12)
    now = before.assign(response_id="other " + before["response_id"])
    found = held(survey, now, before)
    assert found.responses["response_id"].str.startswith("other ").all()
    assert found.withdrawn == frozenset()
    late = held(survey, pd.concat([now, made(survey, 13).tail(1)], ignore_index=True), before)
    assert len(late.responses) == len(before)


def test_a_second_form_of_one_person_replaces_nothing_alone(survey):
    before = made(survey, 12, linked=True)
    now = before.copy()
    chosen = now["response_id"] == "A-1.B.0"
    now.loc[chosen, ["response_id", "B1.1"]] = ["again", 9 - now.loc[chosen, "B1.1"].iloc[0]]
    found = held(survey, now, before, known={"A-1.B.0"}).responses
    assert found["B1.1"].dropna().tolist() == before["B1.1"].dropna().tolist()


def test_of_late_people_whom_few_link_to_the_earlier_wave_the_links_wait(survey):
    whole = made(survey, 20, linked=True)
    before = first(whole, 12)
    now = first(whole, 18)
    is_late = (now["instrument_id"] == "B") & (now.groupby("instrument_id").cumcount() >= 12)
    now.loc[now.index[is_late][:3], "respondent_id"] = None  # of six late people three are linked
    found = held(survey, now, before).responses
    own = found[found["instrument_id"] == "B"]
    assert (len(own), own["respondent_id"].notna().sum()) == (18, 12)


@settings(max_examples=25)
@given(
    n_before=st.integers(5, 16), n_gone=st.integers(0, 6), n_now=st.integers(5, 18),
    changed=st.lists(st.tuples(st.sampled_from(range(18)), st.sampled_from(["B1.1", "B1.2"])), max_size=7),
    value=st.sampled_from([1.0, 5.0, np.nan]),
)  # fmt: skip
def test_every_difference_from_what_was_published_is_of_nobody_or_of_enough(
    survey, eighteen, n_before, n_gone, n_now, changed, value
):
    before, now = eighteen.iloc[:n_before], eighteen.iloc[n_gone:n_now].copy()
    for person, column in changed:
        now.loc[now["response_id"] == f"A-1.B.{person}", column] = value
    found = held(survey, now.reset_index(drop=True), before)
    old, new = (table.set_index("response_id") for table in (before, found.responses))
    if new.empty:
        return
    assert _is_enough(len(set(old.index) ^ set(new.index)))
    for column in ("role", "B1.1", "B1.2", "B2.1"):
        values = [table[column].reindex(sorted({*old.index, *new.index})) for table in (old, new)]
        is_same = (values[0] == values[1]).fillna(False) | (values[0].isna() & values[1].isna())
        assert _is_enough(int((~is_same.astype(bool)).sum()))
    assert set(found.waiting).isdisjoint(found.responses["response_id"])


@pytest.fixture(scope="module")
def eighteen(survey) -> pd.DataFrame:
    """Eighteen linked people of one wave, no two alike, with a few columns."""
    forms = made(survey, 18, linked=True)
    forms = forms[forms["instrument_id"] == "B"].reset_index(drop=True)
    names = ["response_id", "course_id", "instrument_id", "wave", "respondent_id", "is_straightlined", "file", "row",
             "submitted_at", "language", "role", "B1.1", "B1.2", "B2.1"]  # fmt: skip
    return forms[names].assign(region_id=[f"r{n}" for n in range(18)])


def _is_enough(n: int) -> bool:
    return n == 0 or n >= MINIMUM


# A work folder ---------------------------------------------------------------------------------------


def rows(n: int) -> list[list[str]]:
    return [row(str(1 + person % 5), f"2025-03-02 10:{person:02d}:00") for person in range(n)]


def put(home: Home, n: int, start: int = 0) -> Year:
    lines = (home.responses / "a.csv").read_text().splitlines()[:1] + [",".join(one) for one in rows(n)[start:]]
    (home.responses / "a.csv").write_text("\n".join(lines) + "\n")
    return load_year(home)


def publish(home: Home, course_id: str = "K-1") -> None:
    _enter_released(home, Job("course", course_id, "en", "t"), set())


@pytest.fixture
def home(tmp_path) -> Home:
    """A course with eight answers, loaded and published."""
    home = make_home(tmp_path / "home", rows(8))
    load_year(home)
    publish(home)
    return home


def test_a_load_that_nobody_saw_holds_nothing_back(tmp_path):
    home = make_home(tmp_path / "home", rows(8))
    load_year(home)
    assert len(put(home, 9).responses) == 9


def test_a_late_answer_waits_with_an_outcome_of_its_own(home):
    year = put(home, 9)
    assert len(year.responses) == 8
    assert year.files[["n_read", "n_kept", "n_waiting"]].to_numpy().tolist() == [[9, 8, 1]]
    assert dict(zip(year.outcomes["outcome"], year.outcomes["n_forms"], strict=True)) == {"kept": 8, "waiting": 1}
    publish(home)
    assert len(put(home, 12).responses) == 8
    assert len(put(home, 13).responses) == 13


def test_the_register_outlives_the_processed_tables(home):
    for path in [*home.partitions.iterdir(), *home.processed.glob("*.*")]:
        path.unlink()
    assert len(put(home, 9).responses) == 8


def test_the_same_raw_files_and_register_give_the_same_bytes(home):
    put(home, 9)
    first_bytes = home.partition("K-1").read_bytes()
    load_year(home)
    assert home.partition("K-1").read_bytes() == first_bytes


def test_a_withdrawal_deletes_the_answers_from_the_register_at_once(home):
    assert len(put(home, 8, start=1).responses) == 0
    entry = Year(home, home.released / "K-1.zip")
    assert len(entry.responses) == 7
    assert entry.read("withheld")["A3.1"].isna().all()
    assert len(put(home, 13, start=1).responses) == 12  # the one who went, and five who came


@pytest.mark.parametrize("content", [b"", b"PK nothing", b"x" * 4000])
def test_a_damaged_entry_of_the_register_is_refused_and_named(home, content):
    (home.released / "K-1.zip").write_bytes(content)
    with pytest.raises(CoursewavesError, match=r"data/released/K-1.zip is damaged; fix: bring it back"):
        load_year(home)


def test_the_register_is_readable_by_its_owner_only(home):
    assert home.released.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in home.released.iterdir()} == {0o600}


def test_a_page_on_several_courses_enters_all_of_them_once(home):
    (home.released / "K-1.zip").unlink()
    entered: set[str] = set()
    _enter_released(home, Job("period", "year", "en", "t"), entered)
    assert entered == {"K-1"}
    modified = (home.released / "K-1.zip").stat().st_mtime_ns
    _enter_released(home, Job("period", "year", "kk", "t"), entered)
    assert (home.released / "K-1.zip").stat().st_mtime_ns == modified


def test_a_retraction_is_written_down_and_lets_the_next_load_take_everything(home):
    put(home, 9)
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert releases.retract(home, [], "the pages were not passed on", now) == ["K-1"]
    assert read_contents(home) is None
    assert len(load_year(home).responses) == 9
    (line,) = (home.released / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "decided_at": "2026-03-02T09:00:00+00:00", "courses": ["K-1"], "reason": "the pages were not passed on",
    }  # fmt: skip


def test_the_command_says_what_it_took_back_and_what_to_do(home, tmp_path):
    command = ["--home", str(home.root), "retract", "--course", "K-1"]
    refused = CliRunner().invoke(app, command)
    assert (refused.exit_code, (home.released / "K-1.zip").exists()) == (2, True)
    told = CliRunner().invoke(app, [*command, "--reason", "called back"]).output
    assert "1 courses taken back: K-1" in told
    assert "load the year anew" in told
    again = CliRunner().invoke(app, [*command[:3], "--reason", "called back"])
    assert again.exit_code == 2
    assert "No page of a course was published yet" in again.output


def test_a_load_tells_that_answers_wait_and_not_how_many(home):
    (home.responses / "b.csv").write_text((home.responses / "a.csv").read_text().splitlines()[0] + "\n")
    put(home, 11)
    told = CliRunner().invoke(app, ["--home", str(home.root), "load"]).output
    assert "answers wait: their difference from pages already published would tell of too few people" in told
    assert "<5" in told


def test_a_retraction_needs_a_reason_and_a_published_course(home):
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with pytest.raises(CoursewavesError, match="fix: say why with --reason"):
        releases.retract(home, ["K-1"], " ", now)
    with pytest.raises(CoursewavesError, match=r"Can't find 'K-9' in the published courses.*'K-1'"):
        releases.retract(home, ["K-9"], "why", now)
    assert (home.released / "K-1.zip").exists()
