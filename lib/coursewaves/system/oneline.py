"""Write anything on one line that may be shown to anybody: no control characters, no path of a machine, no end."""

import re
from pathlib import Path

LONGEST = 300
"""Characters after which a text is cut."""

_POSIX = re.compile(r"(?:file:/{2,3}|(?<![\w.~/:<-])/)(?:[^\s/'\"`<>|:;,()\[\]]+/)*([^\s/'\"`<>|:;,()\[\]]+)/?")
_WINDOWS = re.compile(r"\b[A-Za-z]:\\(?:[^\\\s'\"]+\\)*([^\\\s'\"]*)")


def one_line(text: str, root: Path | None = None, longest: int = LONGEST) -> str:
    r"""Return a text as one printable line.

    Control and direction characters and line ends become spaces, so that no text forges a line of a log. The
    work folder `root` is called by its name, any other absolute path by its last part.

    >>> one_line("can't read /srv/people/a.csv\nERROR forged")
    "can't read a.csv ERROR forged"
    """
    if root is not None:
        for path in sorted({str(root), root.as_posix(), str(root.resolve())}, key=len, reverse=True):
            text = text.replace(path, root.name) if len(path) > 1 else text
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    text = _WINDOWS.sub(r"\1", _POSIX.sub(r"\1", text))
    return text if len(text) <= longest else text[: longest - 1] + "…"
