"""A board: menus, what they choose in tabs below them, and what can be made of it; a notebook shows it as it is.

Each board gives two functions: one offers its menus, one makes its panes of what they choose. Everything else (other
languages, saving, reports) is the same for all.
"""

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, NamedTuple

import ipywidgets as widgets
import pandas as pd
from babel import Locale

from coursewaves.explore.dress import shown
from coursewaves.explore.grid import make_grid, show_in
from coursewaves.explore.reporting import ReportPanel
from coursewaves.explore.saving import SavePanel
from coursewaves.lab.server import LANGUAGE
from coursewaves.pages.pieces import Section
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home
from coursewaves.views.opening import YearView

ALL = ""
"""The menu entry that chooses everything."""

Chosen = Mapping[str, Any]
"""The value of each menu: an id, or of a list of many a tuple of ids."""


class Offer(NamedTuple):
    """A menu.

    Attributes
    ----------
    name
        Its key in `Board.menus`.
    label
        What stands before it.
    options
        Labels and ids; the first is chosen where nothing else is.
    start
        Ids chosen at first in a list of many; None for a menu of one.
    """

    name: str
    label: str
    options: list[tuple[str, str]]
    start: tuple[str, ...] | None = None


class Pane(NamedTuple):
    """One tab.

    Attributes
    ----------
    title
        Its heading.
    section
        Figures, tables and texts.
    tables
        The numbers behind them, by name: what is saved.
    grid
        A table to sort, filter and search, below the section; None for a pane without one.
    """

    title: str
    section: Section
    tables: Mapping[str, pd.DataFrame] = {}
    grid: pd.DataFrame | None = None


Offers = Generator[Offer, Any, None]
"""Yields each menu and is sent what is chosen there, so that the next one can follow."""


