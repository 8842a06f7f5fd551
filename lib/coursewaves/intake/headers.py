"""Match the columns of an export to items: a header goes in, the questionnaire and its columns come out.

A header is known by the wording of its item in any language, by other headers recorded at the item, or by the
item's id. A header that is not known is never guessed: the nearest wording is named as a proposal.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from coursewaves.intake.header_book import HeaderBook, Known
from coursewaves.problems import FILE_ASIDE, NO_QUESTION, Problem, column_letter
from coursewaves.survey.instruments import Instrument, Item
from coursewaves.survey.wordings import full_headers, normalised

MOST_PROPOSALS = 100
"""Unknown columns of one file for which the nearest wording is looked up."""

MOST_NAMED = 12
"""Questions that a file lacks which are named one by one."""

LEAST_LIKENESS = 75
"""Least likeness, of 100, of a wording that is proposed (Indel ratio)."""


_NAME_IT = "if it is a question: coursewaves check --accept {file}:{letter}=ID with its id; else nothing"
"""What a person does about a header that resembles no question."""


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
    """A header that no question has, and the known header that it resembles, if any; never taken by itself."""

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

    `proposals` are the headers that resemble a known one, `unlike` those that no question has and that resemble none.

    One form may serve two waves; then the file holds both questionnaires, and each record decides.
    """

    questionnaires: list[Questionnaire]
    problems: list[Problem]
    proposals: list[Proposal]
    unlike: tuple[Proposal, ...] = ()


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
        [book.spelled(key) for name in (cell, *more) if (key := normalised(name))]
        for cell, more in zip(header, also or [()] * len(header), strict=True)
    ]
    ids = list(declared) or _recognised(keys, book)
    found = [Questionnaire(book.survey.instrument(one), list(_columns(keys, book, one))) for one in ids]
    taken = {column.place for questionnaire in found for column in questionnaire.columns}
    unknown = [place for place, names in enumerate(keys) if names and place not in taken]
    disguised = {place: kind for place in unknown if (kind := personal(place)) is not None}
    absent = {place: table for place in unknown if (table := _listed_in(header[place], book, ids)) is not None}
    asked = [place for place in unknown if place not in disguised and place not in absent][:MOST_PROPOSALS]
    proposals = [one for place in asked for one in _proposals(header, place, file, book, ids)]
    if not any(column.item.purpose is None for questionnaire in found for column in questionnaire.columns):
        near = [_resembling(header, one) for one in proposals]
        return Layout([], [_foreign(file, declared), *near], proposals)
    by_place = {one.place: one for one in proposals}
    shared = {key for one in ids for key in book.shared(one)}
    problems = [
        _personal(header, place, file, disguised[place])
        if place in disguised
        else _unregistered(header, place, file, absent[place])
        if place in absent
        else _shared(header, place, file)
        if shared & {*keys[place]}
        else _resembling(header, by_place[place])
        if place in by_place
        else _unknown(header, place, file, _NAME_IT.format(file=file, letter=column_letter(place)))
        for place in unknown
    ]
    for questionnaire in found:
        problems += [*_repeated(header, questionnaire, file), *_absent(questionnaire, file)]
    unlike = tuple(Proposal(file, place, ids[0], header[place], "") for place in asked if place not in by_place)
    return Layout(found, problems, proposals, unlike)


def _foreign(file: str, declared: Sequence[str]) -> Problem:
    """Say that a file holds nothing that was asked; one that a source declares is no exception."""
    seen = NO_QUESTION
    fix = "move the file out of responses; if it holds answers, name its questionnaire in coursewaves.yml under sources"
    if declared:
        seen = f"no question of {' or '.join(declared)}, as which coursewaves.yml declares the file"
        fix = "move the file out of responses, or correct the pattern of this source in coursewaves.yml"
    return Problem(file, 1, "", "", "E-INSTRUMENT", seen, FILE_ASIDE, fix)


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


def _columns(keys: list[list[str]], book: HeaderBook, instrument_id: str) -> Iterator[Column]:
    """Yield the columns whose header is known, or is an option of the question beside it."""
    known, shared = book.of(instrument_id), book.shared(instrument_id)
    meanings = [next((known[name] for name in names if name in known), None) for names in keys]
    for place, names in enumerate(keys):
        meaning = meanings[place] or _beside(meanings[max(place - 1, 0) : place + 2], names, shared)
        if meaning is not None:
            yield Column(place, *meaning)


def _beside(near: Sequence[Known | None], names: list[str], shared: dict[str, list[Known]]) -> Known | None:
    """Return the option of several questions that belongs to the one question beside which it stands."""
    beside = {known.item.id for known in near if known is not None and known.option}
    found = [known for name in names for known in shared.get(name, []) if known.item.id in beside]
    return found[0] if len(found) == 1 else None


