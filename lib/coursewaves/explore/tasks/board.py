"""The board of the year's tasks: a menu of tasks, the choices of each, a button that does it, and what came of it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import ipywidgets as widgets
from babel import Locale

from coursewaves.errors import CoursewavesError
from coursewaves.explore.board import spoken
from coursewaves.explore.dress import shown
from coursewaves.explore.tasks import archive, councils, reports, surveys
from coursewaves.explore.tasks.fields import FIELDS, Field, Known
from coursewaves.explore.tasks.task import Asked, Task
from coursewaves.pages.pieces import Html, Section, paragraph
from coursewaves.phrases import Phrases
from coursewaves.registry.reader import read_registry
from coursewaves.settings.home import Home, find_home
from coursewaves.standing.day_pages import today_of
from coursewaves.system.locks import Busy, RunLock
from coursewaves.system.private_files import refused

TASKS: Mapping[str, Task] = {
    task.task_id: task for task in (*surveys.TASKS, *reports.TASKS, *councils.TASKS, *archive.TASKS)
}
"""Every task by its id, in the order of the year."""


class TaskBoard:
    """The board; nothing is done before its button is pressed.

    Attributes
    ----------
    menus
        The dropdowns ``task`` and ``language``.
    fields
        The fields of all tasks by their names; those of the chosen task are shown.
    button
        Does the task.
    message
        An Output with what came of it, or why nothing did.
    """

    def __init__(self, home: Home, task_id: str, language: str) -> None:
        self.home = home
        wide = {"layout": {"width": "auto"}, "style": {"description_width": "9rem"}}
        self.menus = {name: widgets.Dropdown(**wide) for name in ("task", "language")}
        self.fields = {name: _made(field) for name, field in FIELDS.items()}
        self.button, self.message = widgets.Button(icon="play", button_style="primary"), widgets.Output()
        self.button.layout.width, self.button.layout.align_self = "auto", "flex-start"
        self.button.on_click(lambda _button: self.do())
        self.rows = widgets.VBox()
        chosen = widgets.VBox([*self.menus.values(), self.rows], layout={"max_width": "48rem"})
        self.box = widgets.VBox([chosen, self.button, self.message])
        self._is_filling = False
        self._follow(task_id, language)
        for menu in self.menus.values():
            menu.observe(self._changed, names="value")

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        return dict(self.box._repr_mimebundle_(**kwargs))

    @property
    def task(self) -> Task:
        """The task that is chosen."""
        return TASKS[str(self.menus["task"].value)]

    @property
    def phrases(self) -> Phrases:
        """The words of the language that is chosen."""
        return Phrases(str(self.menus["language"].value))

    def do(self) -> None:
        """Do the chosen task as its command would, and show what came of it."""
        say = self.phrases.say
        self._tell(paragraph(say("Under way; this may take from some seconds to minutes …")))
        self.button.disabled = True
        try:
            self._tell(*self._done())
        except Busy:
            self._tell(paragraph(say("Another run works in this folder; try again when it has ended."), "warning"))
        except (CoursewavesError, OSError) as error:
            reason = refused(error) if isinstance(error, OSError) else str(error)
            self._tell(paragraph(say("Not done: {reason}", reason=reason), "warning"), *self._here(reason))
        except BaseException as error:  # a kernel that is interrupted, a fault of ours: it must not seem to run on
            self._tell(paragraph(say("Not done: {reason}", reason=type(error).__name__), "warning"))
            raise
        finally:
            self.button.disabled = False

    def _here(self, reason: str) -> list[Html]:
        """Say which tasks the commands are that a message names: who reads it has no terminal."""
        say = self.phrases.say
        named = [name for _, name, _, _, command, *_ in TASKS.values()
                 if re.search(rf"\bcoursewaves (?:--home \S+ )?{command}\b", reason)]  # fmt: skip
        return [paragraph(say("In this notebook that is the task “{task}”.", task=say(name))) for name in named]

    def _done(self) -> list[Html]:
        if self.task.is_alone:
            with RunLock(self.home.lock):
                parts = self.task.do(self._asked())
        else:
            parts = self.task.do(self._asked())
        self._follow(self.task.task_id, self.phrases.language)  # there may be more to choose from now
        return parts

    def _asked(self) -> Asked:
        day = self.fields["day"].value if "day" in self.task.fields else None
        today = day or today_of(self.home, datetime.now(UTC))
        chosen = {name: self.fields[name].value for name in self.task.fields}
        return Asked(self.home, self.phrases, today, chosen, lambda text: self._tell(paragraph(text)))

    def _tell(self, *parts: Html) -> None:
        self.message.outputs = (shown(Section("done", "", [], list(parts))),)

    def _changed(self, _change: object) -> None:
        if not self._is_filling:
            self.message.outputs = ()
            self._follow(self.task.task_id, self.phrases.language)

    def _follow(self, task_id: str, language: str) -> None:
        """Offer what can be chosen now, in the reader's language; what was chosen stays chosen."""
        self._is_filling = True
        try:
            codes = self.home.settings.languages
            named = [(Locale.parse(code).display_name or code, code) for code in codes]
            _fill(self.menus["language"], named, language)
            say = self.phrases.say
            _fill(self.menus["task"], [(say(name), one) for one, name, *_ in TASKS.values()], task_id)
            self.menus["task"].description, self.menus["language"].description = say("Task"), say("Language")
            self.button.description = say("Do it")
            self._fill_fields()
        finally:
            self._is_filling = False

    def _fill_fields(self) -> None:
        registry, _ = read_registry(self.home.registry)
        known, today = Known(self.home, registry, self.phrases), today_of(self.home, datetime.now(UTC))
        for name in self.task.fields:
            field, label, widget = FIELDS[name], FIELDS[name].label, self.fields[name]
            widget.description = self.phrases.say(label)
            if field.kind == "menu":
                _fill(widget, field.options(known), widget.value)
            elif field.kind == "day" and widget.value is None:
                widget.value = today
        self.rows.children = tuple(self.fields[name] for name in self.task.fields)


def task_board(home: str | Path = "", task: str = "letters", language: str = "") -> TaskBoard:
    """Open the board of the year's tasks; nothing needs to be loaded for it.

    Parameters
    ----------
    home
        The work folder; empty for ``COURSEWAVES_HOME`` or the current folder.
    task
        The task shown first, of `TASKS`.
    language
        The language shown first; empty for that of ``coursewaves lab``, else the institute's first.

    Raises
    ------
    CoursewavesError
        Where there is no such folder, task or language.
    """
    found = find_home(home)
    if task not in TASKS:
        raise CoursewavesError.not_found(task, "the tasks of the year", TASKS)
    said = spoken(found, language)
    if said not in found.settings.languages:
        raise CoursewavesError.not_found(said, "the languages of the settings", found.settings.languages)
    return TaskBoard(found, task, said)


def _made(field: Field) -> widgets.Widget:
    wide = {"layout": {"width": "auto"}, "style": {"description_width": "initial"}}
    if field.kind == "tick":
        return widgets.Checkbox(indent=False, **wide)
    kinds = {"day": widgets.DatePicker, "menu": widgets.Dropdown, "text": widgets.Text}
    return kinds[field.kind](**(wide if field.kind == "text" else wide | {"style": {"description_width": "9rem"}}))


def _fill(menu: widgets.Dropdown, options: list[tuple[str, str]], kept: str | None) -> None:
    values = [value for _, value in options]
    menu.options = options
    menu.value = kept if kept in values else next(iter(values), None)
