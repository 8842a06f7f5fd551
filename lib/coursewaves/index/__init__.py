"""Write the page that lists all reports: the manifest goes in, ``reports/index.html`` comes out."""

from datetime import date

import pandas as pd

from coursewaves.index.page import index_page
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import INDEX
from coursewaves.system.private_files import write_shared

__all__ = ["index_page", "write_index"]


def write_index(year: Year, today: date, found: pd.DataFrame | None = None) -> None:
    """List every published report and the state of every course on a day, in the institute's first language.

    `found` are the deadlines of the day, where they are known already.

    Raises
    ------
    CoursewavesError
        Where the manifest or the last status is damaged.
    """
    write_shared(year.home.reports / INDEX, index_page(year, today, found).encode())
