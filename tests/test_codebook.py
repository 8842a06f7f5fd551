"""The codebook: every column is described, DDI is built as the standard says, the page is safe and for everybody."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as Tree

import numpy as np
import pytest

import small
from coursewaves.export import Codebook, codebook_page, ddi_document, open_codebook
from coursewaves.export.ddi import LANGUAGE, NAMESPACE
from coursewaves.export.labels import labels_table
from coursewaves.score import item_scores, mean_of_answered
from coursewaves.settings.home import Home, Settings
from coursewaves.survey.instruments import Survey
from hostile import PAYLOADS

LANGUAGES = ["kk", "ru", "en"]


@pytest.fixture(scope="module")
def tiny() -> Codebook:
    """The codebook of the small survey."""
    return Codebook(small.survey(), Settings(institute={"kk": "Институт"}), small.registry().regions)


@pytest.fixture(scope="module")
def whole(survey) -> Codebook:
    """The codebook of the built-in survey."""
    return Codebook(survey, Settings(institute={"kk": "Институт", "en": "Institute"}), small.registry().regions)


def by_name(codebook: Codebook, instrument_id: str = ""):
    found = codebook.variables(codebook.survey.instrument(instrument_id) if instrument_id else None)
    return {one.name: one for one in found}


# What is described -----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["responses", "scores"])
def test_every_column_of_a_loaded_year_is_described_in_its_order(loaded_year, table):
    codebook = open_codebook(loaded_year.home)
    described = [one for one in codebook.variables() if one.table == table]
    assert [one.column for one in described] == list(getattr(loaded_year, table))
    assert [one.column for one in described if one.column in one.label.values()] == []


def test_every_value_of_a_closed_column_is_one_of_its_codes(loaded_year):
    codebook = open_codebook(loaded_year.home)
    for one in codebook.variables():
        if not one.codes:
            continue
        given = getattr(loaded_year, one.table)[one.column].dropna()
        texts = {f"{value:g}" if isinstance(value, float) else str(value) for value in given.map(_plain)}
        parts = {part for text in texts for part in text.split("|")}
        assert parts <= {code.code for code in one.codes}, one.name


def _plain(value):
    return int(value) if isinstance(value, bool | np.bool_) else value


def test_a_column_says_what_is_asked_on_which_scale_and_what_it_measures(tiny):
    one = by_name(tiny)["responses.Q1"]
    assert one.label == {"kk": "Met қаз", "ru": "Met рус", "en": "Met"}
    assert one.question == {"kk": "Бағалаңыз [Met қаз]", "ru": "Оцените [Met рус]", "en": "Please rate [Met]"}
    assert [(code.code, code.text["en"], code.is_missing) for code in one.codes] == [
        ("1", "not at all", False), ("2", "a little", False), ("3", "medium", False), ("4", "much", False),
        ("5", "fully", False), ("9", "does not apply", True),
    ]  # fmt: skip
    assert (one.kind, one.low, one.high, one.code_list, one.instruments) == ("ordinal", 1, 5, "S5", ("Q",))
    assert one.measure == "ordinal"


def test_a_repeated_question_is_named_by_its_number_since_each_programme_has_its_own_abilities(tiny):
    found = by_name(tiny)
    assert [name for name in found if name.startswith("responses.Q3.")] == [f"responses.Q3.{n}" for n in (1, 2, 3)]
    assert found["responses.Q3.2"].label["en"] == "Ability 2 of the course passport"
    assert found["responses.Q3.2"].question["en"] == "Please rate [Ability 2 of the course passport]"
    assert [code.code for code in found["responses.Q6"].codes] == ["1", "2", "3"]
    assert found["responses.Q6"].codes[2].text["ru"] == "Тема 3 программы"


def test_a_score_names_its_parts_by_questionnaire(tiny):
    found = by_name(tiny)
    assert found["scores.fit"].parts == ("responses.P3", "responses.Q1", "responses.Q2")
    assert found["scores.fit"].formula["en"] == "P: mean of P3. Q: mean of Q1, Q2."
    assert by_name(tiny, "Q")["scores.fit"].parts == ("responses.Q1", "responses.Q2")
    assert found["scores.rating"].parts == ("scores.K1", "scores.K2")
    assert "scores.wish" not in by_name(tiny, "Q")


def test_a_score_made_of_its_described_parts_is_the_score(loaded_year):
    """The codebook's formula, followed by hand, gives the numbers of the table."""
    codebook = open_codebook(loaded_year.home)
    wave = loaded_year.survey.instrument("B")
    rows = (loaded_year.responses["instrument_id"] == "B").to_numpy()
    responses, scores = loaded_year.responses[rows], loaded_year.scores[rows]
    for name, one in by_name(codebook, "B").items():
        columns = [part.partition(".")[2] for part in one.parts]
        if one.kind != "score" or any(
            loaded_year.survey.item(c).repeat for c in columns if not name.endswith("rating")
        ):
            continue  # what a course's passport lacks counts otherwise
        given = scores[columns].to_numpy() if name == "scores.rating" else item_scores(
            responses, loaded_year.survey, columns)  # fmt: skip
        assert np.allclose(mean_of_answered(given), scores[one.column], equal_nan=True), name
    assert wave.id == "B"


