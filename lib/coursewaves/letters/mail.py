"""Write a letter as a draft of an e-mail: words and pictures go in, an ``.eml`` file comes out.

A mail program opens it as a message that is still to be sent (``X-Unsent``); nothing here sends anything. The same
letter gives the same bytes: it has no date and no id, which the program that sends it adds.
"""

from collections.abc import Iterator, Mapping
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple

DOCX = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")

_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "li", "ul", "ol", "table", "tr", "br", "hr", "dt", "dd"})


class Draft(NamedTuple):
    """An e-mail that is to be written.

    Attributes
    ----------
    to, sender
        Plain addresses; empty where there is none yet.
    subject
        Its subject.
    language
        Language of its page.
    body
        HTML whose pictures are called ``cid:NAME``.
    pictures
        PNG by NAME.
    attachments
        DOCX by file name.
    """

    to: str
    sender: str
    subject: str
    language: str
    body: str
    pictures: Mapping[str, bytes]
    attachments: Mapping[str, bytes]


def email_draft(draft: Draft) -> bytes:
    """Return a draft as an ``.eml`` file with plain text, HTML, its pictures inside and its attachments."""
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    for name, address in (("From", draft.sender), ("To", draft.to)):
        if address:
            message[name] = address
    message.set_content(plain_text(draft.body), cte="base64")
    message.add_alternative(page(draft.body, draft.language, draft.subject), subtype="html", cte="base64")
    shown = message.get_body(("html",)) or message
    for name, png in draft.pictures.items():
        shown.add_related(png, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")
    for name, content in draft.attachments.items():
        message.add_attachment(content, *DOCX, filename=name)
    message["Content-Language"] = draft.language
    _bound(message, draft.subject)
    return _subject(draft.subject) + message.as_bytes()


def _subject(subject: str) -> bytes:
    """Return the line of the subject; the policy that folds other lines loses spaces between its words."""
    line = Header(" ".join(subject.split()), "utf-8", maxlinelen=76, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {line}\r\n".encode("ascii")


def page(body: str, language: str, title: str) -> str:
    """Return a body as a whole page without script, style sheet or request."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def plain_text(body: str) -> str:
    r"""Return the words of a body: a line for each block, an address after the words that lead to it.

    >>> plain_text('<h1>A</h1><ul><li>b <b>c</b></li></ul><p><a href="https://x">here</a></p>')
    'A\n\n- b c\n\nhere: https://x\n'
    """
    reader = _Words()
    reader.feed(body)
    reader.close()
    return "\n".join(_lines(reader.text)).rstrip("\n") + "\n"


def _lines(text: str) -> Iterator[str]:
    """Yield lines without space at their ends, and never two empty ones together."""
    is_blank = True
    for line in (" ".join(line.split()) for line in text.split("\n")):
        if line or not is_blank:
            yield line
        is_blank = not line


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.links = "", list[tuple[str, int]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.text = self.text.rstrip(" ") + ("\n- " if tag == "li" else "\n")
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.text)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and tag != "li":
            self.text += "\n"
        if tag in ("td", "th"):
            self.text += "  "
        if tag == "a" and self.links:
            url, start = self.links.pop()
            said = self.text[start:].strip()
            self.text += f": {url}" if url not in (said, f"mailto:{said}") else ""

    def handle_data(self, data: str) -> None:
        self.text += " ".join(data.split("\n")) if data.strip() else " "


def _bound(message: EmailMessage, subject: str) -> None:
    """Give each part of several a boundary of its own that is not drawn by lot; base64 holds no hyphen."""
    mark = sha256(subject.encode()).hexdigest()[:16]
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"-=letter-{mark}-{number}")
