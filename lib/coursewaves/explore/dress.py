"""Dress what a notebook shows as in a report: a section goes in, the output of a cell comes out."""

import os
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from coursewaves.pages.pieces import Html, Section
from coursewaves.pages.typeset import typeset
from coursewaves.publishing.report import page_css

DENSE = """
& { background: var(--paper); color: var(--ink); padding: 0.25rem 1rem; }
h3 { font-weight: 600; }
figure { max-width: 30rem; }
table { font-size: 0.82rem; }
th, td { padding: 0.3rem 0.5rem; }
tbody th.words { min-width: 9rem; }
"""
"""What differs from a report: a pane stands in a notebook, not on a page of its own."""


FRAME = """
.jupyter-widgets.widget-tab > .lm-TabBar .lm-TabBar-tab { flex: 0 0 auto; min-width: 7rem; max-width: none; }
.dt-container thead input { width: 100%; min-width: 4.5rem; box-sizing: border-box; }
.dt-container tbody td { max-width: 24rem; }
.dt-container tbody td.long { min-width: 15rem; }
"""
"""What differs from JupyterLab around a pane: headings of tabs are whole, columns are as wide as what they hold."""


def link_to(path: Path, words: str) -> Html:
    """Link to a file as seen from the notebook, which runs in its own folder: JupyterLab opens it in a tab."""
    place = quote(Path(os.path.relpath(path, Path.cwd())).as_posix())
    return Html(f'<a href="{escape(place)}" target="_blank">{escape(words)}</a>')


def shown(section: Section) -> dict[str, Any]:
    """Return a section, dressed as in a report, as the output of a cell."""
    html = f'<style>{_pane_css()}</style><div class="coursewaves">{typeset(section._repr_html_())}</div>'
    bundle = {"text/html": html, "text/plain": section.section_id}
    return {"output_type": "display_data", "data": bundle, "metadata": {}}


@lru_cache(maxsize=1)
def _pane_css() -> str:
    """Return the reports' style sheet, bounded to the panes: JupyterLab keeps its own look.

    The class is named three times so that the sheet outweighs JupyterLab's rules for tables.
    """
    bounded = page_css().replace(":root", "&")
    return f".coursewaves.coursewaves.coursewaves {{ {bounded} {DENSE} }} {FRAME}"
