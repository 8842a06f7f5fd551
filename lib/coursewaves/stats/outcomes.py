"""Say how a survey of named people went: counts of outcomes in, outcome rates out."""

from typing import NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import NAN

NOBODY = "nobody was asked"
NOT_CONTACTED = "nobody was reached"


class OutcomeRates(NamedTuple):
    """Outcome rates of the people who were asked, each 0-1.

    Attributes
    ----------
    response
        Answered, of all who were asked and belong to the population (RR1).
    cooperation
        Answered, of all who were reached (COOP1).
    refusal
        Refused, of all who were asked (REF1).
    contact
        Reached, of all who were asked (CON1).
    n
        People asked who belong to the population.
    reason
        Why a rate is nan; empty where all is well.
    """

    response: float
    cooperation: float
    refusal: float
    contact: float
    n: int
    reason: str = ""


def outcome_rates(answered: int, refused: int = 0, not_reached: int = 0, other: int = 0) -> OutcomeRates:
    """Compute the outcome rates of a survey of specifically named persons.

    Parameters
    ----------
    answered, refused, not_reached
        Complete answers; refusals; people of whom nothing came back, silent ones among them.
    other
        People reached who could not answer.

    Who does not belong to the population is in no count, and that everybody on the list belongs to it is known, so
    that no case is of unknown eligibility. A kept form counts as complete.

    Raises
    ------
    CoursewavesError
        Where a count is negative.

    References
    ----------
    AAPOR (2023), Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys, 10th edition:
    RR1, COOP1, REF1, CON1, with P = UH = UO = 0.

    Examples
    --------
    >>> rates = outcome_rates(answered=50, refused=10, not_reached=35, other=5)
    >>> rates.response, round(rates.cooperation, 3), rates.refusal, rates.contact
    (0.5, 0.769, 0.1, 0.65)
    """
    counts = (answered, refused, not_reached, other)
    if min(counts) < 0:
        raise CoursewavesError("A count of people can't be negative.")
    asked, reached = sum(counts), answered + refused + other
    if not asked:
        return OutcomeRates(NAN, NAN, NAN, NAN, 0, NOBODY)
    cooperation = answered / reached if reached else NAN
    reason = "" if reached else NOT_CONTACTED
    return OutcomeRates(answered / asked, cooperation, refused / asked, reached / asked, asked, reason)
