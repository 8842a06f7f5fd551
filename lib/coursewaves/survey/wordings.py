"""How wordings are compared, and under which headers an export may show a question."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from coursewaves.survey.instruments import Grid, Item, Option, Texts

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


@lru_cache(maxsize=65536)
def normalised(text: str) -> str:
    """Return a text as it is compared: one form of each letter, one kind of space, no case, no final sign.

    >>> normalised(" How  often?* ") == normalised("how often")
    True
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(plain.split()).casefold().rstrip(" *:?.").strip()


def is_blank(text: str) -> bool:
    """Whether a text shows nothing; a lone sign such as ``?`` is something.

    >>> is_blank(" \u200b"), is_blank("?")
    (True, False)
    """
    return not _INVISIBLE.sub("", text).strip()


def says_something(text: str) -> bool:
    """Whether a text shows anything; see `is_blank`."""
    return not is_blank(text)


def spellings(texts: Texts) -> list[str]:
    """Return a wording in each language, and as bilingual forms join it.

    >>> spellings({"kk": "Иә", "ru": "Да"})
    ['Иә', 'Да', 'Иә / Да']
    """
    found = [text for text in texts.values() if text]
    joined = [" / ".join(found[:count]) for count in range(2, len(found) + 1)]
    return [*found, *joined]


def option_names(option: Option) -> list[str]:
    """Return everything that an answer may be called: code, wordings, other spellings."""
    return [option.code, *spellings(option.text), *option.also]


def full_headers(item: Item, grid: Grid | None) -> list[str]:
    """Return the headers that mean this question and no other: the row of a grid stands after its stem.

    Headers recorded at the question count in full, whether it stands in a grid or not. A repeated question
    keeps its ``{row}``.
    """
    if grid is None:
        return [*spellings(item.text), *item.headers]
    return [*item.headers, *_under_stems(grid, [*spellings(item.text), *item.headers])]


def row_headers(item: Item, grid: Grid | None, row: Texts) -> Iterator[tuple[str, str]]:
    """Yield the headers of a repeated question for one registry row, each with that row's own wording.

    The question may be asked in one language about a row worded in another, where the registry lacks it.
    """
    asked = [
        (text.replace("{row}", name), name) for name in row.values() for text in item.text.values() if name and text
    ]
    both = {key: text.replace("{row}", row[key]) for key, text in item.text.items() if text and row.get(key)}
    first = next((row[key] for key in both), "")
    asked += [(text, first) for text in spellings(both)[len(both) :]]
    for text, name in dict.fromkeys(asked):
        headers = [text] if grid is None else _under_stems(grid, [text])
        yield from ((header, name) for header in headers)


def _under_stems(grid: Grid, rows: list[str]) -> list[str]:
    return [f"{stem} [{row}]" for stem in [*spellings(grid.text), *grid.headers] for row in rows]
