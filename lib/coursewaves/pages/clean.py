"""Let through only the markup that reports are made of, whatever an output holds."""

import nh3

from coursewaves.charts import ELEMENTS

_PLAIN = {
    "h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption", "table", "caption", "thead",
    "tbody", "tr", "td", "q", "strong", "em", "br",
}  # fmt: skip

_ATTRIBUTES: dict[str, set[str]] = {
    "section": {"id"},
    "th": {"scope"},
    "div": {"role", "aria-label", "tabindex"},
} | {name: set(attributes) for name, attributes in ELEMENTS.items()}

_CLASSES = {
    "p": {"note", "warning"},
    "ul": {"note", "quotes"},
    "span": {"paragraph"},
    "div": {"table", "prose", "figures"},
}


def cleaned(html: str) -> str:
    """Return an output's HTML without anything that could run, load, hide or restyle.

    >>> cleaned('<p onclick="x()">a<script>alert(1)</script><img src="//b/c"></p>')
    '<p>a</p>'
    """
    return nh3.clean(
        html,
        tags={*_PLAIN, *_ATTRIBUTES, "span"},
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes=set(),
        link_rel=None,
        clean_content_tags={"script", "style"},
    )
