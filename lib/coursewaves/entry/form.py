"""Enter a row of the registry in a notebook: a table's columns become fields, checked and saved as by the command."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from babel import Locale

from coursewaves.entry.apply import undo_change, write_change
from coursewaves.entry.draft import Draft, draft_added, draft_values, written_rows
from coursewaves.entry.source_rows import Row
from coursewaves.entry.words import TABLE_NAMES, meaning, told
from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.problems import Problem
from coursewaves.registry.reader import Registry, read_registry
from coursewaves.registry.tables import KEYS, REFERENCES, TABLES, codes_of, columns_of, is_needed
from coursewaves.settings.home import Home, find_home
from coursewaves.system.locks import RunLock

NEW = ""
"""The menu entry of a new row."""

MOST_OFFERED = 2000
"""Ids that a field proposes."""


class RegisterForm:
    """The form: menus choose language, table and row, fields hold the cells; nothing is written before it is saved.

    Attributes
    ----------
    menus
        The dropdowns ``language``, ``table`` and ``row``; an empty row is a new one.
    fields
        One for each column of the table, by its name.
    buttons
        ``check``, ``save`` and ``undo``; only what was checked and has no fault can be saved.
    reason
        Why a row of a closed period is changed.
    output
        What the last button found, as plain text.
    """

    def __init__(self, home: Home, table: str, language: str) -> None:
        self.home = home
        wide = {"layout": {"width": "auto"}, "style": {"description_width": "8rem"}}
        self.menus = {name: widgets.Dropdown(**wide) for name in ("language", "table", "row")}
        self.fields: dict[str, Any] = {}
        self.buttons = {name: widgets.Button() for name in ("check", "save", "undo")}
        self.reason = widgets.Text(layout={"width": "auto"}, style={"description_width": "initial"})
        self.output = widgets.Output()
        self.rows, self.notes = widgets.VBox(), widgets.VBox()
        own = [*self.menus.values(), self.rows, self.reason, widgets.HBox(list(self.buttons.values())), self.output]
        self.box = widgets.VBox(own, layout={"max_width": "56rem"})
        self._is_filling, self._checked = False, False
        self._follow(table, language, NEW)
        for menu in self.menus.values():
            menu.observe(self._changed, names="value")
        for name, done in {"check": self.check, "save": self.save, "undo": self.undo}.items():
            self.buttons[name].on_click(partial(self._clicked, done))

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        return dict(self.box._repr_mimebundle_(**kwargs))

    @property
    def phrases(self) -> Phrases:
        """The words of the language that is chosen."""
        return Phrases(str(self.menus["language"].value))

    @property
    def table(self) -> str:
        """The table that is chosen."""
        return str(self.menus["table"].value)

    def draft(self) -> Draft:
        """Draft what the fields say."""
        cells = {name: str(field.value or "").strip() for name, field in self.fields.items()}
        if self.menus["row"].value != NEW:
            return draft_values(self.home, self.table, str(self.menus["row"].value), cells)
        given = {name: cell for name, cell in cells.items() if cell}
        return draft_added(self.home, self.table, [Row(self.phrases.say("Form"), 0, given, {})])

    def check(self) -> None:
        """Show what would change and every fault; a row without faults can be saved."""
        say, draft = self.phrases.say, self.draft()
        faults = [one for one in draft.problems if not (self.reason.value.strip() and one in draft.closed)]
        lines = [f"{self._name(one.column)}: {one.before or '–'} → {one.after or '–'}" for one in draft.differences]
        lines += self._told(say("Not saved yet: mend this first."), faults)
        lines += self._told(say("To be watched, it keeps nothing out:"), draft.remarks)
        if draft.changes_nothing:
            lines.append(say("Nothing changes."))
        elif not faults:
            lines.append(say("Nothing is wrong: it can be saved."))
        self._set_checked(not faults and not draft.changes_nothing)
        self._show(lines)

    def _name(self, column: str) -> str:
        return meaning(self.phrases, self.table, column)

    def _told(self, title: str, problems: list[Problem]) -> list[str]:
        return [title, *(f"  {told(self.phrases, self.table, one)}" for one in problems)] if problems else []

    def save(self) -> None:
        """Write what was checked; it is checked once more."""
        with RunLock(self.home.lock):
            draft = self.draft()
            entry = write_change(self.home, draft, self.reason.value)
        say = self.phrases.say
        number = self.phrases.number(entry.number if entry else 0)
        saved = say("Saved in {file} as change {number}.", file=draft.path.name, number=number)
        self._again([saved, say("Load the data anew to see it in the reports.")])

    def undo(self) -> None:
        """Take the last change of the registry back."""
        with RunLock(self.home.lock):
            entry = undo_change(self.home)
        self._again([self.phrases.say("The last change of {file} was taken back.", file=entry.file)])

    def _again(self, lines: list[str]) -> None:
        self._follow(self.table, self.phrases.language, NEW)
        self._show(lines)

    def _clicked(self, done: Callable[[], None], _button: object) -> None:
        try:
            done()
        except CoursewavesError as error:
            self._set_checked(False)
            self._show(str(error).splitlines())

    def _show(self, lines: list[str]) -> None:
        self.output.outputs = ({"output_type": "stream", "name": "stdout", "text": "\n".join(lines) + "\n"},)

    def _set_checked(self, is_sound: bool) -> None:
        self.buttons["save"].disabled = not is_sound

    def _changed(self, change: Any) -> None:
        if not self._is_filling:
            row = str(self.menus["row"].value) if change["owner"] is not self.menus["table"] else NEW
            self._follow(self.table, self.phrases.language, row)
            self._show([])

    def _follow(self, table: str, language: str, row: str) -> None:
        """Offer what can be chosen now, and fill the fields with the row."""
        self._is_filling = True
        registry, _ = read_registry(self.home.registry)
        codes = self.home.settings.languages
        self._offer("language", [(Locale.parse(code).display_name or code, code) for code in codes], language)
        say = self.phrases.say
        named = [(f"{say(TABLE_NAMES[name])} ({name})", name) for name in TABLES if name not in ("regions", "archived")]
        self._offer("table", named, table)
        by_id = self._rows(table)
        self._offer("row", [(say("a new row"), NEW), *((one, one) for one in list(by_id)[:MOST_OFFERED])], row)
        self._label()
        values = by_id.get(row, {})
        self.fields = {name: self._field(registry, name, values.get(name, "")) for name in columns_of(table)}
        self.rows.children = [self._labelled(name) for name in self.fields]
        self._is_filling = False
        self._set_checked(False)

    def _rows(self, table: str) -> dict[str, dict[str, str]]:
        """Return the rows that can be changed; none where the file has faults, which the check will name."""
        try:
            return written_rows(self.home, table)
        except CoursewavesError:
            return {}

    def _label(self) -> None:
        say = self.phrases.say
        names = {"language": say("Language"), "table": say("Table"), "row": say("Row")}
        for name, menu in self.menus.items():
            menu.description = names[name]
        labels = {"check": say("Check"), "save": say("Save"), "undo": say("Undo the last change")}
        for name, button in self.buttons.items():
            button.description, button.layout = labels[name], {"width": "auto"}
        self.reason.description = say("Why a closed period is changed (else empty)")

    def _offer(self, name: str, options: list[tuple[str, str]], value: str) -> None:
        menu, values = self.menus[name], [one for _, one in options]
        menu.options = options
        menu.value = value if value in values else values[0]

    def _field(self, registry: Registry, column: str, value: str) -> Any:
        """Make the field of a column: a menu of its codes, a list of the ids that there are, or a plain line."""
        wide = {"width": "auto"}
        codes = codes_of(self.table, column)
        if codes:
            return widgets.Dropdown(options=["", *codes], value=value if value in codes else "", layout=wide)
        known = _known(registry, self.table, column)
        is_key = self.menus["row"].value != NEW and column in KEYS[self.table][0]
        field = widgets.Combobox(value=value, options=known, layout=wide) if known else widgets.Text(value, layout=wide)
        field.disabled = is_key  # another id would be another row
        field.observe(lambda _change: self._set_checked(False), names="value")
        return field

    def _labelled(self, column: str) -> Any:
        needed = " *" if is_needed(self.table, column) else ""
        label = widgets.Label(f"{self._name(column)}{needed} · {column}", layout={"width": "auto"})
        return widgets.VBox([label, self.fields[column]])


def register_form(home: str | Path = "", table: str = "courses", language: str = "kk") -> RegisterForm:
    """Open the form on a work folder.

    Parameters
    ----------
    home
        The work folder; empty for ``COURSEWAVES_HOME`` or the current folder.
    table
        The table shown first.
    language
        The language shown first.

    Raises
    ------
    CoursewavesError
        Where there is no such folder, table or language.
    """
    found = find_home(home)
    if table not in TABLES:
        raise CoursewavesError.not_found(table, "the tables of the registry", TABLES)
    if language not in found.settings.languages:
        raise CoursewavesError.not_found(language, "the languages of the settings", found.settings.languages)
    return RegisterForm(found, table, language)


def _known(registry: Registry, table: str, column: str) -> list[str]:
    """Return the ids to which a column may refer."""
    targets = [one for one in REFERENCES if one.table == table and one.column == column and not one.several]
    found = [str(one) for target in targets for one in getattr(registry, target.target)[target.target_column]]
    return found[:MOST_OFFERED]
