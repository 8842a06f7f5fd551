"""Release what pages may count: the account of a load goes in, the same account comes out with what waits set apart."""

import zipfile
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from coursewaves.errors import CoursewavesError
from coursewaves.intake.responses import WAITING, Intake, check_account
from coursewaves.ladder import least
from coursewaves.partitions.cutting import WITHHELD, packed
from coursewaves.processed.year import Year
from coursewaves.registry.reader import Registry
from coursewaves.releases.cells import GONE
from coursewaves.releases.holding import forget, hold
from coursewaves.releases.open_surveys import open_surveys
from coursewaves.releases.register import place_of, write_entry
from coursewaves.settings.home import Home
from coursewaves.system.private_files import sweep

ARRIVING = ["response_id", "file", "course_id", "instrument_id", "wave", "submitted_at", "respondent_id"]
"""What is known of a form before its survey is over: that it came, when, and from whom; nothing that was answered."""


class Released(NamedTuple):
    """What pages may count of a load.

    Attributes
    ----------
    intake
        The same account with the forms that may be counted; those that wait have an outcome of their own.
    withheld
        Published forms of waves that can't be shown now, for the partitions.
    arriving
        The forms that wait for the end of their survey, without answers: the columns of `ARRIVING`.
    surveys
        The surveys for which they wait, as of `coursewaves.releases.open_surveys`; ``is_again`` marks one of which
        pages count earlier answers.
    """

    intake: Intake
    withheld: pd.DataFrame
    arriving: pd.DataFrame
    surveys: pd.DataFrame


def release(home: Home, intake: Intake, registry: Registry, today: date) -> Released:
    """Hold a load against what was published, and let wait what would tell of a few, and the answers to open surveys.

    Parameters
    ----------
    today
        The day by which a survey is open still, see `coursewaves.releases.open_surveys`.
    """
    sweep(home.released, at_once=True)
    published, minimum = read_published(home), least("counts", home.settings.minimum_group)
    opened = open_surveys(registry, home.survey, home.settings, today)
    cells = frozenset(zip(opened["course_id"], opened["instrument_id"], strict=True))
    held = hold(intake.responses, published, intake.known, home.survey, minimum, cells)
    forget_withdrawn(home, published, held.withdrawn)
    waiting, arriving = (
        intake.responses[intake.responses["response_id"].isin(ids)] for ids in (held.waiting, held.arriving)
    )
    surveys = _waited_for(opened, arriving).assign(is_again=False)
    surveys.loc[_has_forms(surveys, held.responses), "is_again"] = True
    account = _accounted(intake, held.responses, waiting, arriving)
    return Released(account, held.withheld, arriving[ARRIVING].reset_index(drop=True), surveys)


def _waited_for(opened: pd.DataFrame, arriving: pd.DataFrame) -> pd.DataFrame:
    return opened[_has_forms(opened, arriving)].reset_index(drop=True)


def _has_forms(surveys: pd.DataFrame, forms: pd.DataFrame) -> pd.Series:
    """Tell of which surveys there are forms."""
    cells = set(zip(forms["course_id"], forms["instrument_id"], strict=True))
    listed = zip(surveys["course_id"], surveys["instrument_id"], strict=True)
    return pd.Series([cell in cells for cell in listed], index=surveys.index, dtype=bool)


def _accounted(intake: Intake, counted: pd.DataFrame, waiting: pd.DataFrame, arriving: pd.DataFrame) -> Intake:
    """Give the forms that wait for others an outcome of their own, file by file and wave by wave."""
    by_file = intake.files["file"].map(waiting["file"].value_counts()).fillna(0).astype("int64")
    files = intake.files.assign(n_kept=intake.files["n_kept"] - by_file, n_waiting=by_file)
    check_account(files)
    keys = ["course_id", "instrument_id"]
    others = intake.outcomes[intake.outcomes["outcome"] != "kept"]
    own = [
        forms.groupby(keys, observed=True).size().rename("n_forms").reset_index().assign(outcome=outcome)
        for outcome, forms in (("kept", pd.concat([counted[keys], arriving[keys]])), (WAITING, waiting))
        if len(forms)
    ]
    outcomes = pd.concat([others, *own], ignore_index=True)[[*intake.outcomes]].sort_values(
        [*keys, "outcome"], ignore_index=True
    )
    return intake._replace(responses=counted, files=files, outcomes=outcomes.astype(intake.outcomes.dtypes))


def read_published(home: Home) -> pd.DataFrame:
    """Return the forms that were published, with `GONE`; none where nothing was."""
    found = [_entry(home, path) for path in sorted(home.released.glob("*.zip"))]
    none = pd.DataFrame({"response_id": [], "course_id": [], "instrument_id": [], GONE: []}, dtype="str")
    return pd.concat(found, ignore_index=True) if found else none


def _entry(home: Home, path: Path) -> pd.DataFrame:
    """Read an entry; one that is damaged is no reason to take everything: nobody knows what was published then."""
    year = Year(home, path)
    try:
        shown = year.responses.assign(**{GONE: False})
        withheld = year.read(WITHHELD) if year.has(WITHHELD) else shown.iloc[:0]
    except (zipfile.BadZipFile, pa.ArrowException, CoursewavesError, OSError, KeyError):
        fix = f"bring it back from a copy, or: coursewaves retract --course {path.stem}"
        raise CoursewavesError(f"{path.relative_to(home.root).as_posix()} is damaged; fix: {fix}") from None
    found = [table for table in (shown, withheld) if len(table)]
    return pd.concat(found, ignore_index=True) if found else shown


def forget_withdrawn(home: Home, published: pd.DataFrame, withdrawn: frozenset[str]) -> None:
    """Delete from the register the answers of everybody whose record stands in no file any more."""
    is_withdrawn = published["response_id"].isin(withdrawn) & ~published[GONE].astype(bool)
    for course_id in sorted(set(published.loc[is_withdrawn, "course_id"])):
        forms = forget(published[published["course_id"] == course_id], withdrawn)
        is_gone = forms[GONE].to_numpy(dtype=bool)
        tables = {"responses": forms[~is_gone].drop(columns=GONE), WITHHELD: forms[is_gone]}
        write_entry(place_of(home, str(course_id)), packed(tables))
