"""Name files so that every system can hold them: a path goes in, one of plain ASCII letters comes out.

Kazakh and Russian letters are spelled out; the inventory says what a file was called. Systems differ in which
letters they know, in how they compose them, in upper and lower case, in names that they keep for themselves.
"""

import re
import unicodedata
from pathlib import PurePosixPath

from coursewaves.registry.rows import RESERVED

LONGEST = 60
"""Letters of one part of a path: whole paths stay well under the 260 of old Windows."""

_LETTERS = dict(
    zip("абвгдеёзийклмнопрстуфхыэәғқңөұүһі", "abvgdeeziyklmnoprstufhyeagqnouuhi", strict=True)
) | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}  # fmt: skip


def safe_names(paths: list[str]) -> dict[str, str]:
    """Return a safe name for each path; no two are one, whatever a system makes of upper and lower case.

    >>> safe_names(["data/Жауаптар (1).csv", "data/b.csv"])
    {'data/Жауаптар (1).csv': 'data/Zhauaptar_1.csv', 'data/b.csv': 'data/b.csv'}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(paths):
        name = "/".join(safe_part(part) for part in PurePosixPath(path).parts)
        names[path] = _free(name, taken)
        taken.add(names[path].casefold())
    return {path: names[path] for path in paths}


def safe_part(part: str) -> str:
    """Return one part of a path in letters, digits, point, hyphen and underscore."""
    spelled = "".join(_spelled(letter) for letter in unicodedata.normalize("NFC", part))
    plain = re.sub(r"[^A-Za-z0-9.-]+", "_", spelled)
    stem, point, suffix = plain.rpartition(".") if "." in plain[1:] else (plain, "", "")
    stem = stem.strip("._-")[: LONGEST - len(suffix) - 1].rstrip("._-") or "file"
    name = f"{stem}{point}{suffix[:12]}".rstrip(".")
    return f"x{name}" if RESERVED.fullmatch(name.partition(".")[0]) else name


def _spelled(letter: str) -> str:
    if letter.lower() in _LETTERS:
        spelled = _LETTERS[letter.lower()]
        return spelled.capitalize() if letter.isupper() else spelled
    return unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode() or "_"


def _free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken: with a number behind its stem where it is."""
    stem, point, suffix = name.rpartition(".") if "." in name.rpartition("/")[2] else (name, "", "")
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{stem}-{number}{point}{suffix}"
    return free