def test_the_codebook_of_one_questionnaire_has_its_questions_and_what_every_form_has(tiny):
    columns = [one.column for one in tiny.variables(tiny.survey.instrument("P")) if one.table == "responses"]
    assert columns[:3] == ["response_id", "file", "row"]
    assert [column for column in columns if re.match("[PQ]", column)] == ["P1", "P2", "P3"]


def test_a_survey_in_a_language_without_a_catalogue_is_described_in_english_besides(survey):
    one = Survey.model_validate(small.survey().model_dump() | {"languages": ["uz"]})
    found = by_name(Codebook(one, Settings(), small.registry().regions))
    assert found["responses.response_id"].label == {"en": "Code of the form"}


def test_labels_are_a_row_a_code_in_one_language(tiny):
    table = labels_table(tiny.variables(), "ru")
    rows = table[(table["table"] == "responses") & (table["column"] == "role")]
    assert rows[["scale", "code", "label", "is_missing"]].to_numpy().tolist() == [
        ["roles", "head", "Руководитель", False],
        ["roles", "teacher", "Воспитатель", False],
    ]
    (comment,) = table[table["column"] == "Q5"].to_dict("records")
    assert (comment["meaning"], comment["question"], comment["scale"], comment["code"]) == (
        "Comment рус", "Comment рус", "T", "",
    )  # fmt: skip
    missing = table[table["is_missing"]]
    assert set(missing["code"]) == {"9"}


# DDI-Codebook 2.5 ------------------------------------------------------------------------------------

ORDER = {
    "codeBook": "docDscr stdyDscr fileDscr dataDscr otherMat",
    "docDscr": "citation guide docStatus docSrc controlledVocabUsed notes",
    "citation": "titlStmt rspStmt prodStmt distStmt serStmt verStmt biblCit holdings notes",
    "titlStmt": "titl subTitl altTitl parTitl IDNo",
    "prodStmt": "producer copyright prodDate prodPlac software fundAg grantNo",
    "stdyDscr": "citation studyAuthorization stdyInfo studyDevelopment method dataAccs othrStdyMat notes",
    "stdyInfo": "studyBudget subject abstract sumDscr qualityStatement notes exPostEvaluation",
    "sumDscr": "timePrd collDate nation geogCover geogUnit geoBndBox boundPoly anlyUnit universe dataKind",
    "fileDscr": "fileTxt locMap notes",
    "fileTxt": "fileName fileCitation fileCont fileStrc dimensns fileType format filePlac dataChck ProcStat dataMsng "
    "software verStmt",
    "dimensns": "caseQnty varQnty logRecL recPrCas recNumTot",
    "fileStrc": "recGrp notes",
    "dataDscr": "varGrp nCubeGrp var nCube notes",
    "varGrp": "labl txt concept defntn universe notes",
    "var": "location labl imputation security embargo respUnit anlysUnit qstn valrng invalrng undocCod universe "
    "TotlResp sumStat txt stdCatgry catgryGrp catgry codInstr verStmt concept derivation varFormat geoMap catLevel "
    "notes",
    "qstn": "preQTxt qstnLit postQTxt forward backward ivuInstr",
    "valrng": "item range key notes",
    "invalrng": "item range key notes",
    "catgry": "catValu labl txt catStat mrow",
    "derivation": "drvdesc drvcmd",
}
"""Children of each element in the order of the standard's schema; elements not named here hold text alone."""

ONCE = {
    "docDscr": "citation guide docStatus",
    "citation": "titlStmt rspStmt prodStmt distStmt biblCit",
    "titlStmt": "titl",
    "fileDscr": "locMap",
    "fileTxt": "fileName fileCitation fileCont fileStrc dimensns fileType format filePlac ProcStat dataMsng verStmt",
    "varGrp": "defntn universe",
    "var": "imputation security embargo respUnit anlysUnit TotlResp derivation varFormat",
    "catgry": "catValu mrow",
    "derivation": "drvdesc drvcmd",
}
"""Children that an element has once at the most."""

