"""Write docs/regulation.md from lib/coursewaves/regulation/paragraphs.yml: ``python tools/regulation.py``."""

from collections.abc import Iterator
from pathlib import Path

from coursewaves.regulation import CHECKS, Paragraph, load_regulation

PAGE = Path(__file__).parents[1] / "docs" / "regulation.md"

HEAD = """\
# The regulation, paragraph by paragraph

What each paragraph of the regulation asks, which function answers it, which test proves it, where a person sees it,
and which check tells how it stands in a year (`coursewaves regulation`). "Not yet" says that a part of a paragraph has
still to be built; nothing else is left out. This page is made from `paragraphs.yml` by `tools/regulation.py`: what is
to be changed is changed there. A test makes it again and compares, and reads it: every function, file and test named
here exists.

| paragraph | what it asks | in the code | test | where a person sees it | check |
|---|---|---|---|---|---|
"""


def page() -> str:
    """Return the page; the same entries give the same text."""
    rows = (" | ".join(_cells(one)) for one in load_regulation().paragraphs)
    return HEAD + "".join(f"| {row} |\n" for row in rows)


def _cells(one: Paragraph) -> Iterator[str]:
    yield f"¶{one.number}"
    yield one.asks["en"][:1].lower() + one.asks["en"][1:]
    yield "; ".join(_part(part.part, part.by) for part in one.answers)
    yield _code(one.tests) or "not yet"
    yield one.seen
    yield f"`{_name(one.check)}`"


def _part(part: str, by: list[str]) -> str:
    return ": ".join(filter(None, [part, _code(by) or "not yet"]))


def _code(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _name(check: str) -> str:
    found = CHECKS[check]
    return f"{found.__module__.removeprefix('coursewaves.')}.{found.__name__}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
