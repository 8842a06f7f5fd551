"""Write the letters that bring a questionnaire's links to the competence centres (¶12), and reminders of them.

A letter is a DOCX to sign and a draft of an e-mail to send, in the centre's language. It names courses, days and links
and nobody's answers or name; the list of the people drawn for a sample wave is a workbook of its own, which goes to the
centre by the way agreed for such lists and is attached to nothing. All lies in a private folder.
"""

from coursewaves.letters.due_letters import KINDS, Known, Letter, Stream, Wanted, due_letters, to_invite
from coursewaves.letters.files import TEMPLATES, Written, letters_folder, write_letters
from coursewaves.letters.index import COLUMNS, INDEX, read_index
from coursewaves.letters.links import Link, Links, find_links
from coursewaves.letters.pictures import qr_code

__all__ = [
    "COLUMNS",
    "INDEX",
    "KINDS",
    "TEMPLATES",
    "Known",
    "Letter",
    "Link",
    "Links",
    "Stream",
    "Wanted",
    "Written",
    "due_letters",
    "find_links",
    "letters_folder",
    "qr_code",
    "read_index",
    "to_invite",
    "write_letters",
]


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
