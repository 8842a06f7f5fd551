"""Number the labels of strata, courses and groups: labels in, places in a list of their names out."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple

import numpy as np

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import Places


class Coded(NamedTuple):
    """Labels as places in a list of their names.

    Attributes
    ----------
    places
        For each label its place in `names`, -1 where it is missing.
    names
        Every name once.
    """

    places: Places
    names: list[Hashable]


def coded(labels: Iterable[Any], names: Sequence[Hashable] | Mapping[Any, Any] | None = None) -> Coded:
    """Number labels by `names`, or in the order of their first appearance; None and nan are missing.

    Raises
    ------
    CoursewavesError
        Where a label is none of the names.

    Examples
    --------
    >>> coded(["b", "a", None, "b"])
    Coded(places=array([ 0,  1, -1,  0]), names=['b', 'a'])
    """
    given = list(_plain(labels))
    seen = dict.fromkeys(given)  # what is asked of a label is asked once, however often it stands there
    missing = {label: -1 for label in seen if _is_missing(label)}
    known = [label for label in seen if label not in missing] if names is None else names
    place = {name: number for number, name in enumerate(known)}
    found = place | missing
    try:
        places = [found[label] for label in given]
    except KeyError as error:
        raise CoursewavesError.not_found(error.args[0], "the declared names", place) from None
    return Coded(np.array(places, dtype=np.int64), list(place))


def same_length(**columns: Any) -> None:
    """Refuse columns of different length, naming them.

    >>> same_length(values=[1, 2], strata=["a", "b"])
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{length} {name}" for name, length in lengths.items())
        raise CoursewavesError(f"Give columns of one length: {told}.")


def _plain(labels: Any) -> Any:
    if isinstance(labels, np.ma.MaskedArray):
        return np.ma.filled(labels.astype(object), None)
    return labels.to_numpy(dtype=object, na_value=None) if hasattr(labels, "to_numpy") else labels


def _is_missing(label: Any) -> bool:
    return label is None or (isinstance(label, float) and isnan(label))
