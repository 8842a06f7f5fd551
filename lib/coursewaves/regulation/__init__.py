"""The regulation in code (¶1-22): what each paragraph asks, what answers it, and how it stands in a year on a day."""

from collections.abc import Callable, Iterator

from coursewaves.regulation import councils, surveys, work
from coursewaves.regulation.facts import Facts, facts_of
from coursewaves.regulation.paragraphs import Paragraph, Part, Regulation, load_regulation
from coursewaves.regulation.states import AT_RISK, BROKEN, KEPT, NOT_YET, STATES, Evidence, State, is_any_broken, judge
from coursewaves.regulation.words import asked, evidence_words, state_words

__all__ = ["AT_RISK", "BROKEN", "CHECKS", "KEPT", "NOT_YET", "STATES", "Evidence", "Facts", "Paragraph", "Part",
           "Regulation", "State", "asked", "evidence_words", "facts_of", "is_any_broken", "judge", "load_regulation",
           "state_words", "states_of"]  # fmt: skip

Check = Callable[[Facts], Iterator[Evidence]]

CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        surveys.institute, surveys.legal_basis, surveys.purpose, surveys.criteria, surveys.three_surveys,
        surveys.questionnaires, surveys.wave_before, surveys.wave_after, surveys.wave_later, surveys.sample_coverage,
        work.staff, work.steps_of_staff, work.processing, work.reports, councils.councils, councils.factor_analysis,
        councils.data_base, councils.topics_discussed, councils.decisions, councils.removal, work.head_in_charge,
        work.keeping,
    )
}  # fmt: skip
"""By the name that ``paragraphs.yml`` gives it: how a paragraph stands."""


def states_of(facts: Facts) -> list[State]:
    """Tell how every paragraph stands in a year on a day, in their order.

    Parameters
    ----------
    facts
        What is known of the year, see `facts_of`.

    Returns
    -------
    list of State
        One for each of the 22 paragraphs. What a paragraph asks of the program itself is kept by what the evidence
        names; what is done outside of it is not known here.
    """
    return [judge(one.number, CHECKS[one.check](facts)) for one in load_regulation().paragraphs]


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
