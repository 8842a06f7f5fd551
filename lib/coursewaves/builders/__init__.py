"""Make the forms of the questionnaires (¶11): a work folder goes in, forms to put on a platform or to print come out.

Forms hold no answers. What they ask comes from the instrument files and the registry, so that what comes back from them
is known to the intake without a guess.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from coursewaves.builders.apps_script import apps_script
from coursewaves.builders.form import Form
from coursewaves.builders.form_maps import CourseLink, FormMap, course_links, form_aliases, read_form_maps
from coursewaves.builders.lime_structure import lime_structure
from coursewaves.builders.outline import make_form
from coursewaves.builders.paper import entry_columns, paper_form
from coursewaves.builders.xlsform import write_xlsform
from coursewaves.errors import CoursewavesError
from coursewaves.export import codebook_page, open_codebook
from coursewaves.export.files import told, write_text
from coursewaves.registry.reader import Registry, read_registry
from coursewaves.settings.home import Home
from coursewaves.survey.instruments import Instrument

__all__ = [
    "FORMATS",
    "CourseLink",
    "Form",
    "FormMap",
    "apps_script",
    "build_forms",
    "course_links",
    "form_aliases",
    "forms_folder",
    "lime_structure",
    "make_form",
    "paper_form",
    "read_form_maps",
    "write_xlsform",
]

READABLE = 0o640
"""Mode of the files: forms are passed on, and hold nobody's answers."""


def forms_folder(home: Home) -> Path:
    """Return where forms lie, and the maps of built ones with their links."""
    return home.root / "forms"


def build_forms(
    home: Home,
    instruments: Iterable[str] = (),
    courses: Iterable[str] = (),
    formats: Iterable[str] = (),
    folder: Path | None = None,
    done: Callable[[Path], None] = lambda path: None,
) -> list[str]:
    """Write the forms of a work folder; nothing needs to be loaded for it.

    Parameters
    ----------
    home
        The work folder.
    instruments
        Ids of questionnaires; by default all.
    courses
        Courses that get forms of their own; by default there is one form for each programme, in which its courses
        are offered.
    formats
        Of `FORMATS`; by default all.
    folder
        Where to; by default `forms_folder`.
    done
        Called for each file when it stands.

    Returns
    -------
    list of str
        What a person should know of the forms, each remark once.

    Raises
    ------
    CoursewavesError
        For a questionnaire, course or format that there is not, before anything is written; for what a platform
        refuses, after everything else is written.
    """
    for name in (chosen := list(dict.fromkeys(formats))):
        if name not in FORMATS:
            raise CoursewavesError.not_found(name, "the formats", FORMATS)
    asked = [home.survey.instrument(name) for name in dict.fromkeys(instruments)] or home.survey.waves()
    registry, faults = read_registry(home.registry)
    target = forms_folder(home) if folder is None else folder
    subjects = list(_subjects(registry, list(dict.fromkeys(courses))))
    orders = [
        _Order(home, one, [make_form(home.survey, registry, one, *subject) for subject in subjects], target)
        for one in asked
    ]
    with told(target):
        target.mkdir(parents=True, exist_ok=True)
        refusals = [why for order in orders for name in chosen or FORMATS for why in _write(order, name, done)]
    if refusals:
        raise CoursewavesError("\n".join(dict.fromkeys(refusals)))
    remarks = [remark for order in orders for form in order.forms for remark in form.remarks]
    return list(dict.fromkeys([*_registry_remarks(registry, len(faults)), *remarks]))


def _write(order: "_Order", name: str, done: Callable[[Path], None]) -> Iterator[str]:
    """Write the files of one format, and yield why one is refused."""
    try:
        for path in FORMATS[name](order):
            path.chmod(READABLE)
            done(path)
    except CoursewavesError as error:
        yield str(error)


def _subjects(registry: Registry, courses: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the programme and, where the form is for one alone, the course of each form."""
    if courses:
        yield from ((str(registry.course(course_id)["programme_id"]), course_id) for course_id in courses)
        return
    known = set(registry.courses["programme_id"])
    if not known:
        raise CoursewavesError("No course to make a form for; fix: put courses.csv into the registry folder.")
    yield from ((str(one), "") for one in registry.programmes["programme_id"] if one in known)


def _registry_remarks(registry: Registry, n_faults: int) -> Iterator[str]:
    """Yield what of the registry no form shows: rows with faults, programmes without a course."""
    if n_faults:
        yield f"the registry has faults, and what they set aside is in no form: {n_faults}, see coursewaves check"
    idle = sorted({*map(str, registry.programmes["programme_id"])} - {*map(str, registry.courses["programme_id"])})
    if idle:
        yield f"no form, since no course of them is registered: {', '.join(idle)}"


class _Order(NamedTuple):
    """The forms of one questionnaire, and where they are written."""

    home: Home
    instrument: Instrument
    forms: list[Form]
    folder: Path


def _scripts(order: _Order) -> Iterator[Path]:
    for form in order.forms:
        yield _written(order.folder / f"{form.id}.gs", apps_script(form))


def _xlsforms(order: _Order) -> Iterator[Path]:
    for form in order.forms:
        path = order.folder / f"{form.id}.xlsx"
        write_xlsform(form, path)
        yield path


def _structures(order: _Order) -> Iterator[Path]:
    for form in order.forms:
        yield _written(order.folder / f"{form.id}.lss", lime_structure(form))


def _pages(order: _Order) -> Iterator[Path]:
    """Write a page for each language, and the head of the table into which filled-in ones are typed."""
    for form in order.forms:
        for language in form.languages:
            page = paper_form(form, language, order.home.settings.institute)
            yield _written(order.folder / f"{form.id}.{language}.html", page)
        yield _written(order.folder / f"{form.id}.entry.csv", f"\ufeff{','.join(entry_columns(form))}\r\n")


def _codebooks(order: _Order) -> Iterator[Path]:
    codebook = open_codebook(order.home)
    for language in order.home.settings.languages:
        page = codebook_page(codebook, language, order.instrument)
        yield _written(order.folder / f"codebook_{order.instrument.id}.{language}.html", page)


def _written(path: Path, text: str) -> Path:
    write_text(path, text)
    return path


FORMATS: dict[str, Callable[[_Order], Iterator[Path]]] = {
    "apps-script": _scripts,
    "xlsform": _xlsforms,
    "lss": _structures,
    "paper": _pages,
    "codebook": _codebooks,
}
"""What can be made: scripts for Google Forms, XLSForms, LimeSurvey structures, pages to print, codebooks."""
