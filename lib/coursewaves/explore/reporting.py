"""Make a report from inside a notebook, as a run would: kind, subject and language go in, its page comes out."""

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import NamedTuple

import ipywidgets as widgets
from babel import Locale

from coursewaves.errors import CoursewavesError
from coursewaves.explore.dress import link_to, shown
from coursewaves.kinds import KINDS, WHOLE
from coursewaves.pages.pieces import Html, Section, paragraph
from coursewaves.phrases import marked
from coursewaves.processed.contents import Contents, read_contents
from coursewaves.publishing.manifest import close_journal, settle
from coursewaves.publishing.plan import KIND_NAMES, Planned, plan_reports
from coursewaves.publishing.publish import here, make_reports, mark_stale
from coursewaves.settings.home import Home
from coursewaves.standing.day_pages import today_of, write_index_of
from coursewaves.system.locks import Busy, RunLock
from coursewaves.system.private_files import refused
from coursewaves.views.view import View

NAMES = {"course": marked("Course")} | KIND_NAMES
"""What the kinds of report are called in a menu."""


class Made(NamedTuple):
    """What became of a report.

    Attributes
    ----------
    page
        The page; None where there is none.
    failure
        Why it was not made; empty where it was, or was current.
    is_current
        Whether it was there already and nothing had changed.
    """

    page: Path | None
    failure: str = ""
    is_current: bool = False


def make_report(home: Home, kind: str, subject_id: str, language: str) -> Made:
    """Make one report with the publisher that makes all others, alone in the work folder.

    Parameters
    ----------
    home
        The work folder, loaded.
    kind
        Of `coursewaves.kinds.KINDS`.
    subject_id
        What it is about: a course, programme, direction or centre; `coursewaves.kinds.WHOLE` for the year.
    language
        Language of the report.

    Raises
    ------
    CoursewavesError
        For a kind, subject or language that there is not, and where the data were not loaded as things are now.
    coursewaves.system.locks.Busy
        Where a run works in the folder.
    """
    with RunLock(home.lock):
        planned = _chosen(plan_reports(home, languages=[language], kinds=[kind]), kind, subject_id)
        page = home.reports / planned.job.path
        if not planned.reasons:
            return Made(page, is_current=True)
        settle(home)
        mark_stale(home, [planned])
        (outcome,) = make_reports(home, [planned], here(home, 1), lambda outcome: None)
        write_index_of(home, today_of(home, datetime.now(UTC)))
        close_journal(home)
    return Made(None, outcome.failure) if outcome.failure else Made(page)


def _chosen(planned: list[Planned], kind: str, subject_id: str) -> Planned:
    found = {one.job.subject_id: one for one in planned}
    if subject_id not in found:
        raise CoursewavesError.not_found(subject_id, f"the subjects of {kind} reports", found)
    return found[subject_id]


class ReportPanel:
    """Menus of kind, subject and language, a button that makes the report, and a link to it.

    Attributes
    ----------
    menus
        The dropdowns ``kind``, ``subject`` and ``language``.
    button
        Makes the report.
    message
        An Output with the link, or with why there is none.
    """

    def __init__(self, home: Home) -> None:
        self.home, self._contents = home, read_contents(home)
        self.menus = {name: widgets.Dropdown(style={"description_width": "6.5rem"}, layout={"width": "auto"})
                      for name in ("kind", "subject", "language")}  # fmt: skip
        self.button, self.message = widgets.Button(icon="file-text-o"), widgets.Output()
        self.button.layout.width = "auto"
        self.button.on_click(self._make)
        self.menus["kind"].observe(lambda _change: self._offer_subjects(), names="value")
        columns = {"grid_template_columns": "repeat(auto-fit, minmax(20rem, 1fr))", "max_width": "64rem"}
        grid = widgets.GridBox(list(self.menus.values()), layout=columns)
        self.box = widgets.Accordion([widgets.VBox([grid, self.button, self.message])])

    def follow(self, view: View) -> None:
        """Speak the reader's language; what was chosen stays chosen."""
        self._view = view
        kept = {name: menu.value for name, menu in self.menus.items()}
        self.box.titles = (view.say("Make a report"),)
        self.button.description = view.say("Make this report")
        labels = {"kind": view.say("Kind"), "subject": view.say("Subject"), "language": view.say("Language")}
        for name, label in labels.items():
            self.menus[name].description = label
        kinds = [(view.say(NAMES[kind]), kind) for kind in self._kinds()]
        _fill(self.menus["kind"], kinds, kept["kind"])
        self._offer_subjects(kept["subject"])
        codes = self.home.settings.languages
        named = [(Locale.parse(code).display_name or code, code) for code in codes]
        _fill(self.menus["language"], named, kept["language"] or view.phrases.language)

    def _kinds(self) -> list[str]:
        """Return the kinds that the institute makes and of which there is a subject."""
        contents = self._contents
        there = {one.kind for one in contents.others} | ({"course"} if contents.courses else set()) if contents else ()
        return [kind for kind in KINDS if kind in there and kind in (self.home.settings.kinds or KINDS)]

    def _offer_subjects(self, kept: str | None = None) -> None:
        kind = self.menus["kind"].value
        found = _subjects(self._contents, kind) if self._contents and kind else {}
        named = [(self._named(one, titles), one) for one, titles in found.items()]
        _fill(self.menus["subject"], named, kept)

    def _named(self, subject_id: str, titles: dict[str, str]) -> str:
        if subject_id == WHOLE:
            return self._view.say("The whole year")
        title = titles.get(self._view.phrases.language, "")
        return f"{subject_id} — {title}" if title else subject_id

    def _make(self, _button: object) -> None:
        say, values = self._view.say, {name: str(menu.value or "") for name, menu in self.menus.items()}
        self._tell(paragraph(say("Being made; this takes some seconds …")))
        self.button.disabled = True
        try:
            made = make_report(self.home, values["kind"], values["subject"], values["language"])
        except Busy:
            self._tell(paragraph(say("Another run works in this folder; try again when it has ended."), "warning"))
        except CoursewavesError as error:
            self._tell(paragraph(say("Not made: {reason}", reason=str(error)), "warning"))
        except OSError as error:
            self._tell(paragraph(say("Not made: {reason}", reason=refused(error)), "warning"))
        else:
            self._tell(self._told(made))
        finally:
            self.button.disabled = False

    def _told(self, made: Made) -> Html:
        if made.page is None:
            return paragraph(self._view.say("Not made: {reason}", reason=made.failure), "warning")
        current = self._view.say("The report was there already; nothing had changed since.")
        told = current if made.is_current else self._view.say("The report is made.")
        name = made.page.relative_to(self.home.root).as_posix()
        return Html(f"<p>{escape(told)} {link_to(made.page, name)}</p>")

    def _tell(self, part: Html) -> None:
        self.message.outputs = (shown(Section("report", "", [], [part])),)


def _subjects(contents: Contents, kind: str) -> dict[str, dict[str, str]]:
    """Return the titles of what a kind of report can be about, by id."""
    if kind == "course":
        return {one.course_id: one.titles for one in contents.courses}
    return {one.subject_id: one.titles for one in contents.others if one.kind == kind}


def _fill(menu: widgets.Dropdown, options: list[tuple[str, str]], kept: str | None) -> None:
    values = [value for _, value in options]
    menu.options = options
    menu.value = kept if kept in values else next(iter(values), None)
