"""Mask what identifies a person in open answers, and know the columns that hold personal data."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from heapq import nsmallest
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from coursewaves.privacy.identifiers import LONGEST, is_identifier
from coursewaves.survey.wordings import is_blank, normalised
from coursewaves.system.yamlfile import read_yaml

MARK = "[•••]"
"""What stands in the place of an address, a number or an account."""

MOST_TEXTS = 300
"""Distinct texts of a column that are looked at."""

Personal = Literal["email", "name", "phone", "iin", "address", "ip", "account"]
"""What a column tells of a person.

`iin` is any number of a person's document, `address` a place, coordinates too, and `account` whatever a
platform knows a person or a device by: user name, reference, device, the page that the person came from.
"""

# A token is a run without spaces, brackets, quotes, commas, semicolons and colons. Every pattern begins at the
# edge of a token or of a run of digits and never gives back what it took (``++``), so that the time is linear; it
# takes a token whole, and looks at nothing that a later one may mask, so that a second round finds nothing more.
_END = r"\s<>()\[\]{},;:\"'«»"
_NO = f"@{_END}"
_REST = rf"(?:[^{_END}]*\w)?"
_WORD = rf"(?<![^{_NO}])(?=[^{_NO}]*?[^\W\d_])[^{_NO}]++"
_LABEL = r"[^\W_][\w-]{0,62}+"
_DOT = r"(?:\s?\.\s?|\s{1,2}(?:точка|нүкте|dot|дот)\s{1,2}|\s?[(\[{]\s?(?:точка|нүкте|dot|дот|\.)\s?[)\]}]\s?)"
_TOP = r"(?:kz|ru|com|org|net|info|su|рф|қаз|кз|ру|ком)"
_HOST = rf"{_LABEL}(?:{_DOT}(?!{_TOP}){_LABEL}){{0,2}}{_DOT}{_TOP}"
_MAILBOX = (
    r"(?:mail|gmail|yandex|inbox|list|rambler|icloud|outlook|hotmail|bk|(?:г|дж?)?и?м[аеэ]йл|яндекс|инбокс|рамблер)"
    rf"(?!(?!www\.|https?:)[^\W\d])(?:(?:{_DOT}|\s){_TOP})?"
)
_AT = r"(?:at|эт|собака|собачка|айқұлақ)"
_EMAIL = re.compile(
    rf"(?:(?<![^{_NO}])[^{_NO}]*+@{{1,64}}+\w"
    rf"|{_WORD}(?:\s{{0,2}}@\s{{0,2}}{_HOST}"
    rf"|\s{{0,2}}[(\[{{<]\s?(?:@|{_AT})\s?[)\]}}>]\s{{0,2}}(?:{_HOST}|{_MAILBOX})"
    rf"|\s{{1,2}}{_AT}\s{{1,2}}(?:{_HOST}|{_MAILBOX}))){_REST}",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"https?:\S+|www\.\S+|(?<![\w-])(?:[\w-]++\.){1,6}(?:kz|com|ru|org|net|me|рф|қаз)/\S+", re.IGNORECASE
)
_ACCOUNT = re.compile(
    r"(?P<word>(?<![^\W\d_])(?:insta(?:gram)?|telegram|facebook|tiktok|skype|vk|вк|инста(?:грам\w{0,3})?|телеграм\w{0,3}"
    rf"|фейсбук|тикток|скайп)(?:\s{{0,2}}:\s{{0,2}}|\s{{1,2}}(?=[a-z][\w.]*?[\d_])))[a-z][\w.]{{2,}}+{_REST}",
    re.IGNORECASE,
)
_GAP = r"[\s().·_/+*\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2212\ufe0f\u20e3\ufeff-]{0,4}"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d\d"
_WHEN = (
    rf"(?>{_DAY}[./-]{_MONTH}[./-](?:{_YEAR}|\d\d)(?![./]?\d)|{_YEAR}[./-]{_MONTH}[./-]{_DAY}(?![./]?\d)"
    rf"|{_YEAR}(?!\d)|\d\d?:\d\d(?::\d\d)?(?!\d))"
)
_NUMBER = re.compile(
    rf"(?=[+\d])(?:(?P<spared>(?<![\d+])(?<!\d[\u2010-\u2015-]){_WHEN}(?:[\s.,;()–—-]{{1,4}}{_WHEN})*+)|\+?\d(?:{_GAP}\d){{9,}}+)"
)
_CITY_NUMBER = re.compile(r"(?<![\d.,-])\d{3}[-\u2010-\u2015]\d\d[-\u2010-\u2015]\d\d(?!\d|[-.,]\d)")
_NAMED_NUMBER = re.compile(
    r"(?P<word>(?<![^\W\d_])(?:тел|телефон(?:ы|ым|у|ымыз)?|моб|мобильный|сот|сотовый|ұялы|қалалық|городской|phone|tel|mobile"
    r"|wh?ats\s?app|в[ао]тс\s?ап|уатсап|иин|жсн|iin|жеке куәлі(?:к|гі|гім)|удостоверени[ея] личности|паспорт|passport)"
    r"[\s.:#№-]{0,4}(?:(?:нөмірі?м?|номер|number)[\s.:#№-]{0,3})?)"
    rf"\+?\d(?:{_GAP}\d){{4,8}}+(?!{_GAP}\d|:\d)(?!\s{{0,2}}(?:%|₸|тг|тенге|теңге|тыс|мың|млн))",
    re.IGNORECASE,
)

_MASKS = tuple(
    (re.compile(hint), pattern)
    for hint, pattern in (
        (r"@|\b(?:at|эт|соба[кч]|айқұлақ)", _EMAIL),
        (r"/|http|www", _LINK),
        (r"insta|teleg|faceb|tiktok|skype|vk|инста|телег|фейсб|тикток|скайп|вк", _ACCOUNT),
        (r"\d", _NUMBER),
        (r"\d", _CITY_NUMBER),
        (r"\d", _NAMED_NUMBER),
    )
)
"""The masks in their order, each after what every text that it changes has in lower case: most texts have none."""


def masked(text: str) -> str:
    """Replace e-mail addresses, links, accounts, phone numbers and IINs in a text by a mark.

    Ten digits in a row are a number that leads to a person, whatever stands between them: a phone with its code
    has ten, an IIN has twelve, and no figure that people tell of a course has so many. Only runs of dates, years
    and times of day are spared. Fewer digits are masked where a word says what they are (``тел. 25-63-14``) or
    where they stand as city numbers do (``256-31-42``).

    A name, a nickname, or a kindergarten and a role that only one person has can't be known by their form: an
    answer that was masked is still personal.

    >>> masked("Жазыңыз: aigul@example.kz, +7 701 123 45 67")
    'Жазыңыз: [•••], [•••]'
    """
    lower = text.casefold()
    for hint, pattern in _MASKS:
        if hint.search(lower):
            text = pattern.sub(_mark, text)
    return text


def _mark(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return groups.get("spared") or (groups.get("word") or "") + MARK


def personal_kind(header: str, texts: Sequence[str]) -> Personal | None:
    """Return what kind of personal data a column holds, by its header or else by its cells; None where none.

    A header is personal where each of its parts ("Аты-жөні / ФИО", "2. Email, phone") stands in a closed list, or
    beside one that does; one word of a longer question never decides, and neither does a column that was
    only ticked. Cells decide where at least half of the distinct ones are e-mail addresses, phones or IINs with a
    sound control digit. At most `MOST_TEXTS` are looked at, those with the lowest CRC-32: the same ones in
    any order of the rows, and no more of one spelling than of another. No rows leave it to the header.

    Names under a header that is not listed can't be known. Ask only of columns that no question knows.

    >>> personal_kind("Аты-жөніңіз / Ваше ФИО", []), personal_kind("Name of the course", ["Aigul"])
    ('name', None)
    """
    kind = _kind_of_header(header)
    if kind is not None and not _is_ticked(header, texts):
        return kind
    return _kind_of_texts(texts)


_WORDS = Path(__file__).parent / "personal_headers.yml"
_PARTS = re.compile(r"[/|,;:()\[\]&+\n]|\s[-–—]\s|\.\s|\s(?:and|и|және|мен|пен|бен)\s")
_CODE = re.compile(r"\w{0,3}\d{1,4}(?:[._]?\d{1,3}){0,3}")
_ALIKE = str.maketrans("аәеёоөрсхһуүұкқіийғң", "aaeeoopcxxyyykkiiiгн")
_LONGEST_HEADER = 200


class _Words(NamedTuple):
    """The words of ``personal_headers.yml``, as `_Words.key` makes them."""

    kinds: dict[str, Personal]
    beside: frozenset[str]
    fillers: frozenset[str]
    ticks: frozenset[str]

    def key(self, text: str) -> str:
        """Return the letters and digits of a header alone, those alike in two alphabets as one, without fillers."""
        plain = re.sub(r"</?\w{1,10}>|['’](?=s\b)", "", text).casefold()
        plain = re.sub(r"(?<=ң[ыі]з)-?[дн][ыі]?\b", "", plain)
        words = re.findall(r"[^\W_]+", plain)
        return "".join(word for word in words if word not in self.fillers).translate(_ALIKE)


@lru_cache(maxsize=1)
def _words() -> _Words:
    content = read_yaml(_WORDS).content
    fillers, ticks = frozenset(content["fillers"].split()), frozenset(content["ticks"].split())
    bare = _Words({}, frozenset(), fillers, ticks)
    kinds = {bare.key(header): kind for kind in get_args(Personal) for header in content[kind]}
    return bare._replace(kinds=kinds, beside=frozenset(map(bare.key, content["beside"])) | {""})


@lru_cache(maxsize=4096)
def _kind_of_header(header: str) -> Personal | None:
    if len(header) > _LONGEST_HEADER:
        return None
    words, plain = _words(), normalised(header)
    if whole := words.kinds.get(words.key(plain)):
        return whole
    parts = [part for part in map(str.strip, _PARTS.split(plain)) if not _CODE.fullmatch(part)]
    keys = [words.key(part) for part in parts]
    kinds = [words.kinds[key] for key in keys if key in words.kinds]
    return kinds[0] if kinds and all(key in words.kinds or key in words.beside for key in keys) else None


def _is_ticked(header: str, texts: Sequence[str]) -> bool:
    """Whether nothing but ticks, or the header itself, stands in a column; no text at all is no tick."""
    distinct = set(texts)
    ticks = _words().ticks | {normalised(header), ""}
    if len(distinct) > MOST_TEXTS or not all(normalised(text) in ticks for text in distinct):
        return False
    return not all(is_blank(text) for text in distinct)


def _kind_of_texts(texts: Sequence[str]) -> Personal | None:
    distinct = {text.strip() for text in texts}
    looked_at = [text for text in nsmallest(MOST_TEXTS, distinct, key=_spread) if not is_blank(text)]
    kinds = Counter(kind for text in looked_at if (kind := _identifier_in(text)))
    if not kinds or 2 * kinds.total() < len(looked_at):
        return None
    return min(kinds, key=lambda kind: (-kinds[kind], kind))


def _spread(text: str) -> tuple[int, str]:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")), text


def _identifier_in(text: str) -> Personal | None:
    """Return the kind of a cell that is one identifier, or several with signs between them and nothing else."""
    if kind := is_identifier(text):
        return kind
    parts = [part for part in re.split(r"[,;/|\n]", text) if part.strip()] if len(text) <= LONGEST else []
    kinds = [is_identifier(part) for part in parts]
    return kinds[0] if kinds and all(kinds) else None
