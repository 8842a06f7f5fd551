"""Write what a draw and its field work need (¶10): the public paper, and private lists for those who ask."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.export.csvfile import write_csv
from coursewaves.export.files import told
from coursewaves.export.xlsx import write_workbook
from coursewaves.field.draw import Draw, everybody
from coursewaves.field.paper import paper_of
from coursewaves.registry.reader import Registry
from coursewaves.registry.tables import columns_of, dtype_of
from coursewaves.settings.home import Home
from coursewaves.survey.instruments import Instrument
from coursewaves.system.private_files import private_folder, write_shared

PAPER, FRAME, DRAWN, REGISTER = "plan.json", "frame.csv", "drawn.xlsx", "invitations.csv"
FIX = "make room on the disk, or let this user write there"


def field_folder(home: Home, instrument: Instrument) -> Path:
    """Return where the papers and lists of a sample wave lie: private, as they say who is asked."""
    return home.root / "data" / "field" / instrument.id


def write_draw(
    home: Home, draw: Draw, registry: Registry, *, anew: bool = False, done: Callable[[Path], None] = lambda path: None
) -> Path:
    """Write a draw; written again, the same bytes stand there. Return the folder.

    ``plan.json`` is the public part. Private are ``frame.csv`` (the keys from which anybody draws again),
    ``drawn.xlsx`` (the invited, and the reserves in their order) and ``invitations.csv``, the table of the registry
    with a row for each of the invited.

    Raises
    ------
    CoursewavesError
        Where another draw of the wave stands there and `anew` is not meant: nobody draws until they like the result.
    """
    folder, paper = field_folder(home, draw.instrument), paper_of(draw)
    earlier = read_paper(home, draw.instrument)
    if earlier is not None and not anew and _identity(earlier) != _identity(paper):
        changed = "another list of those who completed" if earlier["seed"] == paper["seed"] else "another seed"
        raise CoursewavesError(
            f"Wave {draw.instrument.wave} was drawn already, from {changed}; fix: keep that draw, or draw again with "
            "--anew, and tell the council so."
        )
    people = everybody(draw, registry)
    invited = people["is_invited"].astype(bool)
    with told(folder, FIX):
        private_folder(folder)
        write_shared(folder / PAPER, (json.dumps(paper, ensure_ascii=False, indent=1) + "\n").encode())
        write_csv("frame", _keys(people), folder / FRAME)
        shown = people.drop(columns=["is_invited", "code"])
        sheets = {"invited": shown[invited].drop(columns="reserve_order"), "reserves": shown[~invited]}
        write_workbook(sheets, folder / DRAWN)
        for path in (folder / PAPER, folder / FRAME, folder / DRAWN, write_next(home, draw, registry, people[invited])):
            done(path)
    return folder


def _identity(paper: dict[str, Any]) -> tuple[object, ...]:
    return (paper.get("seed"), paper.get("frame_id"), paper.get("frame_hash"))


def _keys(people: pd.DataFrame) -> pd.DataFrame:
    """Return the frame as it is checked: sorted, so that its order tells nothing."""
    keys = people["course_id"] + "/" + people["code"]
    frame = pd.DataFrame({"programme_id": people["programme_id"], "key": keys})
    return frame.sort_values("key", ignore_index=True)


def read_paper(home: Home, instrument: Instrument) -> dict[str, Any] | None:
    """Read the public part of the draw of a wave; None where none was drawn.

    Raises
    ------
    CoursewavesError
        Where the file is damaged.
    """
    path = field_folder(home, instrument) / PAPER
    if not path.is_file():
        return None
    try:
        paper = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(paper["seed"], str) and isinstance(paper["frame_hash"], str):
            return dict(paper)
    except (ValueError, KeyError, TypeError):
        pass
    raise CoursewavesError(f"{path.parent.name}/{path.name} is damaged; fix: put back its copy, or draw with --anew.")


def write_next(home: Home, draw: Draw, registry: Registry, people: pd.DataFrame) -> Path:
    """Write the registry's invitations with a row for each of the people who is not among them; return the file.

    Parameters
    ----------
    home, draw
        The work folder and the draw.
    registry
        As it was read: its rows stay as they are.
    people
        ``course_id`` and ``participant_id`` as the registry has it.
    """
    known = registry.invitations
    rows = people[["course_id", "participant_id"]].assign(wave=draw.instrument.wave)
    of_wave = known[known["wave"] == draw.instrument.wave]
    listed = set(zip(of_wave["course_id"], of_wave["participant_id"], strict=True))
    is_new = [key not in listed for key in zip(rows["course_id"], rows["participant_id"], strict=True)]
    columns = columns_of("invitations")
    new = rows[np.array(is_new, dtype=bool)].reindex(columns=columns)
    types = {name: dtype_of("invitations", name) for name in columns}
    table = pd.concat([known[columns].astype(types), new.astype(types)], ignore_index=True)
    path = field_folder(home, draw.instrument) / REGISTER
    with told(path.parent, FIX):
        write_csv("invitations", with_plain_days(table), path)
    return path


def with_plain_days(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose days are texts such as 2026-01-31, as people write them."""
    days = table.select_dtypes("datetime")
    return table.assign(**{str(name): days[name].dt.strftime("%Y-%m-%d") for name in days})


def read_frame(path: Path) -> list[tuple[str, str]]:
    """Read a frame as `write_draw` writes it: programme and key of each person."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(row["programme_id"], row["key"]) for row in csv.DictReader(file)]
