"""A sample wave in the field (¶10): a draw that anybody repeats, a register, and what can still be reached."""

import csv
import hashlib
import json
import shutil
import stat
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import handmade
from coursewaves import cli
from coursewaves.analysis.sample import plan_sample
from coursewaves.errors import CoursewavesError
from coursewaves.field import draw_sample, field_folder, field_progress, paper_of, read_frame, redraw
from coursewaves.field.draw import sample_instrument
from coursewaves.field.files import write_next
from coursewaves.field.progress import AT_RISK, NO_RESERVES, OUT_OF_REACH
from coursewaves.load import disguised, load_year
from coursewaves.phrases import Phrases
from coursewaves.registry.reader import Registry, read_registry
from coursewaves.reports_of import fieldwork, sample
from coursewaves.settings.fieldwork import Sampling
from coursewaves.settings.home import Home, Settings
from coursewaves.stats import outcome_rates
from coursewaves.survey.files import load_survey
from coursewaves.views.opening import YearView
from small import PSEUDONYMS
from test_sample import institute
from test_sections import LANGUAGES, NEVER_SHOWN, row_of, text_of

SEED = "order 12 of 2025-03-14"
SURVEY = load_survey()
C = SURVEY.instrument("C")
TODAY = date(2026, 1, 31)


def decided(**rules) -> Settings:
    return Settings(sample=Sampling(**{"seed": SEED} | rules))


def invited(course_id: str, codes, invited_on: str | None = "2026-01-10", outcome: str | None = None) -> list[dict]:
    return [
        {"participant_id": code, "course_id": course_id, "wave": 3, "invited_on": invited_on, "outcome": outcome}
        for code in codes
    ]


def answers(course_id: str, codes) -> pd.DataFrame:
    """Kept forms of wave 3; a code that is None is that of a form without one."""
    forms = pd.DataFrame({"respondent_id": pd.Series(list(codes), dtype="str")})
    return forms.assign(course_id=course_id, instrument_id="C", submitted_at=pd.Timestamp("2026-01-20", tz="UTC"))


def planned(registry: Registry, **more):
    return plan_sample(registry, SURVEY, Settings(), **{"instrument": "C", "seed": SEED} | more)


def stands(registry: Registry, forms: pd.DataFrame | None = None, **more):
    forms = answers("a-1", []) if forms is None else forms
    rules = {"today": TODAY, "expected_response": 0.5, "wait_days": 14} | more
    return field_progress(planned(registry), registry, forms, C, **rules)


def row(found, scope: str, scope_id: str = "") -> pd.Series:
    rows = found.scopes
    return rows[(rows["scope"] == scope) & (rows["scope_id"] == scope_id)].iloc[0]


# The draw, and drawing again -----------------------------------------------------------------------


def drawn_again(paper: dict, frame_csv: Path) -> dict[str, list[str]]:
    """The draw as its paper describes it, with nothing of ours: csv, json and hashlib alone."""
    with frame_csv.open(encoding="utf-8-sig", newline="") as file:
        people = [(row["programme_id"], row["key"]) for row in csv.DictReader(file)]
    check = hashlib.sha256("\n".join(sorted(key for _, key in people)).encode("utf-8")).hexdigest()
    assert check == paper["frame_hash"]
    numbers = {
        key: hashlib.sha256(f"{paper['seed']}|{paper['frame_id']}|{key}".encode()).hexdigest() for _, key in people
    }
    return {
        stratum["programme_id"]: sorted(
            (key for programme, key in people if programme == stratum["programme_id"]), key=numbers.get
        )[: stratum["n_invited"]]
        for stratum in paper["strata"]
    }


@pytest.fixture
def home(example_year, tmp_path) -> Home:
    """A work folder with the registry of the example year and a seed, and nothing else."""
    registry = tmp_path / "home" / "data" / "raw" / "registry"
    registry.mkdir(parents=True)
    for path in (example_year[0] / "data" / "raw" / "registry").glob("*.csv"):
        (registry / path.name).write_bytes(path.read_bytes())
    (tmp_path / "home" / "coursewaves.yml").write_text(f"sample: {{seed: {SEED}}}\n", encoding="utf-8")
    return Home(tmp_path / "home")


def run(home: Home, *words: str):
    return CliRunner().invoke(cli.app, ["--home", str(home.root), *words])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sheet(path: Path, name: str) -> list[tuple]:
    return list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))


