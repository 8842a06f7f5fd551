"""A loaded year in which every text that anybody wrote is hostile: registry, questions, answers, names of files."""

import shutil
from itertools import count
from pathlib import Path

import pandas as pd

from coursewaves.processed.year import Year
from coursewaves.settings.home import Home
from hostile import PAYLOADS
from hostile_survey import hostile_survey

WRITTEN = ("title", "text", "name", "degree", "position", "note", "decision", "owner", "protocol")
"""How columns begin that hold what people wrote in the registry."""

TEXTS = list(PAYLOADS.values())


def hostile_home(year: Year, folder: Path) -> Home:
    """Copy a loaded year and make its texts hostile, in the processed tables and in the survey; no partition stays.

    Every text keeps its own beginning, so that no two become one.
    """
    shutil.copytree(year.home.root, folder)
    home = Home(folder)
    home.__dict__["survey"] = hostile_survey(year.survey, TEXTS)
    institute = dict.fromkeys(("kk", "ru", "en"), "Institute " + "".join(TEXTS[:4]))
    home.__dict__["settings"] = year.settings.model_copy(update={"institute": institute})
    shutil.rmtree(home.partitions)
    numbers = count()
    for path in home.processed.glob("*.parquet"):
        table = pd.read_parquet(path)
        for column in columns_written(path.stem, table, home):
            table[column] = worded(table[column], numbers)
        table.to_parquet(path, index=False)
    return home


def columns_written(name: str, table: pd.DataFrame, home: Home) -> list[str]:
    """Name the columns of a processed table that hold what people wrote."""
    if name == "responses":
        texts = {scale.id for scale in home.survey.scales if scale.kind == "text"}
        items = [item for instrument in home.survey.instruments for item in instrument.items if item.scale in texts]
        return [column for item in items for column in home.survey.columns(item) if column in table]
    if name in ("files", "problems"):
        return [column for column in ("file", "column", "seen", "fix") if column in table]
    if name.startswith("registry_"):
        return [column for column in table if str(column).startswith(WRITTEN)]
    return []


def worded(texts: pd.Series, numbers: "count[int]") -> pd.Series:
    """Add another hostile text to each text; equal ones stay equal, since a file's name stands in two tables."""
    told = {text: f"{text} {TEXTS[next(numbers) % len(TEXTS)]}" for text in texts.dropna().unique()}
    return texts.map(told).astype(texts.dtype)
