"""Make PDF of a page: tagged for those who hear it (PDF/UA), on A4, with bookmarks, contents and page numbers."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from coursewaves.documents.markup import Element, Markup, as_html, classes, parents_of, read_markup, rows_of
from coursewaves.documents.needs import fonts, needed
from coursewaves.errors import CoursewavesError
from coursewaves.processed.contents import digest

PLACE = "coursewaves:/"
"""Where the pictures and fonts of a document lie: in memory, below an address that is nowhere."""

WIDE = 9
"""Columns from which on a table gets a page of its own, turned on its side."""


def to_pdf(page: str, language: str, title: str) -> bytes:
    """Make a PDF of a page; equal pages give equal bytes.

    Parameters
    ----------
    page
        HTML of any template of ours, with its style sheet; ``nav`` becomes contents with page numbers, what has the
        class ``screen`` is left out.
    language, title
        Of the document.

    Raises
    ------
    CoursewavesError
        Where the extra ``documents`` or the system library pango is missing, a picture has no words for those who
        can't see it, or the page asks for something outside itself.
    """
    weasyprint = needed("weasyprint")
    markup = read_markup(page, language, title)
    _lay_out(markup)
    text = as_html(markup.root)
    files = markup.pictures | fonts()
    html = vars(weasyprint)["HTML"](string=text, base_url=PLACE, url_fetcher=_fetcher(files))
    try:
        return bytes(html.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=digest(text.encode())[:32].encode()))
    except needed("weasyprint.urls").FatalURLFetchingError:
        raise CoursewavesError("The page asks for something outside itself; fix: put it into the page") from None


def _lay_out(markup: Markup) -> None:
    """Add the style sheet for paper, and mark what it can't find by itself."""
    for picture in markup.root.iter("img"):
        picture.set("src", PLACE + picture.get("src", ""))
    head = markup.root.find("head")
    style = Element("style")
    style.text = _sheet()
    if head is not None:
        head.append(style)
    parents = parents_of(markup.root)
    for table in markup.root.iter("table"):
        if max((len(cells) for cells in rows_of(table)), default=0) >= WIDE:
            box = parents[table] if "table" in classes(parents[table]) else table
            box.set("class", f"{box.get('class', '')} wide".strip())


@lru_cache(maxsize=1)
def _sheet() -> str:
    return Path(__file__).with_name("paper.css").read_text(encoding="utf-8")


def _fetcher(files: dict[str, bytes]) -> Any:
    """Return what WeasyPrint asks for files: it hands out those of the document and refuses all others."""
    urls = needed("weasyprint.urls")

    class Fetcher(urls.URLFetcher):  # type: ignore[misc, name-defined]
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix(PLACE)
            if name not in files or url == name:
                raise ValueError("no request leaves a document")
            return urls.URLFetcherResponse(url, files[name])

    return Fetcher(fail_on_errors=True)
