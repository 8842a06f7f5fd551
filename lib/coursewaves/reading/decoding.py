"""Turn the bytes of a delimited text into UTF-8, strictly: no byte is guessed, and each that is none is named."""

import re
from collections.abc import Iterator

from coursewaves.reading.containers import OLD_OR_LOCKED, FileFault
from coursewaves.reading.delimited import Record

AS_UTF8 = "export again as UTF-8; what Excel saves as plain CSV has lost letters"
"""What a clerk does about letters that can't be read."""

_BAD_BYTE = re.compile("[\udc80-\udcff]")


def as_utf8(content: bytes) -> bytes | FileFault:
    """Return a text as UTF-8 without its mark; bytes that are no UTF-8 stay, and cost their record later."""
    if fault := _kind_fault(content):
        return fault
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16").encode("utf-8")
        except UnicodeError as error:
            at = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
            return FileFault("E-ENCODING", f"broken UTF-16{at}", AS_UTF8)
    return content.removeprefix(b"\xef\xbb\xbf")


def _kind_fault(content: bytes) -> FileFault | None:
    if not content.strip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n"):
        return FileFault("E-EMPTY", "nothing but blanks", "export the file again: it is damaged")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return OLD_OR_LOCKED._replace(rule="E-FORMAT")
    if content.startswith(b"PK\x03\x04"):
        return FileFault("E-FORMAT", "a workbook under another name", "give it its suffix .xlsx again")
    if content[:512].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        return FileFault("E-FORMAT", "a web page, not a table", "export the answers as CSV")
    return None


def declared_delimiter(content: bytes) -> tuple[bytes, str]:
    """Take off the line ``sep=;`` that Excel writes and hides."""
    found = re.match(rb'"?sep=([,;\t])"?\r?\n', content)
    return (content[found.end() :], found[1].decode()) if found else (content, "")


def with_byte_faults(text: str, records: Iterator[Record], bom: int) -> Iterator[Record]:
    """Mark the records that hold bytes which are not UTF-8, with the place of the first in the file."""
    places = _bad_places(text)
    for record in records:
        bad = sum(len(_BAD_BYTE.findall(cell)) for cell in record.cells)
        first = [next(places, 0) for _ in range(bad)]
        if bad:
            yield Record(record.row, record.cells, "E-ENCODING", f"not UTF-8 at byte {first[0] + bom}")
        else:
            yield record


def _bad_places(text: str) -> Iterator[int]:
    done, size = 0, 0
    for found in _BAD_BYTE.finditer(text):
        size += len(text[done : found.start()].encode("utf-8", "surrogateescape"))
        done = found.start()
        yield size
