"""Read the answers to a form of Google: the CSV of Forms itself, and CSV or XLSX of the sheet that it fills.

Forms writes ``;`` between several answers and names the zone of each time; Sheets writes a comma and a space, and
times as the sheet's locale has them.
"""

import re
from collections.abc import Callable

from coursewaves.platforms.export import SUBMITTED_AT, Export, Name, all_are, known_as, one_line, personal, share
from coursewaves.reading.columns import Cells
from coursewaves.reading.records import Records
from coursewaves.survey.wordings import normalised

TIMESTAMPS = frozenset(map(normalised, (
    "timestamp", "отметка времени", "метка времени", "уақыт белгісі", "позначка часу", "убакыт белгиси", "vaqt belgisi",
    "zaman damgası", "vaxt möhürü", "цагийн тэмдэг", "marca temporal", "marca de temps", "horodateur",
    "zeitstempel", "carimbo de data/hora", "informazioni cronologiche", "tijdstempel", "sygnatura czasowa",
    "časové razítko", "časová pečiatka", "időbélyeg", "marcaj de timp", "клеймо за време", "χρονική σήμανση",
    "tidstämpel", "tidsstempel", "tidsmerke", "aikaleima", "ajatempel", "laiko žyma", "laikspiedols",
    "vremenska oznaka", "временска ознака", "časovni žig", "stempel waktu", "cap waktu", "dấu thời gian",
    "ประทับเวลา", "طابع زمني", "חותמת זמן", "タイムスタンプ", "타임스탬프", "时间戳记", "時間戳記",
)))  # fmt: skip
"""The first column in the language of whoever made the form; in another one the times of Forms' own CSV tell."""

_EMAILS = {
    "email address", "username", "адрес электронной почты", "имя пользователя", "электрондық пошта мекенжайы",
    "пайдаланушы аты", "adresse e-mail", "dirección de correo electrónico", "endereço de e-mail", "e-mail-adresse",
}  # fmt: skip
_SCORES = {"score", "total score", "баллы", "балл", "общий балл", "ұпай", "жалпы ұпай", "score total"}
_SCORE = re.compile(r"(\d+(\.\d+)?|--) / \d+(\.\d+)?")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

OF_FORMS = "Y/m/d h:M:S p z"
_OF_SHEETS = ("d.m.Y H:M:S", "Y-m-d H:M:S", "m/d/Y H:M:S", "d/m/Y H:M:S", "Y/m/d H:M:S", "d-m-Y H:M:S",
              "Y. m. d p h:M:S")  # fmt: skip
_BY_HAND = ("Y-m-d", "Y/m/d h:M:S p")
"""What people make of these: days, and times without their zone."""

_PARTS = {
    "Y": r"\d{4}",
    "p": r"(?:[ap]\. ?m\.|[ap]m)",
    "z": r"[A-Z]{2,5}(?:[+-]\d{1,2}(?::\d\d)?)?",
}
_HALVES = {"上午": "AM", "下午": "PM", "午前": "AM", "午後": "PM", "오전": "AM", "오후": "PM"}
_HALF = re.compile("|".join(_HALVES))
_ZONE = re.compile(r"\[(GMT[^\]]*)\]")


def google_forms(records: Records) -> Export | None:
    """Recognise an export by its first column: its header in any of many languages, and times as Google writes."""
    if not records.header:
        return None
    times = records.columns[0].changed(_in_latin)
    is_of_forms = share(times, _fits(OF_FORMS)) > 0.5
    if not is_of_forms and not _is_timestamp(records.header[0], times):
        return None
    columns = [times, *records.columns[1:]]
    names = [SUBMITTED_AT, *(_name(records, place) for place in range(1, len(columns)))]
    forms = tuple(form for form in (OF_FORMS, *_OF_SHEETS, *_BY_HAND) if share(times, _fits(form)))
    found = known_as(records._replace(columns=columns), names)
    between = "," if set(forms) & set(_OF_SHEETS) else None
    return Export("google_forms", found, forms, ";" if is_of_forms else between)


def _is_timestamp(header: str, times: Cells) -> bool:
    if normalised(header) not in TIMESTAMPS:
        return False
    is_blank_column = not share(times, lambda _: True)
    return is_blank_column or sum(share(times, _fits(form)) for form in (*_OF_SHEETS, *_BY_HAND)) > 0.5


def _fits(form: str) -> Callable[[str], bool]:
    """Whether a text has the shape of a time form."""
    parts = (_PARTS.get(sign, r"\d{1,2}" if sign.isalpha() else re.escape(sign)) for sign in form)
    shape = re.compile("".join(parts), re.IGNORECASE)
    return lambda text: shape.fullmatch(one_line(text)) is not None


def _in_latin(text: str) -> str:
    """Write the half of the day and the zone as Forms does in most languages.

    >>> _in_latin("2025/10/10 1:29:21 下午 [GMT+8]")
    '2025/10/10 1:29:21 PM GMT+8'
    """
    if text.isascii() and "[" not in text:
        return text
    return _ZONE.sub(r"\1", _HALF.sub(lambda found: _HALVES[found[0]], text))


def _name(records: Records, place: int) -> Name:
    """Keep a question's header; what a quiz and a form that collects addresses add may be ignored."""
    header, cells = records.header[place], records.columns[place]
    key = normalised(header)
    if key in _EMAILS or (place == 1 and all_are(cells, _is_address)):
        return personal(header, "email")
    if key in _SCORES or _is_score(cells) or _is_feedback(records, place):
        return personal(header)
    return Name(header)


def _is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text.strip()) is not None


def _is_score(cells: Cells) -> bool:
    return all_are(cells, lambda text: _SCORE.fullmatch(text.strip()) is not None)


def _is_feedback(records: Records, place: int) -> bool:
    """Whether a column stands behind a question and its score, as in ``Question [Score]``, ``Question [Feedback]``."""
    if place < 3:
        return False
    question, score, header = records.header[place - 2 : place + 1]
    is_framed = all(text.startswith(f"{question} [") for text in (score, header))
    return is_framed and _is_score(records.columns[place - 1])
