"""Say what a form is, whatever the platform: courses, pages, blocks, questions and the answers to choose from."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from coursewaves.survey.instruments import Texts

Kind = Literal["single", "several", "number", "line", "text"]


class Choice(NamedTuple):
    """One answer to choose: its code, its wordings, and whether it takes any text ("Other")."""

    code: str
    text: Texts
    is_other: bool = False


class Question(NamedTuple):
    """One question, a row of a grid among them.

    Attributes
    ----------
    id
        The column of `responses` that its answers come to, or the id of a background item.
    text
        Its wording in every language of the form.
    kind
        ``single`` or ``several`` of the choices, a whole ``number``, a ``line`` or a longer ``text``.
    choices
        The answers to choose from.
    purpose
        That of a background item, else empty.
    low, high
        Bounds of a number.
    at_most
        The most choices; None where there is no limit.
    is_required
        Whether nobody may go on without an answer.
    help
        What stands below the question; none in most.
    """

    id: str
    text: Texts
    kind: Kind
    choices: tuple[Choice, ...] = ()
    purpose: str = ""
    low: int = 0
    high: int = 0
    at_most: int | None = None
    is_required: bool = False
    help: Texts = {}  # noqa: RUF012 (a default that nobody changes)


class Block(NamedTuple):
    """Questions under one stem, answered on one scale: a grid. Without a stem it is one question alone."""

    id: str
    stem: Texts
    questions: tuple[Question, ...]


class Page(NamedTuple):
    """One page of a form."""

    title: Texts
    blocks: tuple[Block, ...]


class Form(NamedTuple):
    """A form of one questionnaire for one programme.

    Attributes
    ----------
    id
        Name of its files: the questionnaire and the programme, or the only course.
    instrument_id, programme_id
        What it asks, and of which programme.
    languages
        Its languages, the institute's own first.
    title, subtitle
        Of the questionnaire, and of the programme.
    courses
        Each course that it may be about, and the code that the form carries: with its check character.
    first
        Questions that stand before all others: for the course, the language, the consent.
    pages
        The pages, questions about the person first.
    remarks
        What a person should know: texts that are missing or not reviewed, lists that the registry lacks.
    dated
        Id of the background item that holds the day of an answer, for who types in what was filled in on paper;
        empty where there is none.
    """

    id: str
    instrument_id: str
    programme_id: str
    languages: tuple[str, ...]
    title: Texts
    subtitle: Texts
    courses: tuple[tuple[str, str], ...]
    first: tuple[Question, ...]
    pages: tuple[Page, ...]
    remarks: tuple[str, ...]
    dated: str = ""

    def asked_first(self, purpose: str) -> Question | None:
        """Return the first question of a purpose."""
        return next((question for question in self.first if question.purpose == purpose), None)

    def questions(self) -> Iterator[Question]:
        """Yield every question in the order of the form."""
        yield from self.first
        for page in self.pages:
            for block in page.blocks:
                yield from block.questions

    def declining(self) -> str:
        """Return the code of consent that is not given; empty where nobody is asked for it.

        The intake sets such answers aside, see `coursewaves.intake.forms`.
        """
        consent = self.asked_first("consent")
        return "no" if consent and any(choice.code == "no" for choice in consent.choices) else ""
