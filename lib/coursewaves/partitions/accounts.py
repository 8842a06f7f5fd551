"""Account for every record as a page may: files and counted forms go in, sums that tell of no few people come out.

Exact sums of all records, less the numbers that pages show of courses, would be those of the small ones.
"""

from typing import NamedTuple

import pandas as pd

from coursewaves.intake.responses import OUTCOMES, WAITING

SHOWN = ("kept", *(name for name in OUTCOMES if name not in ("kept", WAITING)))
"""Outcomes of which a page tells the sum."""


class Account(NamedTuple):
    """What became of the records, as far as a page may say it.

    Attributes
    ----------
    n_files
        Files read.
    sums
        Records by outcome, see `SHOWN`; of those kept only the forms of waves with enough of them.
    least, most
        Between these two lies how many more were read: those of waves with too few forms, and those that wait.
    """

    n_files: int
    sums: dict[str, int]
    least: int
    most: int

    @property
    def read(self) -> tuple[int, int]:
        """Between these two lies how many records were read."""
        counted = sum(self.sums.values())
        return counted + self.least, counted + self.most


def account_of(files: pd.DataFrame, responses: pd.DataFrame, minimum: int) -> Account:
    """Account for the records of all files; see `Account`.

    >>> files = pd.DataFrame({"n_set_aside": [2], "n_duplicate": [0], "n_outside_window": [1], "n_waiting": [0]})
    >>> forms = pd.DataFrame({"course_id": [*"AAAAABBB"], "instrument_id": ["Q"] * 8})
    >>> account_of(files, forms, 5).read
    (8, 12)
    """
    sizes = responses.groupby(["course_id", "instrument_id"], observed=True).size()
    sums = {"kept": int(sizes[sizes >= minimum].sum())}
    sums |= {name: int(files[f"n_{name}"].sum()) for name in SHOWN if name != "kept"}
    low, high = band(int(files["n_waiting"].sum()), minimum)
    most = int((sizes < minimum).sum()) * (minimum - 1) + (high if files["n_waiting"].any() else 0)
    return Account(len(files), sums, low, most)


def counted_by_file(files: pd.DataFrame, responses: pd.DataFrame, minimum: int) -> dict[str, int]:
    """Count the forms of each file that stand in waves with enough of them."""
    sizes = responses.groupby(["course_id", "instrument_id"], observed=True)["response_id"].transform("size")
    found = responses.loc[sizes >= minimum].get("file", pd.Series(dtype="str")).value_counts()
    return {str(name): int(found.get(name, 0)) for name in files["file"]}


def band(n: int, minimum: int) -> tuple[int, int]:
    """Return the ends of the band around a number: its step of the minimum group, and one step more on either side.

    What is left of a known sum lies within a band too; with the steps beside it no number of a few is at its end, so
    that the sum tells nothing of them.

    >>> band(3, 5), band(27, 5)
    ((0, 9), (20, 34))
    """
    low = n // minimum * minimum
    return max(low - minimum, 0), low + 2 * minimum - 1