def test_anybody_draws_the_same_people_from_the_public_paper_and_the_frame(home):
    done = run(home, "sample")
    assert done.exit_code == 0, done.output
    folder = field_folder(home, C)
    paper = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert (paper["seed"], paper["frame_id"], paper["wave"]) == (SEED, "C", 3)
    again = drawn_again(paper, folder / "frame.csv")
    head, *rows = sheet(folder / "drawn.xlsx", "invited")
    assert head == (
        "direction_id", "programme_id", "centre_id", "course_id", "participant_id", "draw_order"
    )  # fmt: skip
    listed = {name: [f"{one[3]}/{one[4]}" for one in rows if one[1] == name] for name in again}
    assert listed == again
    assert sum(map(len, again.values())) == len(rows) > 0
    # and the library's own way back
    ours = redraw(paper, read_frame(folder / "frame.csv"))
    assert {name: keys[: len(again[name])] for name, keys in ours.items()} == again


def test_the_paper_names_nobody_and_the_lists_are_private(home):
    run(home, "sample")
    folder = field_folder(home, C)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"plan.json": 0o640, "frame.csv": 0o600, "drawn.xlsx": 0o600, "invitations.csv": 0o600}
    paper = (folder / "plan.json").read_text(encoding="utf-8")
    codes = read_registry(home.registry)[0].participants["participant_id"]
    assert not [code for code in codes if code in paper]


def test_drawn_again_the_same_bytes_stand_there_and_another_seed_is_refused(home):
    run(home, "sample")
    before = {path.name: path.read_bytes() for path in field_folder(home, C).iterdir()}
    assert run(home, "sample").exit_code == 0
    assert {path.name: path.read_bytes() for path in field_folder(home, C).iterdir()} == before
    refused = run(home, "sample", "--seed", "until I like it")
    assert refused.exit_code == 2
    assert "Wave 3 was drawn already, from another seed" in " ".join(refused.output.split())
    assert {path.name: path.read_bytes() for path in field_folder(home, C).iterdir()} == before
    anew = run(home, "sample", "--seed", "order 13", "--anew")
    assert anew.exit_code == 0
    assert "the settings name no such seed" in " ".join(anew.output.split())


def test_without_a_seed_nothing_is_drawn(home):
    (home.root / "coursewaves.yml").unlink()
    refused = run(Home(home.root), "sample")
    assert refused.exit_code == 2
    assert "Can't draw without a seed; fix: sample: seed:" in " ".join(refused.output.split())
    assert not (home.root / "data" / "field").exists()


def test_a_list_that_was_changed_is_not_the_one_of_the_draw():
    draw = draw_sample(institute({"a": [30]}), SURVEY, decided(), PSEUDONYMS)
    frame = [("a", f"a-1/p{number}") for number in range(30)]
    assert len(redraw(paper_of(draw), reversed(frame))["a"]) == 30
    with pytest.raises(CoursewavesError, match="check sum is another"):
        redraw(paper_of(draw), frame[:-1])


def test_a_code_that_leads_to_a_person_is_a_pseudonym_in_the_draw_and_itself_in_the_list():
    people = [{"participant_id": code, "course_id": "a-1", "completed": "yes"} for code in ("850101300124", "B2")]
    registry = institute({"a": [2]}, participants=people)
    draw = draw_sample(registry, SURVEY, decided(), PSEUDONYMS)
    assert sorted(code[:4] for code in draw.plan.frame["participant_id"]) == ["B2", "iin-"]
    assert sorted(draw.own_codes["own_code"]) == ["850101300124", "B2"]


def test_a_register_by_such_a_code_is_linked_as_the_list_is(tmp_path):
    people = [{"participant_id": "850101300124", "course_id": "a-1", "completed": "yes"}]
    registry = institute({"a": [1]}, participants=people, invitations=invited("a-1", ["850101300124"]))
    hidden = disguised(registry, PSEUDONYMS)
    assert hidden.invitations["participant_id"].tolist() == hidden.participants["participant_id"].tolist()
    assert hidden.invitations["participant_id"].tolist() != ["850101300124"]


