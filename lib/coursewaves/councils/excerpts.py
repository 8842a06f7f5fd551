"""Take a section out of a published report: a page that was checked and an anchor go in, its markup comes out."""

import re

from coursewaves.pages.pieces import Html


def excerpt(page: str, section_id: str, *, has_heading: bool = True) -> Html:
    """Return what a page says in a section, its headings two levels lower; empty where it has no such section.

    The page is ours: texts in it are escaped, so that no answer can open or close a section.

    >>> excerpt('<section id="a"><h2>A <span class="paragraph">¶1</span></h2><p>x</p></section>', "a")
    '<h4>A ¶1</h4><p>x</p>'
    """
    found = re.search(rf'<section id="{re.escape(section_id)}">(.*?)</section>', page, flags=re.DOTALL)
    if found is None:
        return Html("")
    body = re.sub(r'<span class="paragraph">(.*?)</span>', r"\1", found[1].strip(), flags=re.DOTALL)
    if not has_heading:
        body = re.sub(r"^<h2>.*?</h2>", "", body, flags=re.DOTALL).strip()
    return Html(re.sub(r"<(/?)h([23])>", lambda mark: f"<{mark[1]}h{int(mark[2]) + 2}>", body))
