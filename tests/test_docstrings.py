"""Every example in a docstring does what it shows, and whoever types ``cw.`` and a tab finds what there is."""

import doctest
import importlib
import inspect
import pkgutil

import pandas as pd
import papermill  # noqa: F401  (finds its engine among our modules, and must do so first)
import pytest

import coursewaves as cw

OF_OWN_PROCESSES = ("coursewaves.explore.jupyter", "coursewaves.publishing.warm")
"""Modules that change the process which imports them; their docstrings have no example."""

MODULES = [
    found.name
    for found in pkgutil.walk_packages(cw.__path__, "coursewaves.")
    if not found.name.startswith(OF_OWN_PROCESSES)
]

PUBLIC = [name for name in cw.__all__ if not inspect.ismodule(getattr(cw, name))]


@pytest.mark.parametrize("name", MODULES)
def test_every_example_of_a_module_does_what_it_shows(name, loaded_year):
    module = importlib.import_module(name)
    known = {"cw": cw, "example": str(loaded_year.home.root)}
    assert doctest.testmod(module, extraglobs=known).failed == 0


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_says_what_it_is_in_one_line(name):
    first = (inspect.getdoc(getattr(cw, name)) or "").split("\n")[0]
    assert first.endswith(".")
    assert len(first) < 100


def test_the_public_names_are_what_completion_shows():
    assert dir(cw) == sorted(cw.__all__)
    packages = [found for name in cw.__all__ if inspect.ismodule(found := getattr(cw, name))]
    assert packages
    for package in packages:
        assert set(dir(package)) == set(package.__all__), package.__name__


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(AttributeError) as missed:
        _ = cw.opn_year
    assert (missed.value.name, missed.value.obj) == ("opn_year", cw)  # what Python needs for "Did you mean"


def test_a_year_can_be_asked_and_opened_by_its_folder_alone(loaded_year):
    folder = str(loaded_year.home.root)
    [[n]] = cw.query("SELECT count(*) FROM responses", folder).to_numpy().tolist()
    assert n == len(loaded_year.responses)
    assert repr(cw.open_course(folder, "P01-01").phrases) == "Phrases('kk')"  # the institute's first language
    assert str(cw.load_survey(loaded_year.home.instruments.as_posix()).languages) == str(loaded_year.survey.languages)
    with pytest.raises(cw.CoursewavesError, match="Can't find the work folder nowhere"):
        cw.load_year("nowhere")


@pytest.mark.parametrize("verb", [cw.compare_waves, cw.score_responses])
def test_another_table_than_responses_is_refused_and_gives_no_empty_result(verb, loaded_year):
    for given in (loaded_year, loaded_year.scores, loaded_year.files, pd.DataFrame()):
        with pytest.raises(cw.CoursewavesError, match=r"give the responses of a year, such as year\.responses"):
            verb(given, loaded_year.survey)
