"""What a cluster's machines are sent: equal content is equal bytes, and nothing of it can lead elsewhere."""

import io
import json
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.cluster import parcels
from coursewaves.cluster.parcels import Task, input_name, pack, pack_year, program_digest, unpack
from coursewaves.errors import CoursewavesError
from coursewaves.processed.contents import Contents, instruments_digest, settings_digest, write_contents
from coursewaves.settings.home import Home

SETTINGS = """
institute: {kk: "Институт 😀", en: "A\\tB \\"C\\" \\\\ D \\x07"}
languages: [kk, en]
low_rated_below: 70
sources: [{files: "a/{course}*.csv", encoding: cp1251, missing: ["NA", "no", "1:30"]}]
alerts: {webhook: {url: "https://institute.example/hook"}}
limits: {seconds: 7}
"""


def home_with(folder: Path, settings: str = SETTINGS, **instruments: str) -> Home:
    folder.mkdir(exist_ok=True)
    (folder / "coursewaves.yml").write_text(settings, encoding="utf-8")
    for name, text in instruments.items():
        (folder / "instruments").mkdir(exist_ok=True)
        (folder / "instruments" / f"{name}.yml").write_text(text, encoding="utf-8")
    return Home(folder)


def archive(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return content.getvalue()


def task(**more: object) -> Task:
    found = Task(
        storage="s3://a/b", program="p", shared="s", settings="t", data="d", languages=["kk"], limits={},
        kind="course", subject_id="A-1", about={"course_id": "A-1"}, pages=[["kk", "Play (A-1)"], ["en", "Play (A-1)"]],
        formats=["json"],
    )  # fmt: skip
    return found._replace(**more)


def test_what_is_unpacked_is_what_was_packed_as_far_as_a_page_hangs_on_it(tmp_path):
    home = home_with(tmp_path / "home", A="a: 1", B="b: Ә")
    unpack(pack(home), tmp_path / "worker")
    found = Home(tmp_path / "worker")
    assert settings_digest(found) == settings_digest(home)
    assert instruments_digest(found) == instruments_digest(home)
    assert found.settings.institute == {"kk": "Институт 😀", "en": 'A\tB "C" \\ D \x07'}
    assert found.settings.low_rated_below == 70
    assert found.settings.sources[0].missing == ["NA", "no", "1:30"]


def test_where_people_are_told_and_bounds_of_a_machine_are_not_sent(tmp_path):
    home = home_with(tmp_path / "home")
    assert home.settings.alerts.webhook.url == "https://institute.example/hook"
    assert b"institute.example" not in pack(home)
    unpack(pack(home), tmp_path / "worker")
    assert Home(tmp_path / "worker").settings.limits.seconds == 120


def test_a_comment_in_the_settings_changes_no_byte_and_another_instrument_does(tmp_path):
    plain = pack(home_with(tmp_path / "home", A="a: 1"))
    assert pack(home_with(tmp_path / "home", SETTINGS + "# a remark\n")) == plain
    assert pack(home_with(tmp_path / "home", A="a: 2")) != plain


def test_the_tables_of_the_whole_year_are_unpacked_where_a_report_reads_them(tmp_path):
    home = Home(tmp_path / "home")
    home.processed.mkdir(parents=True)
    for name in ("responses", "scores", "not_loaded"):
        (home.processed / f"{name}.parquet").write_text(name)
    write_contents(home, Contents({}, {"responses": "1", "scores": "2"}, [], []))
    unpack(pack_year(home), tmp_path / "worker")
    found = sorted((tmp_path / "worker").rglob("*.*"))
    assert [path.relative_to(tmp_path / "worker").as_posix() for path in found] == [
        "data/processed/responses.parquet", "data/processed/scores.parquet",
    ]  # fmt: skip
    assert found[0].read_text() == "responses"


def test_before_a_load_there_is_no_year_to_pack(tmp_path):
    with pytest.raises(CoursewavesError, match="Can't find the processed tables"):
        pack_year(Home(tmp_path))


def test_without_own_settings_and_instruments_a_parcel_holds_the_defaults(tmp_path):
    unpack(pack(Home(tmp_path)), tmp_path / "worker")
    assert [path.name for path in (tmp_path / "worker").iterdir()] == ["coursewaves.yml"]
    assert settings_digest(Home(tmp_path / "worker")) == settings_digest(Home(tmp_path))


@pytest.mark.parametrize(
    "name",
    [
        "../coursewaves.yml", "instruments/../../x.yml", "/instruments/x.yml", "instruments/../x.yml", "x.yml",
        "instruments\\x.yml", "C:/instruments/x.yml", "instruments/x.py", "instruments/./x.yml", "instruments",
        "instruments//x.yml", "instruments/c:x.yml", "data/processed/courses/A-1.zip", "data/x.parquet",
        "data/processed/x.yml", "data/processed/../x.parquet",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_written(tmp_path, name):
    folder = tmp_path / "deep" / "worker"
    with pytest.raises(CoursewavesError, match="hold a file that no report reads"):
        unpack(archive(**{"coursewaves.yml": "", name: "x"}), folder)
    assert list(tmp_path.iterdir()) == []


@given(
    st.lists(
        st.sampled_from(
            ["instruments", "data", "processed", "..", ".", "", "a.yml", "a.parquet", "coursewaves.yml", "C:", "\\"]
        ),
        max_size=4,
    )
)
def test_whatever_is_expected_lies_below_the_folder(steps):
    name = "/".join(steps)
    if parcels._is_expected(name):
        assert (Path("worker") / name).resolve().is_relative_to(Path("worker").resolve())
        assert name.endswith((".yml", ".parquet"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive", archive(**{"coursewaves.yml": "a"})[:-10]])
def test_what_is_no_archive_is_refused(tmp_path, content):
    with pytest.raises(CoursewavesError, match="The inputs are no archive"):
        unpack(content, tmp_path / "worker")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX systems")
def test_folders_are_open_to_their_owner_only(tmp_path):
    (tmp_path / "worker").mkdir(mode=0o700)
    unpack(archive(**{"instruments/A.yml": "a: 1"}), tmp_path / "worker")
    assert stat.S_IMODE((tmp_path / "worker" / "instruments").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "more",
    [{"program": "q"}, {"shared": "q"}, {"data": "q"}, {"kind": "q"}, {"subject_id": "q"},
     {"about": {}}, {"pages": [["kk", "Game (A-1)"]]}, {"formats": []}],
)  # fmt: skip
def test_a_page_has_another_name_as_soon_as_anything_that_it_rests_on_changes(more):
    assert task(**more).page_name("kk") != task().page_name("kk")


def test_a_page_has_the_same_name_wherever_and_beside_whatever_it_is_made():
    same = task(storage="elsewhere", limits={"seconds": 1}, pages=[["kk", "Play (A-1)"]])
    assert same.page_name("kk") == task().page_name("kk")
    assert task().page_name("kk") != task().page_name("en")


def test_tasks_of_one_run_have_the_same_surroundings():
    assert task(data="q", subject_id="A-2", pages=[]).surroundings == task().surroundings
    for more in ({"program": "q"}, {"shared": "q"}, {"limits": {"seconds": 1}}, {"storage": "q"}):
        assert task(**more).surroundings != task().surroundings


def test_a_task_survives_json():
    assert Task(**json.loads(json.dumps(task()._asdict()))) == task()


def test_the_program_is_told_by_library_phrases_notebooks_and_python(monkeypatch, tmp_path):
    before = program_digest()
    assert program_digest(anew=True) == before
    for name, other in {"library_digest": lambda: "other", "LOCALES": tmp_path}.items():
        with monkeypatch.context() as patch:
            patch.setattr(parcels, name, other)
            assert program_digest() != before
    monkeypatch.setattr(parcels, "notebooks_folder", lambda: tmp_path)
    assert program_digest() != before


def test_an_input_is_named_by_its_hash():
    assert input_name("ab12") == "inputs/ab12.zip"
