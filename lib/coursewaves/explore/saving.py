"""Save what a board shows: panes go in, pictures and tables in the work folder's private export come out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import NamedTuple, Protocol

import ipywidgets as widgets
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.explore.dress import link_to, shown
from coursewaves.export import export_folder
from coursewaves.export.csvfile import write_csv
from coursewaves.export.xlsx import write_workbook
from coursewaves.pages.pieces import Html, Section, paragraph
from coursewaves.settings.home import Home
from coursewaves.system.private_files import private_folder, refused, write_private_bytes
from coursewaves.views.view import View

FOLDER = "explore"
"""Folder below the exports."""

SUFFIXES = (".svg", ".png", ".csv", ".xlsx")

SHARPNESS = 2
"""Pixels of a PNG for each of the drawing's own."""

_FIGURE = re.compile(r"<figure><figcaption>(.*?)</figcaption>(<svg .*?</svg>)</figure>", re.DOTALL)
_UNSAFE = re.compile(r"[^\w.-]+")


class Picture(NamedTuple):
    """A drawing with its caption."""

    caption: str
    svg: str


class Savable(Protocol):
    """What can be saved: a section, and the tables behind it."""

    @property
    def section(self) -> Section:
        """Figures and texts."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables by name."""


def pictures_of(section: Section) -> Iterator[Picture]:
    """Yield the drawings of a section, as `coursewaves.pages.pieces.figure` has placed them."""
    for part in section.parts:
        for caption, svg in _FIGURE.findall(part):
            yield Picture(unescape(caption), svg)


def save_panes(home: Home, name: str, panes: Iterable[Savable]) -> list[Path]:
    """Save what panes show: each picture as SVG and PNG, each table as CSV, all tables as one XLSX.

    The files hold figures made of participants' answers, those of small groups too where a table has them: the folder
    and the files are for their owner alone.

    Parameters
    ----------
    home
        The work folder; the files go below its ``data/export/explore``.
    name
        Names the folder; what was saved there under this name is replaced.
    panes
        What is shown.

    Returns
    -------
    list of Path
        The files written; none where there is nothing to save.
    """
    found = list(panes)
    pictures = [picture for pane in found for picture in pictures_of(pane.section)]
    tables = {key: table for pane in found for key, table in pane.tables.items() if len(table)}
    if not pictures and not tables:
        return []
    folder = private_folder(export_folder(home) / FOLDER / (_UNSAFE.sub("_", name)[:120] or FOLDER))
    for old in folder.iterdir():
        if old.suffix in SUFFIXES:
            old.unlink()  # a figure of another time must not pass for one of this
    return [*_write_pictures(folder, pictures), *_write_tables(folder, tables, pictures)]


def to_png(svg: str) -> bytes:
    """Draw an SVG as PNG on white, with letters that have every Kazakh one."""
    import matplotlib as mpl  # noqa: PLC0415
    import resvg_py  # noqa: PLC0415

    fonts = str(Path(mpl.get_data_path()) / "fonts" / "ttf")
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, zoom=SHARPNESS, background="white", font_dirs=[fonts], skip_system_fonts=True,
            sans_serif_family="DejaVu Sans", font_family="DejaVu Sans",
        )
    )  # fmt: skip


def _write_pictures(folder: Path, pictures: Sequence[Picture]) -> Iterator[Path]:
    for number, picture in enumerate(pictures, 1):
        for suffix, content in ((".svg", picture.svg.encode()), (".png", to_png(picture.svg))):
            path = folder / f"{number:02}{suffix}"
            write_private_bytes(path, content)
            yield path


def _write_tables(folder: Path, tables: Mapping[str, pd.DataFrame], pictures: Sequence[Picture]) -> Iterator[Path]:
    for key, table in tables.items():
        write_csv(key, table, folder / f"{key}.csv")
        yield folder / f"{key}.csv"
    files = [f"{number:02}.svg" for number in range(1, len(pictures) + 1)]
    listed = pd.DataFrame({"file": files, "caption": [picture.caption for picture in pictures]}, dtype="str")
    write_workbook({**tables, "pictures": listed}, folder / "tables.xlsx")
    yield folder / "tables.xlsx"


class SavePanel:
    """A button that saves what is shown, and where it went.

    Attributes
    ----------
    button
        Saves.
    message
        An Output that says what was written, or why nothing was.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.button, self.message = widgets.Button(icon="download"), widgets.Output()
        self.button.layout.width = "auto"
        self.button.on_click(self._save)
        self.box = widgets.VBox([self.button, self.message])

    def follow(self, view: View, name: str, panes: Iterable[Savable]) -> None:
        """Save these panes from now on, in the reader's words."""
        self._view, self._name, self._panes = view, name, list(panes)
        self.button.description = view.say("Save these pictures and tables")
        self.message.outputs = ()

    def _save(self, _button: object) -> None:
        say = self._view.say
        try:
            paths = save_panes(self.home, self._name, self._panes)
        except CoursewavesError as error:
            self._tell(paragraph(say("Not saved: {reason}", reason=str(error)), "warning"))
            return
        except OSError as error:
            self._tell(paragraph(say("Not saved: {reason}", reason=refused(error)), "warning"))
            return
        if not paths:
            self._tell(paragraph(say("There is nothing to save: too few answers.")))
            return
        folder = paths[0].parent.relative_to(self.home.root).as_posix()
        told = say("Saved in {folder}, for you alone: answers of participants stand behind it.", folder=folder)
        links = "".join(f"<li>{link_to(path, path.name)}</li>" for path in paths)
        self._tell(paragraph(told), Html(f"<ul>{links}</ul>"))

    def _tell(self, *parts: Html) -> None:
        self.message.outputs = (shown(Section("saved", "", [], parts)),)
