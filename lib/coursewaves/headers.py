"""Match the columns of an export to items: a header goes in, the questionnaire and its columns come out.

A header is known by the wording of its item in any language, by other headers recorded at the item, or by the
item's id. A header that is not known is never guessed: the nearest wording is named as a proposal.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from coursewaves.header_book import HeaderBook, Known
from coursewaves.instruments import Instrument, Item
from coursewaves.problems import Problem, column_letter
from coursewaves.wordings import normalised

MOST_PROPOSALS = 30
"""Unknown columns of one file for which the nearest wording is looked up."""


class Column(NamedTuple):
    """One column of a file that holds an item, or one option of it.

    Attributes
    ----------
    place
        Position in the file, 0 is the first.
    item, row_text, option
        As in `Known`.
    """

    place: int
    item: Item
    row_text: str = ""
    option: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What the column holds; several columns of one key are one question asked anew."""
        return self.item.id, self.row_text, self.option


class Proposal(NamedTuple):
    """A header that no question has, and the known header that it resembles; never taken by itself."""

    file: str
    place: int
    instrument_id: str
    header: str
    means: str


class Questionnaire(NamedTuple):
    """A questionnaire whose questions stand in a file, and their columns."""

    instrument: Instrument
    columns: list[Column]


class Layout(NamedTuple):
    """What a file's header says: which questionnaires, which columns, and what is wrong with it.

    One form may serve two waves; then the file holds both questionnaires, and each record decides.
    """

    questionnaires: list[Questionnaire]
    problems: list[Problem]
    proposals: list[Proposal]


def match_columns(
    header: Sequence[str],
    file: str,
    book: HeaderBook,
    declared: Sequence[str] = (),
    also: Sequence[Sequence[str]] = (),
    personal: Callable[[int], str | None] = lambda place: None,
) -> Layout:
    """Match a file's header to the items of its questionnaires.

    Parameters
    ----------
    header
        The cells of the header row.
    file
        The file's name for problems.
    book
        All known headers of the survey.
    declared
        The questionnaires that a source declares; else the one most of whose own questions are present is
        meant, and any other of which half are.
    also
        Further headers of each column, looked up after its own.
    personal
        Tells of a column that no question has which personal data it holds, if any; such a column is named as
        that, and not read.

    Returns
    -------
    Layout
        Without questionnaires where none fits.
    """
    keys = [
        [key for name in (cell, *more) if (key := normalised(name))]
        for cell, more in zip(header, also or [()] * len(header), strict=True)
    ]
    ids = list(declared) or _recognised(keys, book)
    if not ids:
        seen, fix = "no question of any questionnaire", "name the questionnaire in coursewaves.yml under sources, "
        fix += "or move the file out of responses"
        return Layout([], [Problem(file, 1, "", "", "E-INSTRUMENT", seen, "file set aside", fix)], [])
    found = [Questionnaire(book.survey.instrument(one), list(_columns(keys, book.of(one)))) for one in ids]
    taken = {column.place for questionnaire in found for column in questionnaire.columns}
    unknown = [place for place, names in enumerate(keys) if names and place not in taken]
    asked = [place for place in unknown if personal(place) is None][:MOST_PROPOSALS]
    proposals = [one for place in asked for one in _proposals(header, place, file, book, ids)]
    problems = [_unknown(header, place, file, proposals, personal(place)) for place in unknown]
    for questionnaire in found:
        problems += [*_repeated(header, questionnaire, file), *_absent(questionnaire, file)]
    return Layout(found, problems, proposals)


def _recognised(keys: list[list[str]], book: HeaderBook) -> list[str]:
    """Return the questionnaire with most of its own questions in the file, and any other that is there by half."""
    own = {
        instrument.id: {key for names in keys for key in names if key in book.own_headers(instrument.id)}
        for instrument in book.survey.instruments
    }
    best = max(own, key=lambda instrument_id: len(own[instrument_id]), default="")
    if not best or not own[best]:
        return []
    sizes = {instrument.id: len(instrument.items) for instrument in book.survey.instruments}
    return [
        instrument_id
        for instrument_id, found in own.items()
        if len(found) == len(own[best]) or 2 * len(found - own[best]) >= sizes[instrument_id]
    ]


def _columns(keys: list[list[str]], known: dict[str, Known]) -> Iterator[Column]:
    for place, names in enumerate(keys):
        meaning = next((known[name] for name in names if name in known), None)
        if meaning is not None:
            yield Column(place, *meaning)


def _proposals(
    header: Sequence[str], place: int, file: str, book: HeaderBook, instrument_ids: list[str]
) -> Iterator[Proposal]:
    for instrument_id in instrument_ids:
        known = book.of(instrument_id)
        near = get_close_matches(normalised(header[place]), known, n=1, cutoff=0.75)
        if near:
            meaning = known[near[0]]
            is_plain = not meaning.row_text and not meaning.option
            yield Proposal(file, place, instrument_id, header[place], meaning.item.id if is_plain else near[0])
            return


def _unknown(header: Sequence[str], place: int, file: str, proposals: list[Proposal], personal: str | None) -> Problem:
    letter, seen = column_letter(place), "a question that is not in the questionnaire"
    if personal is not None:
        seen, fix = f"a column of personal data ({personal})", "nothing; better not to ask it in the form"
        return Problem(file, 1, letter, header[place][:80], "E-PERSONAL", seen, "column not stored", fix)
    near = next((proposal for proposal in proposals if proposal.place == place), None)
    fix = "add it to an item in the instrument file under headers"
    if near is not None:
        fix = f"it may be {near.means}; if so: coursewaves check --accept {file}:{letter}"
    return Problem(file, 1, letter, header[place][:80], "E-COL", seen, "column not read", fix)


def _repeated(header: Sequence[str], questionnaire: Questionnaire, file: str) -> Iterator[Problem]:
    """Name the columns of a question that stands in several, as when a form's question was made anew."""
    counts = Counter(column.key for column in questionnaire.columns if column.item.purpose != "ignore")
    for column in questionnaire.columns:
        if counts[column.key] > 1:
            letter, seen = column_letter(column.place), f"question {column.item.id} stands in several columns"
            done, fix = "read as one", "nothing; where two of them hold an answer, the row is named"
            yield Problem(file, 1, letter, header[column.place][:80], "E-DUPCOL", seen, done, fix)


def _absent(questionnaire: Questionnaire, file: str) -> list[Problem]:
    present = {column.item.id for column in questionnaire.columns}
    absent = [item.id for item in questionnaire.instrument.items if item.id not in present]
    if not absent:
        return []
    seen = f"questions not in the file: {', '.join(absent)}"
    fix = "export all questions, or record how the form words them under headers"
    return [Problem(file, 1, "", "", "E-ABSENT", seen, "the other questions are read", fix)]