def test_a_register_is_read_with_its_faults_told(home):
    (home.registry / "invitations.csv").write_text(
        "participant_id,course_id,wave,invited_on,outcome\nX1,P01-01,3,2025-11-03,refused\n"
        "X2,P01-01,3,soon,maybe\nX3,P99-01,3,,\nX1,P01-01,3,,\n",
        encoding="utf-8",
    )
    registry, problems = read_registry(home.registry)
    own = problems[problems["file"] == "invitations.csv"]
    assert own[["row", "column", "rule"]].to_numpy().tolist() == [
        [3, "D", "E-VALUE"], [3, "E", "E-VALUE"], [4, "B", "E-REFERENCE"], [5, "C", "E-DUPLICATE"],
    ]  # fmt: skip
    assert registry.invitations["participant_id"].tolist() == ["X1", "X2"]
    assert registry.invitations["outcome"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("seed: 'a|b'", "String should match pattern"),
        ("expected_response: 0", "greater than 0"),
        ("wait_days: 0", "greater than or equal to 1"),
        ("percent: 20", "there is no 'percent'"),
    ],
)
def test_a_fault_of_the_settings_of_a_sample_is_told_with_its_line(tmp_path, text, fault):
    (tmp_path / "coursewaves.yml").write_text(f"sample:\n  {text}\n", encoding="utf-8")
    with pytest.raises(CoursewavesError, match=rf"coursewaves\.yml:2 sample\..*{fault}"):
        _ = Home(tmp_path).settings


def test_a_seed_that_could_be_another_draw_s_is_refused():
    with pytest.raises(CoursewavesError, match="seed with"):
        draw_sample(institute({"a": [30]}), SURVEY, Settings(), PSEUDONYMS, "a|b")


def test_a_survey_in_which_everybody_is_asked_has_no_sample():
    everybody = SURVEY.model_copy(update={"instruments": SURVEY.waves()[:2]})
    with pytest.raises(CoursewavesError, match="waves that ask a sample"):
        sample_instrument(everybody)
    with pytest.raises(CoursewavesError, match=r"Can't find '1' in the waves that ask a sample. Possible values: '3'"):
        sample_instrument(SURVEY, 1)


# Progress ------------------------------------------------------------------------------------------


def test_what_became_of_everybody_by_hand():
    registry = institute({"a": [60]})
    order = planned(registry).frame["participant_id"].tolist()  # 24 needed, 48 invited, 12 reserves
    register = [
        *invited("a-1", order[:10]),  # answered below
        *invited("a-1", order[10:13], outcome="refused"),
        *invited("a-1", order[13:15], outcome="not_reached"),
        *invited("a-1", order[15:16], outcome="not_eligible"),
        *invited("a-1", order[16:30], "2026-01-10"),  # 21 days ago: silent
        *invited("a-1", order[30:40], "2026-01-25"),  # 6 days ago
    ]
    found = stands(institute({"a": [60]}, invitations=register), answers("a-1", [*order[:10], None, None]))
    one = row(found, "programme", "a")
    counted = {name: int(one[f"n_{name}"]) for name in
               ("answered", "refused", "not_reached", "not_eligible", "silent", "waiting", "not_invited")}  # fmt: skip
    assert counted == {"answered": 10, "refused": 3, "not_reached": 2, "not_eligible": 1, "silent": 14, "waiting": 10,
                       "not_invited": 8}  # fmt: skip
    assert (one["n"], one["n_unlinked"], one["share"]) == (12, 2, 0.2)
    assert (one["n_invited"], one["n_reserves"]) == (40, 12)
    # 30 % of 60 are 18, 40 % are 24; 10 + 8 are left, of whom 2 may have answered without a code: 16 · 0.5 = 8 more
    assert (one["n_to_least"], one["n_to_target"]) == (6, 12)
    assert one["n_to_call"] == 8  # 24 - 12 - 8 = 4 answers short, half of those asked answer
    assert found.next["participant_id"].tolist() == order[48:56]
    # of 39 asked who belong to it: 10 answered, 3 refused; 26 from whom nothing came back
    assert one["response_rate"] == pytest.approx(10 / 39)
    assert one["refusal_rate"] == pytest.approx(3 / 39)
    assert one["contact_rate"] == pytest.approx(13 / 39)
    assert one["cooperation_rate"] == pytest.approx(10 / 13)
    # expected: 12 + (16 + 12) / 2 = 26; at most 12 + 16 + 14 silent + 12 reserves = 54
    assert (one["share_expected"], one["share_most"]) == (pytest.approx(26 / 60), pytest.approx(54 / 60))
    assert one["alarm"] == ""
    assert found.findings == []


