"""Turn factors so that each item loads on few of them: loadings in, turned loadings out."""

import numpy as np

from coursewaves.stats.values import Numbers

MOST_STEPS = 1000
CLOSE = 1e-8


def varimax(loadings: Numbers) -> Numbers:
    """Turn factors at right angles so that squared loadings vary most, with Kaiser's normalisation.

    >>> varimax(np.array([[0.8, 0.3], [0.7, 0.4], [0.3, 0.8], [0.2, 0.7]])).round(2)
    array([[0.81, 0.26],
           [0.72, 0.36],
           [0.34, 0.78],
           [0.24, 0.69]])
    """
    if loadings.shape[1] < 2:
        return loadings
    lengths = np.maximum(np.sqrt((loadings**2).sum(axis=1, keepdims=True)), 1e-12)
    normed = loadings / lengths
    turn, reached = np.eye(loadings.shape[1]), 0.0
    for _ in range(MOST_STEPS):
        turned = normed @ turn
        left, sizes, right = np.linalg.svd(normed.T @ (turned**3 - turned * (turned**2).mean(axis=0)))
        turn, before, reached = left @ right, reached, float(sizes.sum())
        if reached <= before * (1 + CLOSE):
            break
    return np.asarray(normed @ turn * lengths)


def oblimin(loadings: Numbers) -> tuple[Numbers, Numbers]:
    """Turn factors, letting them correlate, so that few items load on two (direct quartimin).

    Returns
    -------
    tuple
        The pattern of loadings and the correlations of the factors.

    >>> pattern, related = oblimin(np.array([[0.8, 0.3], [0.7, 0.4], [0.3, 0.8], [0.2, 0.7]]))
    >>> pattern.round(2), related.round(2)
    (array([[ 0.89, -0.05],
           [ 0.72,  0.12],
           [ 0.04,  0.82],
           [-0.04,  0.75]]), array([[1.  , 0.66],
           [0.66, 1.  ]]))
    """
    turn, step = np.eye(loadings.shape[1]), 1.0
    pattern, value, gradient = _quartimin(loadings, turn)
    for _ in range(MOST_STEPS if len(turn) > 1 else 0):
        # the part of the gradient that keeps every factor at length 1
        slope = gradient - turn * (turn * gradient).sum(axis=0)
        size = float(np.sqrt((slope**2).sum()))
        if size < CLOSE:
            break
        step *= 2
        for _ in range(20):
            tried = turn - step * slope
            tried = tried / np.sqrt((tried**2).sum(axis=0))
            pattern, reached, upward = _quartimin(loadings, tried)
            if reached < value - 0.5 * size**2 * step:
                break
            step /= 2
        turn, value, gradient = tried, reached, upward
    return pattern, turn.T @ turn


def _quartimin(loadings: Numbers, turn: Numbers) -> tuple[Numbers, float, Numbers]:
    """Return the pattern, what it costs that items load on two factors, and the cost's gradient."""
    inverse = np.linalg.inv(turn)
    pattern = loadings @ inverse.T
    squares = pattern**2
    others = squares.sum(axis=1, keepdims=True) - squares
    gradient = -(pattern.T @ (pattern * others) @ inverse).T
    return pattern, float((squares * others).sum()) / 4, gradient