NEEDED = {"codeBook": "stdyDscr", "stdyDscr": "citation", "citation": "titlStmt", "titlStmt": "titl"}

VALUES = {
    ("codeBook", "version"): {"2.5"},
    ("abstract", "contentType"): {"abstract", "purpose", "mixed"},
    ("fileStrc", "type"): {"rectangular", "hierarchical", "relational", "nested", "other"},
    ("varGrp", "type"): {"section", "multipleResp", "grid", "display", "repetition", "subject", "version", "iteration",
                         "analysis", "pragmatic", "record", "file", "randomized", "other"},
    ("var", "intrvl"): {"contin", "discrete"},
    ("var", "nature"): {"nominal", "ordinal", "interval", "ratio", "percent", "other"},
    ("var", "representationType"): {"text", "numeric", "code", "datetime", "other"},
    ("qstn", "responseDomainType"): {"text", "numeric", "code", "category", "datetime", "geographic", "multiple",
                                     "other"},
    ("range", "UNITS"): {"INT", "REAL"},
    ("item", "UNITS"): {"INT", "REAL"},
    ("catgry", "missing"): {"Y", "N"},
    ("varFormat", "type"): {"character", "numeric"},
    ("varFormat", "category"): {"date", "time", "currency", "other"},
}  # fmt: skip
"""Attributes with a closed list of values."""

PLAIN = {
    "varGrp": "ID type var", "var": "ID name files intrvl nature representationType", "qstn": "ID responseDomainType",
    "fileDscr": "ID", "fileStrc": "type", "fileType": "charset", "software": "version", "notes": "type",
    "abstract": "contentType", "universe": "level", "range": "UNITS min max", "item": "UNITS VALUE",
    "catgry": "missing missType", "derivation": "var", "varFormat": "type category formatname", "codeBook": "version",
}  # fmt: skip
"""Attributes that the standard has for an element, as far as they are written, besides xml:lang."""

SPOKEN = {
    "labl",
    "qstnLit",
    "universe",
    "abstract",
    "txt",
    "concept",
    "producer",
    "titl",
    "parTitl",
    "notes",
    "drvdesc",
}
"""Elements whose text is in one language and says which."""

IDS = ("files", "var", "qstn")


def tag(element: Tree.Element) -> str:
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def ddi_faults(root: Tree.Element) -> list[str]:
    """Name everything in which a document is not as the standard's schema asks."""
    ids = Counter(one.get("ID") for one in root.iter() if one.get("ID"))
    faults = [f"ID {own} stands {n} times" for own, n in ids.items() if n > 1]
    faults += [f"ID {own} is no XML name" for own in ids if not re.fullmatch(r"[A-Za-z_][\w.-]*", own, re.ASCII)]
    for one in root.iter():
        faults += element_faults(one)
        for name in IDS:
            lost = [own for own in (one.get(name) or "").split() if own not in ids]
            faults += [f"{tag(one)}/@{name} leads to no {own}" for own in lost]
    return faults


def element_faults(one: Tree.Element) -> Iterator[str]:
    name, children = tag(one), [tag(child) for child in one]
    order = ORDER.get(name, "").split()
    yield from (f"{name} has a {child}" for child in children if child not in order)
    places = [order.index(child) for child in children if child in order]
    if places != sorted(places) and name not in ("qstn", "valrng", "invalrng"):
        yield f"{name}: {' '.join(dict.fromkeys(children))} is not the order of the standard"
    yield from (f"{name} has {child} twice" for child in ONCE.get(name, "").split() if children.count(child) > 1)
    yield from (f"{name} has no {child}" for child in NEEDED.get(name, "").split() if child not in children)
    for attribute, value in one.attrib.items():
        if attribute != LANGUAGE and attribute not in PLAIN.get(name, "").split():
            yield f"{name} has no attribute {attribute}"
        if value not in VALUES.get((name, attribute), {value}):
            yield f"{name}/@{attribute} is {value}"
    if name in SPOKEN and not one.get(LANGUAGE):
        yield f"{name} says no language"
    if not order and name in SPOKEN and not (one.text or "").strip():
        yield f"{name} is empty"
    if name == "var" and not one.get("name"):
        yield "var has no name"


def parsed(codebook: Codebook, instrument_id: str = "") -> Tree.Element:
    instrument = codebook.survey.instrument(instrument_id) if instrument_id else None
    return Tree.fromstring(ddi_document(codebook, instrument))


@pytest.mark.parametrize("name", ["", "A", "B", "C"])
def test_a_document_is_built_as_the_standard_says(whole, name):
    root = parsed(whole, name)
    assert root.tag == f"{{{NAMESPACE}}}codeBook"
    assert ddi_faults(root) == []