def test_before_anybody_is_invited_the_drawn_are_to_be_asked_and_no_reserve():
    found = stands(institute({"a": [60], "b": [20]}))
    assert row(found, "programme", "a")[["n_not_invited", "n_reserves", "n_to_call"]].tolist() == [48, 12, 0]
    assert row(found, "programme", "b")[["n_not_invited", "n_reserves", "n_to_call"]].tolist() == [20, 0, 0]  # a census
    assert row(found, "all")[["n_not_invited", "n_completed"]].tolist() == [68, 80]
    assert found.next.empty


def test_an_answer_counts_whatever_the_register_says():
    order = planned(institute({"a": [60]})).frame["participant_id"].tolist()
    register = invited("a-1", order[:1], outcome="refused")
    found = stands(institute({"a": [60]}, invitations=register), answers("a-1", order[:1]))
    assert row(found, "all")[["n_answered", "n_refused"]].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("n_refused", "alarm"),
    [
        (2, ""),  # half of the 46 left are 23 of the 24 needed: 2 of the 12 reserves will do
        (12, ""),  # half of 36 are 18: all 12 reserves are wanted
        (13, NO_RESERVES),  # half of 35 are 17.5: 13 are wanted
        (24, NO_RESERVES),  # half of 24 and of 12 are exactly the 18 that 30 % of 60 are
        (25, AT_RISK),  # 17.5
        (42, AT_RISK),  # 6 and 12 are 18, if all of them answer
        (43, OUT_OF_REACH),  # 17 people are left
    ],
)
def test_an_alarm_is_given_when_what_is_left_does_not_do(n_refused, alarm):
    order = planned(institute({"a": [60]})).frame["participant_id"].tolist()
    register = [*invited("a-1", order[:n_refused], outcome="refused"),
                *invited("a-1", order[n_refused:48], "2026-01-30")]  # fmt: skip
    one = row(stands(institute({"a": [60]}, invitations=register)), "direction", "D1")
    assert one["alarm"] == alarm


def test_who_was_never_drawn_and_who_was_asked_before_the_turn_are_told_without_a_code():
    order = planned(institute({"a": [60]})).frame["participant_id"].tolist()
    register = [*invited("a-1", ["stranger"]), *invited("a-1", order[:48]), *invited("a-1", order[50:51])]
    found = stands(institute({"a": [60]}, invitations=register))
    told = [finding.what for finding in found.findings]
    assert told == ["people in invitations who are not in the draw: 1", "a: reserves were asked before their turn: 2"]
    assert row(found, "all")["n_invited"] == 49


def test_the_register_of_another_wave_is_not_counted():
    order = planned(institute({"a": [60]})).frame["participant_id"].tolist()
    rows = [one | {"wave": 2} for one in invited("a-1", order[:5])]
    assert row(stands(institute({"a": [60]}, invitations=rows)), "all")["n_invited"] == 0


sizes = st.dictionaries(
    st.sampled_from("abc"), st.lists(st.integers(0, 30), min_size=1, max_size=2), min_size=1, max_size=2
)


@settings(max_examples=8)
@given(sizes, st.randoms(use_true_random=False))
def test_no_scope_loses_anybody_and_directions_are_the_sum_of_their_programmes(courses, random):
    where = {"b": "D2", "c": None}
    frame = planned(institute(courses, where)).frame
    keys = list(zip(frame["course_id"], frame["participant_id"], strict=True))
    chosen = [key for key in keys if random.random() < 0.5]
    said = [None, "answered", "refused", "not_reached", "other", "not_eligible"]
    register = [one | {"outcome": random.choice(said)} for course, code in chosen for one in invited(course, [code])]
    found = stands(institute(courses, where, invitations=register))
    people = ("answered", "refused", "not_reached", "other", "not_eligible", "silent", "waiting", "not_invited")
    counts = [f"n_{name}" for name in (*people, "reserves", "invited", "to_call", "completed")]
    by_scope = found.scopes.groupby("scope")[counts].sum()
    assert (by_scope.loc["programme"] == by_scope.loc["direction"]).all()
    assert (by_scope.loc["programme"] == by_scope.loc["all"]).all()
    total = by_scope.loc["all"]
    assert total[counts[:9]].sum() == len(frame)
    assert len(found.next) == total["n_to_call"] <= total["n_reserves"]


def test_outcome_rates_without_anybody_or_without_contact_have_a_reason():
    assert outcome_rates(0).reason == "nobody was asked"
    silent = outcome_rates(0, not_reached=5)
    assert (silent.response, silent.contact, silent.n, silent.reason) == (0, 0, 5, "nobody was reached")
    with pytest.raises(CoursewavesError, match="negative"):
        outcome_rates(1, -1)


