"""Turn one of our pages of HTML into a document that is sent, printed and edited: PDF and DOCX.

Both take any page of our templates: reports, letters, the papers of councils. They need the extra ``documents``;
nothing is fetched, and equal pages give equal bytes.
"""

from coursewaves.documents.needs import faults
from coursewaves.documents.pdf import to_pdf
from coursewaves.documents.word import to_docx

__all__ = ["faults", "to_docx", "to_pdf"]
