"""Explain an outcome by every subset of predictors: correlations in, explained variance and its parts out."""

from math import factorial

import numpy as np

from coursewaves.stats.values import Numbers, Places

RIDGE = 1e-12
"""Added to the diagonal: predictors that copy each other then still have a solution, others don't notice."""


def standardised(products: Numbers) -> Numbers:
    """Turn cross-products into correlations; a column without any spread is unrelated to all others.

    >>> standardised(np.array([[4.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 0.0]]))
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0. ],
           [0. , 0. , 1. ]])
    """
    own = np.diagonal(products, axis1=-2, axis2=-1)
    spread = np.sqrt(own[..., :, None] * own[..., None, :])
    related = np.divide(products, spread, out=np.zeros_like(products), where=spread > 0)
    place = np.arange(products.shape[-1])
    related[..., place, place] = 1.0
    return related


def explained(related: Numbers, members: list[Places]) -> Numbers:
    """Return R² of every subset of predictors, the last axis by subset: bit j of its number is member j.

    `related` holds correlations, of any number of samples at once, the outcome first; `members` the places of
    the predictors that go together.

    >>> explained(np.array([[1.0, 0.6, 0.5], [0.6, 1.0, 0.0], [0.5, 0.0, 1.0]]), [np.array([0]), np.array([1])])
    array([0.  , 0.36, 0.25, 0.61])
    """
    found = np.zeros((*related.shape[:-2], 2 ** len(members)))
    for subset in range(1, found.shape[-1]):
        inside = 1 + np.concatenate([place for bit, place in enumerate(members) if subset >> bit & 1])
        of_outcome = related[..., inside, 0]
        between = related[..., inside[:, None], inside] + RIDGE * np.eye(inside.size)
        slopes = np.linalg.solve(between, of_outcome[..., None])[..., 0]
        found[..., subset] = (slopes * of_outcome).sum(axis=-1)
    return np.asarray(np.clip(found, 0.0, 1.0))


def shapley(worth: Numbers) -> Numbers:
    """Return each member's average rise of worth over all orders of joining, subsets as in `explained`.

    >>> shapley(np.array([0.0, 0.3, 0.2, 0.6]))
    array([0.35, 0.25])
    """
    count = int(worth.shape[-1]).bit_length() - 1
    subsets = np.arange(worth.shape[-1])
    size = np.array([int(subset).bit_count() for subset in subsets])
    rises = []
    for bit in range(count):
        without = subsets[(subsets >> bit & 1) == 0]
        weight = np.array([factorial(s) * factorial(count - s - 1) / factorial(count) for s in size[without]])
        rises.append((worth[..., without | 1 << bit] - worth[..., without]) @ weight)
    return np.stack(rises, axis=-1)