# The commands --------------------------------------------------------------------------------------


def test_the_field_goes_from_draw_to_register_to_the_next_reserves(loaded_year, tmp_path):
    root = tmp_path / "home"
    shutil.copytree(loaded_year.home.root, root)
    with (root / "coursewaves.yml").open("a", encoding="utf-8") as file:
        file.write(f"sample: {{seed: {SEED}}}\n")
    home = Home(root)
    undrawn = run(home, "field")
    assert undrawn.exit_code == 2
    assert "No sample of wave 3 was drawn; fix: coursewaves sample" in " ".join(undrawn.output.split())
    assert run(home, "sample").exit_code == 0
    register = field_folder(home, C) / "invitations.csv"
    rows = rows_of(register)
    for one in rows:
        one |= {"invited_on": "2025-11-03", "outcome": "refused"}
    with (home.registry / "invitations.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    year = load_year(home)
    assert len(year.registry.invitations) == len(rows)
    done = run(home, "field", "--today", "2025-11-10", "--next")
    assert done.exit_code == 3, done.output  # everybody refused
    assert "to ask now" in done.output
    after = rows_of(register)
    assert after[: len(rows)] == rows
    assert len(after) > len(rows)
    assert {one["outcome"] for one in after[len(rows) :]} == {""}
    codes = year.registry.participants["participant_id"]
    assert not [code for code in codes if f" {code} " in done.output]


def test_the_register_keeps_the_rows_of_other_waves(tmp_path):
    registry = institute({"a": [30]}, invitations=[one | {"wave": 4} for one in invited("a-1", ["p1"])])
    draw = draw_sample(registry, SURVEY, decided(), PSEUDONYMS)
    people = pd.DataFrame({"course_id": ["a-1", "a-1"], "participant_id": ["p1", "p2"]})
    path = write_next(Home(tmp_path), draw, registry, people)
    rows = rows_of(path)
    assert [(one["participant_id"], one["wave"]) for one in rows] == [("p1", "4"), ("p1", "3"), ("p2", "3")]


# The report ----------------------------------------------------------------------------------------


def view_of(registry: Registry, forms: pd.DataFrame, language: str = "en", **rules) -> YearView:
    year = handmade.year(SURVEY, courses={"A-1": 0}, settings=decided(**rules))
    object.__setattr__(year, "registry", registry)
    object.__setattr__(year, "responses", forms)
    return YearView(year, Phrases(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [0, 4, 5, 12])
def test_the_report_tells_the_field_by_direction_and_hides_the_small(language, n):
    order = planned(institute({"a": [60]})).frame["participant_id"].tolist()
    register = [*invited("a-1", order[:12]), *invited("a-1", order[12:20], outcome="refused")]
    view = view_of(institute({"a": [60]}, invitations=register), answers("a-1", order[:n]), language)
    page = fieldwork.fieldwork(view)._repr_html_()
    cells = row_of(page, "D1")
    assert not NEVER_SHOWN.search(text_of(page))
    assert not [code for code in order if code in text_of(page).split()]
    assert len(cells) == 7
    if n < 5:
        assert cells[1:] == ["–"] * 6
    else:
        assert cells[:3] == ["20", str(n), "8"]


def test_the_report_says_who_was_asked_last_and_what_is_at_risk():
    order = planned(institute({"a": [60]})).frame["participant_id"].tolist()
    register = [*invited("a-1", order[:6]), *invited("a-1", order[6:48], outcome="refused")]
    view = view_of(institute({"a": [60]}, invitations=register), answers("a-1", order[:5]))
    told = text_of(fieldwork.fieldwork(view)._repr_html_())
    assert f"D1: {AT_RISK}." in told  # 5 + (1 waiting + 12 reserves) / 2 = 11.5 of 18
    assert "As of January 20, 2026." in told
    assert "Reserves to ask now: 12." in told


def test_the_report_draws_from_the_seed_of_the_settings():
    view = view_of(institute({"a": [60]}), answers("a-1", []), expected_response=0.8)
    page = text_of(sample.draw(view)._repr_html_())
    assert f"Seed: {SEED}; frame: C." in page
    assert "The seed is public and was set before the draw." in page
    assert planned(institute({"a": [60]})).frame_hash in page
    assert "On the list: 60; drawn: 30; in reserve: 30." in page  # 24 needed, four in five answer
    assert "No invitation is recorded yet" in text_of(fieldwork.fieldwork(view)._repr_html_())
