"""One competence centre of a year; nothing here hangs on a language."""

from dataclasses import dataclass

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.views.subject import Subject, once


@dataclass(frozen=True)
class Centre(Subject):
    """A competence centre (¶12).

    Attributes
    ----------
    centre_id
        The centre.
    """

    centre_id: str

    @property
    @once
    def centre(self) -> pd.Series:
        """The registry's row of the centre.

        Raises
        ------
        CoursewavesError
            Where the registry has no such centre.
        """
        rows = self.year.registry.centres
        own = rows[rows["centre_id"] == self.centre_id]
        if own.empty:
            raise CoursewavesError.not_found(self.centre_id, "centres", rows["centre_id"])
        row: pd.Series = own.iloc[0]
        return row