def _proposals(
    header: Sequence[str], place: int, file: str, book: HeaderBook, instrument_ids: list[str]
) -> Iterator[Proposal]:
    for instrument_id in instrument_ids:
        known = book.of(instrument_id)
        near = process.extractOne(
            normalised(header[place]), known.keys(), scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS
        )
        if near is not None:
            meaning = known[near[0]]
            is_plain = not meaning.row_text and not meaning.option
            yield Proposal(file, place, instrument_id, header[place], meaning.item.id if is_plain else near[0])
            return


def _unknown(header: Sequence[str], place: int, file: str, fix: str) -> Problem:
    letter, seen = column_letter(place), "a question that is not in the questionnaire"
    return Problem(file, 1, letter, header[place][:80], "E-COL", seen, "column not read", fix)


def _listed_in(header: str, book: HeaderBook, instrument_ids: list[str]) -> str | None:
    """Return the table of the registry that lacks the row a header asks about; None where it resembles a known row."""
    found = next(((table, one) for one in instrument_ids if (table := book.listed_in(one, header)) is not None), None)
    if found is None:
        return None
    rows = {_row_of(key) for key in book.of(found[1]) if key.endswith("]")}
    return None if process.extractOne(_row_of(normalised(header)), rows, scorer=fuzz.ratio,
                                      score_cutoff=LEAST_LIKENESS) else found[0]  # fmt: skip


def _row_of(header: str) -> str:
    return header.rpartition("[")[2].removesuffix("]")


def _unregistered(header: Sequence[str], place: int, file: str, table: str) -> Problem:
    """Say that a question asks about an ability or a topic that the registry does not have."""
    fix = f"add it to its programme: coursewaves register add {table} FILE"
    return _unknown(header, place, file, fix)._replace(seen=f"a row that {table} of the registry does not have")


def _resembling(header: Sequence[str], near: Proposal) -> Problem:
    fix = f"it may be {near.means}; if so: coursewaves check --accept {near.file}:{column_letter(near.place)}"
    return _unknown(header, near.place, near.file, fix)


def _personal(header: Sequence[str], place: int, file: str, kind: str) -> Problem:
    letter, fix = column_letter(place), "nothing; better not to ask it in the form"
    seen = f"a column of personal data ({kind})"
    return Problem(file, 1, letter, header[place][:80], "E-PERSONAL", seen, "column not stored", fix)


def _shared(header: Sequence[str], place: int, file: str) -> Problem:
    seen, fix = "an option that several questions have", "let the form word it otherwise in each of them"
    return _unknown(header, place, file, fix)._replace(seen=seen)


def _repeated(header: Sequence[str], questionnaire: Questionnaire, file: str) -> Iterator[Problem]:
    """Name the columns of a question that stands in several, as when a form's question was made anew.

    In a form with pages for each language most questions have a column in each; these are none.
    """
    groups: dict[tuple[str, str, str], list[Column]] = defaultdict(list)
    for column in questionnaire.columns:
        groups[column.key].append(column)
    several = {key for key, group in groups.items() if len(group) > 1}
    translated = {key for key in several if _is_translated(header, groups[key], questionnaire)}
    several -= translated if 2 * len(translated) > len({column.item.id for column in questionnaire.columns}) else set()
    for column in questionnaire.columns:
        if column.key in several and column.item.purpose != "ignore":
            letter, seen = column_letter(column.place), f"question {column.item.id} stands in several columns"
            done, fix = "read as one", "nothing; where two of them hold an answer, the row is named"
            yield Problem(file, 1, letter, header[column.place][:80], "E-DUPCOL", seen, done, fix)


def _is_translated(header: Sequence[str], columns: Sequence[Column], questionnaire: Questionnaire) -> bool:
    """Whether each column of a question is headed by its wording in another language."""
    item = columns[0].item
    grid = next((one for one in questionnaire.instrument.grids if one.id == item.grid), None)
    languages: dict[str, str] = {}
    for language, text in item.text.items():
        stem = grid and grid.model_copy(update={"text": {language: grid.wording(language)}, "headers": []})
        one = item.model_copy(update={"text": {language: text}, "headers": []})
        languages |= {normalised(name): language for name in full_headers(one, stem)}
    found = [languages.get(normalised(header[column.place]), "") for column in columns]
    return "" not in found and len(set(found)) == len(found)


def _absent(questionnaire: Questionnaire, file: str) -> list[Problem]:
    present = {column.item.id for column in questionnaire.columns}
    absent = [item.id for item in questionnaire.instrument.items if item.id not in present]
    if not absent:
        return []
    more = f" and {len(absent) - MOST_NAMED} more" if len(absent) > MOST_NAMED else ""
    seen = f"questions not in the file: {', '.join(absent[:MOST_NAMED])}{more}"
    fix = "export all questions, or record how the form words them under headers"
    return [Problem(file, 1, "", "", "E-ABSENT", seen, "the other questions are read", fix)]
