"""Say how large an effect a number of answers can show, to print beside "no difference shown"."""

from math import sqrt

from scipy.special import nctdtrinc, stdtrit

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import NAN, check_level


def detectable_effect(n: int, n_second: int | None = None, power: float = 0.8, level: float = 0.95) -> float:
    """Return the standardised effect that a two-sided t test finds with the given power.

    With `n` alone: pairs, in standard deviations of the differences (d_z). With `n_second`: two independent
    groups, in standard deviations within a group. Fewer than two pairs, or an empty group, give nan. The tail
    on the other side is left out, as in R's ``power.t.test(strict = FALSE)``.

    Raises
    ------
    CoursewavesError
        Where the power lies outside 0-1 or is no more than the test has with no effect at all.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, chapter 2.

    Examples
    --------
    >>> round(detectable_effect(25), 2), round(detectable_effect(25, 25), 2)
    (0.58, 0.81)
    """
    check_level(level)
    check_level(power)
    tail = (1 - level) / 2
    if power <= tail:
        raise CoursewavesError(f"Can't plan for a power of {power}: give more than {tail}.")
    freedom = n - 1 if n_second is None else n + n_second - 2
    if n < 1 or freedom < 1 or (n_second is not None and n_second < 1):
        return NAN
    error = sqrt(1 / n) if n_second is None else sqrt(1 / n + 1 / n_second)
    return float(nctdtrinc(freedom, 1 - power, stdtrit(freedom, 1 - tail))) * error