class Board:
    """Menus, panes that follow them, and panels to save what is shown and to make reports.

    Attributes
    ----------
    menus
        The menus by name, ``language`` the last; their values are ids.
    tabs
        The panes: each an Output with one `Section`, with its grid in a box.
    panes
        What is shown.
    saving, reporting
        The panels below.
    """

    def __init__(
        self, name: str, year: Year, language: str, offers: Callable[[YearView], Offers],
        show: Callable[[YearView, Chosen], list[Pane]], chosen: Chosen | None = None,
    ) -> None:  # fmt: skip
        self.name, self.year = name, year
        self._offers, self._show = offers, show
        self._memo: dict[Any, Any] = {}
        self.menus: dict[str, widgets.Widget] = {}
        self.panes: list[Pane] = []
        columns = {"grid_template_columns": "repeat(auto-fit, minmax(20rem, 1fr))", "max_width": "64rem"}
        self._rows, self._lists, self.tabs = widgets.GridBox(layout=columns), widgets.VBox(), widgets.Tab()
        self.saving, self.reporting = SavePanel(year.home), ReportPanel(year.home)
        self.box = widgets.VBox([self._rows, self._lists, self.tabs, self.saving.box, self.reporting.box])
        self._is_filling = False
        self._follow(dict(chosen or {}) | {"language": language})

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        return dict(self.box._repr_mimebundle_(**kwargs))

    @property
    def chosen(self) -> dict[str, Any]:
        """What the menus choose."""
        return {name: menu.value for name, menu in self.menus.items()}

    def view(self, language: str) -> YearView:
        """Return the year in a language; what was found of it is kept for all of them."""
        return YearView(self.year, Phrases(language), memo=self._memo)

    def _changed(self, _change: object) -> None:
        if not self._is_filling:
            self._follow(self.chosen)

    def _follow(self, wanted: Mapping[str, Any]) -> None:
        """Offer what can be chosen now, and show what is."""
        view = self.view(str(wanted["language"]))
        self._is_filling = True
        try:
            self._offer(view, wanted)
        finally:
            self._is_filling = False
        self.panes = self._show(view, self.chosen)
        self._fill(view)
        self.saving.follow(view, "-".join([self.name, *self._ids(), view.phrases.language]), self.panes)
        self.reporting.follow(view)

    def _ids(self) -> list[str]:
        """Return all that is chosen but the language."""
        values = [value for name, value in self.chosen.items() if name != "language" and value]
        return [one for value in values for one in ([value] if isinstance(value, str) else value)]

    def _offer(self, view: YearView, wanted: Mapping[str, Any]) -> None:
        offers = self._offers(view)
        offer = next(offers, None)
        while offer is not None:
            value = self._set(offer, wanted)
            try:
                offer = offers.send(value)
            except StopIteration:
                break
        codes = view.year.settings.languages
        named = [(Locale.parse(code).display_name or code, code) for code in codes]
        self._set(Offer("language", view.say("Language"), named), wanted)
        ordered = [name for name in self.menus if name != "language"]
        self.menus = {name: self.menus[name] for name in [*ordered, "language"]}
        self._rows.children = tuple(one for one in self.menus.values() if isinstance(one, widgets.Dropdown))
        self._lists.children = tuple(one for one in self.menus.values() if one not in self._rows.children)

    def _set(self, offer: Offer, wanted: Mapping[str, Any]) -> Any:
        """Fill a menu, which is made when it is first offered; return what is chosen in it."""
        menu = self.menus.get(offer.name) or self._made(offer)
        values = [value for _, value in offer.options]
        menu.description, menu.options = offer.label, offer.options
        asked = wanted.get(offer.name)
        if offer.start is None:
            menu.value = asked if asked in values else next(iter(values), None)
        else:
            kept = tuple(value for value in (asked or ()) if value in values)
            menu.value = kept or tuple(value for value in offer.start if value in values)
        return menu.value

    def _made(self, offer: Offer) -> widgets.Widget:
        kind = widgets.Dropdown if offer.start is None else widgets.SelectMultiple
        menu = kind(style={"description_width": "6.5rem"}, layout={"width": "auto"})
        if offer.start is not None:
            menu.rows = 12
            menu.layout.max_width = "64rem"
        menu.observe(self._changed, names="value")
        self.menus[offer.name] = menu
        return menu

    def _fill(self, view: YearView) -> None:
        if not self.tabs.children:
            self.tabs.children = tuple(_place(pane) for pane in self.panes)
        self.tabs.titles = tuple(pane.title for pane in self.panes)
        for child, pane in zip(self.tabs.children, self.panes, strict=True):
            output = child if pane.grid is None else child.children[0]
            output.outputs = (shown(pane.section),)
            if pane.grid is not None:
                show_in(child.children[1], pane.grid, view)


def spoken(year: Year | Home, language: str = "") -> str:
    """Return the language named, else that of ``coursewaves lab``, else the institute's first."""
    asked = language or os.environ.get(LANGUAGE, "")
    return asked if asked and (language or asked in year.settings.languages) else year.settings.languages[0]


def programmes_offer(view: YearView) -> Offer:
    """Offer all programmes together and each that has courses."""
    registry = view.year.registry
    held = registry.programmes[registry.programmes["programme_id"].isin(registry.courses["programme_id"])]
    named = [(view.title("programmes", row), str(row["programme_id"])) for _, row in held.iterrows()]
    return Offer("programme", view.say("Programme"), [(view.say("All programmes"), ALL), *named])


def titled(view: YearView, instrument_ids: Iterable[str]) -> dict[str, str]:
    """Return the wave and title of questionnaires by their ids."""
    found = {name: view.year.survey.instrument(name) for name in instrument_ids}
    return {name: f"{view.wave_name(one)}. {view.wording(one)}" for name, one in found.items()}


def _place(pane: Pane) -> widgets.Widget:
    return widgets.Output() if pane.grid is None else widgets.VBox([widgets.Output(), make_grid()])