PLANTED = {
    "var: varFormat labl is not the order of the standard": lambda var: var.insert(0, var.find("{*}varFormat")),
    "var has a titl": lambda var: var.append(Tree.Element(f"{{{NAMESPACE}}}titl", {LANGUAGE: "kk"})),
    "var has varFormat twice": lambda var: var.append(Tree.Element(f"{{{NAMESPACE}}}varFormat")),
    "var has no attribute colour": lambda var: var.set("colour", "red"),
    "var/@nature is big": lambda var: var.set("nature", "big"),
    "var/@files leads to no nowhere": lambda var: var.set("files", "nowhere"),
    "labl says no language": lambda var: var.find("{*}labl").attrib.clear(),
    "labl is empty": lambda var: setattr(var.find("{*}labl"), "text", " "),
    "ID scores stands 2 times": lambda var: var.set("ID", "scores"),
    "var has no name": lambda var: var.attrib.pop("name"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_document_that_is_not_as_the_standard_says_is_found(tiny, fault):
    root = parsed(tiny)
    PLANTED[fault](next(one for one in root.iter(f"{{{NAMESPACE}}}var") if one.get("name") == "file"))
    assert any(found.startswith(fault) for found in ddi_faults(root)), ddi_faults(root)


def variables_of(root: Tree.Element) -> dict[str, Tree.Element]:
    return {one.get("ID"): one for one in root.iter(f"{{{NAMESPACE}}}var")}


def said(element: Tree.Element, path: str) -> dict[str, str]:
    """The texts at a path by their language."""
    return {
        one.get(LANGUAGE): one.text for one in element.findall("/".join(f"{{*}}{step}" for step in path.split("/")))
    }


def test_a_variable_holds_question_categories_ranges_and_missing_values_in_every_language(tiny):
    one = variables_of(parsed(tiny, "Q"))["responses.Q1"]
    assert said(one, "labl") == {"kk": "Met қаз", "ru": "Met рус", "en": "Met"}
    assert said(one, "qstn/qstnLit")["kk"] == "Бағалаңыз [Met қаз]"
    assert [one.find("{*}valrng/{*}range").get(end) for end in ("min", "max")] == ["1", "5"]
    assert one.find("{*}invalrng/{*}item").get("VALUE") == "9"
    categories = one.findall("{*}catgry")
    assert [category.find("{*}catValu").text for category in categories] == ["1", "2", "3", "4", "5", "9"]
    assert [category.get("missing") for category in categories] == [None] * 5 + ["Y"]
    assert said(categories[4], "labl") == {"kk": "толық", "ru": "полностью", "en": "fully"}
    assert said(one, "universe")["ru"] == "Слушатели, которые ответили («Q»)."


def test_a_score_says_in_every_language_how_it_is_made_and_leads_to_its_parts(tiny):
    one = variables_of(parsed(tiny))["scores.fit"]
    assert one.find("{*}derivation").get("var") == "responses.P3 responses.Q1 responses.Q2"
    assert said(one, "txt")["en"].startswith("P: mean of P3. Q: mean of Q1, Q2. Scores run from 0")
    assert set(said(one, "txt")) == set(LANGUAGES)
    assert [one.find("{*}valrng/{*}range").get(name) for name in ("UNITS", "min", "max")] == ["REAL", "0", "100"]


def test_the_whole_document_has_a_variable_for_every_column_and_a_group_for_every_questionnaire_and_grid(whole):
    root = parsed(whole)
    assert list(variables_of(root)) == [one.name for one in whole.variables()]
    groups = [(one.get("type"), one.get("ID")) for one in root.iter(f"{{{NAMESPACE}}}varGrp")]
    assert [own for kind, own in groups if kind == "section"] == ["section.A", "section.B", "section.C"]
    assert ("grid", "grid.A.A3") in groups
    paragraphs = said(variables_of(root)["responses.A1"], "notes")
    assert paragraphs["en"] == "Paragraphs of the regulation: ¶7."


def test_titles_stand_in_three_languages_and_drafts_are_called_drafts(whole):
    root = parsed(whole, "A")
    statement = root.find("{*}stdyDscr/{*}citation/{*}titlStmt")
    assert said(statement, "titl") == {"kk": "А сауалнамасы: курс басталғанға дейін"}
    assert set(said(statement, "parTitl")) == {"ru", "en"}
    assert set(said(root, "docDscr/notes")) == {"kk", "ru"}  # the English wording is the source


def test_a_document_holds_no_data_and_no_person(loaded_year, example_year, tmp_path):
    """It is the same where nothing was ever answered."""
    empty = tmp_path / "institute"
    empty.mkdir()
    settings = loaded_year.home.root / "coursewaves.yml"
    (empty / settings.name).write_bytes(settings.read_bytes())
    assert ddi_document(open_codebook(loaded_year.home)) == ddi_document(open_codebook(Home(empty)))
    assert codebook_page(open_codebook(loaded_year.home), "kk") == codebook_page(open_codebook(Home(empty)), "kk")


def test_the_same_survey_gives_the_same_documents(tiny):
    again = Codebook(small.survey(), tiny.settings, tiny.regions)
    assert ddi_document(tiny) == ddi_document(again)
    assert codebook_page(tiny, "kk") == codebook_page(again, "kk")


# The page --------------------------------------------------------------------------------------------


class Skeleton(HTMLParser):
    """The tags of a page with their attributes, and the text apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["", "B"])
def test_a_page_is_one_file_in_its_language_that_everybody_can_read(whole, language, name):
    page = Skeleton(codebook_page(whole, language, whole.survey.instrument(name) if name else None))
    (html,) = page.all("html")
    assert html["lang"] == language
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not [attrs for _, attrs in page.tags if {"src", "srcset", "onclick", "style"} & set(attrs)]
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "form", "object"}
    assert all(th.get("scope") in ("col", "row") for th in page.all("th"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {link["href"].removeprefix("#") for link in page.all("a")} <= set(ids)
    shown = {text.strip() for text in page.texts}
    expected = whole.survey.instrument("B").items[0].text[language]
    assert expected in shown


def test_every_column_and_every_code_of_a_questionnaire_stands_on_its_page(tiny):
    instrument = tiny.survey.instrument("Q")
    page = Skeleton(codebook_page(tiny, "ru", instrument))
    shown = "".join(page.texts)
    for one in tiny.variables(instrument):
        assert one.column in shown
        assert all(code.text["ru"] in shown for code in one.codes)
    assert "Q — среднее по Q1, Q2." in shown


@pytest.mark.parametrize(("language", "is_draft"), [("kk", True), ("ru", True), ("en", False)])
def test_a_page_says_draft_until_a_native_reader_has_reviewed_it(whole, language, is_draft):
    page = codebook_page(whole, language, whole.survey.instrument("A"))
    assert ('class="warning"' in page) == is_draft


def test_a_reviewed_questionnaire_in_a_reviewed_catalogue_is_no_draft(monkeypatch):
    survey = small.survey().model_dump()
    for one in survey["instruments"]:
        one["reviewed"] = True
    codebook = Codebook(Survey.model_validate(survey), Settings(), small.registry().regions)
    assert 'class="warning"' in codebook_page(codebook, "kk")  # our own phrases are still drafts
    monkeypatch.setattr("coursewaves.phrases.Phrases.is_reviewed", property(lambda phrases: True))
    assert 'class="warning"' not in codebook_page(codebook, "kk")


def worded(word: str) -> Codebook:
    """The small survey, every wording of it replaced by one text."""

    def replaced(content):
        if isinstance(content, list):
            return [replaced(part) for part in content]
        if isinstance(content, dict):
            text = {"kk", "ru", "en"} <= set(content)
            return dict.fromkeys(content, word) if text else {key: replaced(part) for key, part in content.items()}
        return content

    survey = Survey.model_validate(replaced(small.survey().model_dump()))
    regions = small.registry().regions.assign(title_kk=word, title_ru=word, title_en=word)
    return Codebook(survey, Settings(institute=dict.fromkeys(LANGUAGES, word)), regions)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_wording_is_taken_for_markup(payload):
    word = payload.replace("{", "(").replace("}", ")")  # braces are places of phrases, not markup
    inert, hostile = (Skeleton(codebook_page(worded(text), "kk")) for text in ("word", word))
    plain = [(tag, sorted(attrs)) for tag, attrs in inert.tags]
    assert [(tag, sorted(attrs)) for tag, attrs in hostile.tags] == plain
    assert word in "".join(hostile.texts)
    root = Tree.fromstring(ddi_document(worded(word)))
    assert ddi_faults(root) == []
    assert word in said(variables_of(root)["responses.Q1"], "labl")["kk"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_kazakh_page_fits_asks_for_nothing_and_shuts_nobody_out(whole, page, tmp_path, width):
    from axe_playwright_python.sync_playwright import Axe

    path = Path(tmp_path) / "codebook.html"
    path.write_text(codebook_page(whole, "kk"), encoding="utf-8")
    asked, told = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(path.as_uri())
    assert (asked, told) == ([path.as_uri()], [])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in results.response["violations"]] == []
