"""Replace identifiers by pseudonyms made with a key that lies outside the data: text in, stable codes out.

The pseudonyms of one key are the same in every run, file and wave, so that a person's forms can be linked.
Without the key nobody can compute them, not even by trying all IINs or phone numbers; with the key that takes
minutes. So the key is never shared, and never lies beside data that is. Whoever loses it gets other pseudonyms: the
tables are loaded anew from the raw files, and what was shared before can't be linked to them any more.
"""

import os
import re
import secrets
import stat
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from coursewaves.errors import CoursewavesError
from coursewaves.privacy.identifiers import is_identifier, unified
from coursewaves.privacy.masking import masked
from coursewaves.survey.wordings import is_blank
from coursewaves.system.private_files import write_private

KEY_FILE = "coursewaves.key"
"""The key's file in the work folder, outside ``data`` and ``reports``."""

KEY_VARIABLE = "COURSEWAVES_KEY"
"""The environment variable that names another place for the key."""

_KEY_BYTES = 32
_CODE_BYTES = 10
_PSEUDONYM = re.compile("[a-z]{1,12}-[a-z2-7]{16}")
_FIX = "put back its copy, or delete it and load again: all pseudonyms change then"


@dataclass(frozen=True)
class Key:
    """A key and where it lies; `is_new` tells that this call made it. The secret is in no repr."""

    path: Path
    secret: bytes = field(repr=False)
    is_new: bool = False


class Pseudonyms:
    """Make pseudonyms with one key.

    Parameters
    ----------
    key
        The secret, or a function that returns it: it is called when the first pseudonym is made, so that a
        survey without identifiers needs no key.

    Examples
    --------
    >>> pseudonyms = Pseudonyms(b"thirty-two bytes that are secret")
    >>> pseudonyms.pseudonym("phone", "8 701 123 45 67") == pseudonyms.pseudonym("phone", "+77011234567")
    True
    """

    def __init__(self, key: bytes | Callable[[], bytes]) -> None:
        self._key = key

    @cached_property
    def _secret(self) -> bytes:
        secret = self._key() if callable(self._key) else self._key
        if len(secret) != _KEY_BYTES:
            raise CoursewavesError(f"A key has {_KEY_BYTES} bytes, not {len(secret)}; fix: make it with find_key")
        return secret

    def pseudonym(self, kind: str, text: str) -> str:
        """Return the pseudonym of an identifier: its kind, a hyphen and 16 letters and digits (80 bits).

        Two spellings of one identifier have one pseudonym (`coursewaves.privacy.identifiers.unified`); the same text as
        another kind has another. Of a million people two get the same one with a probability below 10⁻¹².
        A blank cell stays one: the result is empty.

        Parameters
        ----------
        kind
            A word of lower-case letters: ``email``, ``phone``, ``iin``; any other is compared as wordings are.
        text
            The cell.
        """
        if not re.fullmatch("[a-z]{1,12}", kind):
            raise CoursewavesError(f"Can't name a pseudonym {kind!r}; fix: use lower-case letters, as in 'email'")
        if is_blank(text):
            return ""
        message = f"{kind}\0{unified(kind, text)}".encode("utf-8", "surrogatepass")
        digest = blake2b(message, digest_size=_CODE_BYTES, key=self._secret, person=b"coursewaves").digest()
        return f"{kind}-{b32encode(digest).decode().lower()}"

    def of(self, kind: str, texts: Sequence[str]) -> list[str]:
        """Return the pseudonym of each cell of a column of one kind; each distinct cell is computed once."""
        made = {text: self.pseudonym(kind, text) for text in set(texts)}
        return [made[text] for text in texts]

    def codes(self, texts: Sequence[str]) -> list[str]:
        """Return a column of codes with a pseudonym for each cell that may lead to a person, the others as they are.

        A cell is replaced where it is an identifier, and where `coursewaves.privacy.masking.masked` would touch it: a
        mistyped IIN, an address with words around it. Pseudonyms stay. Each cell is judged alone, so that codes of
        two files still meet; replace them in the registry's participants as well.
        """
        made = {text: self.pseudonym(kind, text) if (kind := _kind_of_code(text)) else text for text in set(texts)}
        return [made[text] for text in texts]


def _kind_of_code(text: str) -> str | None:
    if _PSEUDONYM.fullmatch(text):  # the digits after "phone-" could look like a number
        return None
    return is_identifier(text) or ("code" if masked(text) != text else None)


def find_key(home_root: Path) -> Key:
    """Return the key of a work folder: where ``COURSEWAVES_KEY`` points, else ``coursewaves.key`` in the folder.

    Where there is none, it is made: 32 random bytes as hexadecimal text, readable by its owner only. Of two
    processes that make it at once both get the same one.

    Raises
    ------
    CoursewavesError
        Where the place lies inside ``data`` or ``reports`` or can't be written, or `read_key` finds a fault.
    """
    path = Path(os.environ.get(KEY_VARIABLE) or home_root / KEY_FILE).absolute()
    shared = [home_root.resolve() / name for name in ("data", "reports")]
    if any(folder in (path.parent.resolve() / path.name).parents for folder in shared):
        raise CoursewavesError(f"The key {path.name} lies among the data; fix: move it out, and set {KEY_VARIABLE}")
    if os.path.lexists(path):
        return Key(path, read_key(path))
    return _make_key(path)


def _make_key(path: Path) -> Key:
    """Make a key under a name of its own and link it to its place, which fails where another one stands."""
    secret = secrets.token_bytes(_KEY_BYTES)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        if not path.parent.is_dir():
            raise FileNotFoundError("no such folder")
        write_private(draft, lambda place: _write_hex(place, secret))
        try:
            path.hardlink_to(draft)
        finally:
            draft.unlink()
    except FileExistsError:
        return Key(path, read_key(path))
    except OSError as error:
        reason = error.strerror or str(error)
        fix = f"name a file on a disk of this machine with {KEY_VARIABLE}"
        raise CoursewavesError(f"Can't make the key {path.name}: {reason}; fix: {fix}") from None
    return Key(path, secret, is_new=True)


def _write_hex(path: Path, secret: bytes) -> None:
    path.write_text(secret.hex() + "\n", encoding="ascii")


def read_key(path: Path) -> bytes:
    """Read a key file: 64 hexadecimal digits in a file that only its owner can read.

    Raises
    ------
    CoursewavesError
        Where the file is absent, a link or no file, open to others, or damaged. No message holds its content.
    """
    content = _read_owned(path)
    digits = content.strip()
    if not re.fullmatch(rb"[0-9a-fA-F]{64}", digits):
        seen = f"is damaged: {len(content)} bytes that are not {2 * _KEY_BYTES} hexadecimal digits"
        raise CoursewavesError(f"The key {path.name} {seen}; fix: {_FIX}")
    return bytes.fromhex(digits.decode("ascii"))


def _read_owned(path: Path) -> bytes:
    """Read the start of a file that is no link and that only its owner can open."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if path.is_symlink():
            raise CoursewavesError(f"The key {path.name} is a link; fix: put the file itself there") from None
        raise CoursewavesError(f"Can't read the key {path.name}: {error.strerror}; fix: {_FIX}") from None
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise CoursewavesError(f"The key {path.name} is no file; fix: {_FIX}")
        if os.name == "posix" and mode & 0o077:
            seen = f"can be read or changed by others (mode {stat.S_IMODE(mode):04o})"
            raise CoursewavesError(f"The key {path.name} {seen}; fix: chmod 600 {path.name}")
        return os.read(handle, 4096)
    finally:
        os.close(handle)
