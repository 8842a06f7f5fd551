"""Write a codebook as DDI-Codebook 2.5: descriptions of columns go in, XML for archives and other software comes out.

Every label, question and category stands in every language of the survey (``xml:lang``). The document describes the
exported tables and holds no data: no answer, no count, no name.
"""

import re
from collections.abc import Iterable
from importlib.metadata import version
from xml.etree import ElementTree as Tree

from coursewaves.export.codebook import SCORE_RULE, Codebook
from coursewaves.export.variables import Code, Variable
from coursewaves.survey.instruments import Instrument, Texts, wording

NAMESPACE = "ddi:codebook:2_5"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

_NATURES = {"nominal": "nominal", "ordinal": "ordinal", "scale": "interval"}
_DOMAINS = {"single": "category", "ordinal": "category", "number": "numeric", "multiple": "multiple"}
_CODED = ("ordinal", "single", "multiple", "flag")


def ddi_document(codebook: Codebook, instrument: Instrument | None = None) -> str:
    """Return the codebook of one questionnaire, or of the survey if none is named.

    The same survey gives the same text.
    """
    Tree.register_namespace("", NAMESPACE)
    languages = codebook.survey.languages
    root = Tree.Element(_name("codeBook"), {"version": "2.5", LANGUAGE: languages[0]})
    writer = _Writer(codebook, instrument)
    writer.document(root)
    writer.study(root)
    writer.files(root)
    writer.data(root)
    Tree.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(parent: Tree.Element, tag: str, text: str = "", **attributes: str) -> Tree.Element:
    element = Tree.SubElement(parent, _name(tag), {key: value for key, value in attributes.items() if value})
    element.text = text or None
    return element


class _Writer:
    """Adds the four parts of one codebook to its root, in the order of the standard."""

    def __init__(self, codebook: Codebook, instrument: Instrument | None) -> None:
        self.codebook = codebook
        self.instrument = instrument
        self.variables = codebook.variables(instrument)
        self.languages = codebook.survey.languages
        self.instruments = [instrument] if instrument else codebook.survey.waves()

    def add_texts(self, parent: Tree.Element, tag: str, texts: Texts, **attributes: str) -> None:
        """Add one element a language, the survey's languages first."""
        for language in dict.fromkeys([*self.languages, *texts]):
            if texts.get(language, "").strip():
                _add(parent, tag, texts[language], **attributes).set(LANGUAGE, language)

    def titles(self, parent: Tree.Element, texts: Texts, number: str) -> None:
        """Add a title, the same in the other languages, and the document's number."""
        statement = _add(parent, "titlStmt")
        first = self.languages[0] if self.languages[0] in texts else next(iter(texts))
        _add(statement, "titl", texts[first]).set(LANGUAGE, first)
        others = {language: text for language, text in texts.items() if language != first}
        self.add_texts(statement, "parTitl", others)
        _add(statement, "IDNo", number)

    def document(self, root: Tree.Element) -> None:
        """Describe the document: its title, its maker, and whether its wording is a draft."""
        described = _add(root, "docDscr")
        citation = _add(described, "citation")
        number = f"codebook-{self.instrument.id}" if self.instrument else "codebook"
        title = self.codebook.title(self.instrument)
        self.titles(citation, self.codebook.say("Codebook — {title}", title=title), number)
        made = _add(citation, "prodStmt")
        self.add_texts(made, "producer", self.codebook.settings.institute)
        _add(made, "software", "coursewaves", version=version("coursewaves"))
        drafts = self.codebook.say(
            "Draft texts: a methodologist who is a native speaker has not reviewed this wording yet."
        )
        told = {lang: text for lang, text in drafts.items() if self.codebook.is_draft(self.instrument, lang)}
        self.add_texts(described, "notes", told, type="status")

    def study(self, root: Tree.Element) -> None:
        """Describe the study: its title, what each questionnaire is, and who is asked."""
        described = _add(root, "stdyDscr")
        citation = _add(described, "citation")
        self.titles(citation, self.codebook.title(self.instrument), "coursewaves")
        produced = _add(citation, "prodStmt")
        self.add_texts(produced, "producer", self.codebook.settings.institute)
        information = _add(described, "stdyInfo")
        for instrument in self.instruments:
            self.add_texts(information, "abstract", self._abstract(instrument), contentType="abstract")
        summary = _add(information, "sumDscr")
        for instrument in self.instruments:
            self.add_texts(summary, "universe", self.codebook.universe(instrument), level="study")
        self._regulation(information, [number for one in self.instruments for number in one.paragraphs])

    def _abstract(self, instrument: Instrument) -> Texts:
        wave = self.codebook.say("Monitoring {wave}", wave=instrument.wave)
        window = self.codebook.window(instrument)
        return {
            lang: f"{wording(self.codebook.title(instrument), lang)}. {text}. {wording(window, lang)}"
            for lang, text in wave.items()
        }

    def files(self, root: Tree.Element) -> None:
        """Describe the two tables as files."""
        for table in dict.fromkeys(variable.table for variable in self.variables):
            text = _add(_add(root, "fileDscr", ID=table), "fileTxt")
            _add(text, "fileName", table)
            _add(text, "fileStrc", type="rectangular")
            columns = sum(variable.table == table for variable in self.variables)
            _add(_add(text, "dimensns"), "varQnty", str(columns))
            _add(text, "fileType", "CSV (RFC 4180)", charset="UTF-8")

    def data(self, root: Tree.Element) -> None:
        """Describe every column, after the groups to which columns belong."""
        described = _add(root, "dataDscr")
        for instrument in self.instruments:
            own = [one for one in self.variables if one.table == "responses" and instrument.id in one.instruments]
            self._group(described, f"section.{instrument.id}", "section", self.codebook.title(instrument), own)
            for grid in instrument.grids:
                rows = [one for one in own if one.stem and one.stem == grid.text]
                if rows:
                    self._group(described, f"grid.{instrument.id}.{grid.id}", "grid", grid.text, rows)
        for variable in self.variables:
            self._variable(described, variable)

    def _group(self, parent: Tree.Element, own_id: str, kind: str, texts: Texts, members: list[Variable]) -> None:
        group = _add(parent, "varGrp", ID=_id(own_id), type=kind, var=" ".join(map(_variable_id, members)))
        self.add_texts(group, "labl", texts)

    def _variable(self, parent: Tree.Element, variable: Variable) -> None:
        kind = "contin" if variable.kind in ("score", "time") else "discrete"
        element = _add(
            parent, "var", ID=_variable_id(variable), name=variable.column, files=variable.table, intrvl=kind,
            nature=_NATURES[variable.measure], representationType=_representation(variable),
        )  # fmt: skip
        self.add_texts(element, "labl", variable.label)
        if variable.question:
            domain = _DOMAINS.get(variable.kind, "text")
            asked = _add(element, "qstn", ID=_id(f"question.{variable.column}"), responseDomainType=domain)
            self.add_texts(asked, "qstnLit", variable.question)
        self._ranges(element, variable)
        for instrument in self.instruments:
            if instrument.id in variable.instruments:
                self.add_texts(element, "universe", self.codebook.universe(instrument), level="variable")
        self.add_texts(element, "txt", self._remark(variable))
        for code in variable.codes:
            self._category(element, code)
        for concept in variable.concepts:
            self.add_texts(element, "concept", concept)
        self._derivation(element, variable)
        _format(element, variable)
        self._regulation(element, variable.paragraphs)

    def _remark(self, variable: Variable) -> Texts:
        if variable.kind == "multiple":
            return self.codebook.say("Several codes of one answer stand with “|” between them.")
        rule = self.codebook.say(SCORE_RULE)
        return {language: f"{text} {rule[language]}" for language, text in variable.formula.items()}

    def _ranges(self, element: Tree.Element, variable: Variable) -> None:
        if variable.low is not None and variable.high is not None:
            units = "REAL" if variable.kind == "score" else "INT"
            valid = _add(element, "valrng")
            _add(valid, "range", UNITS=units, min=f"{variable.low:g}", max=f"{variable.high:g}")
        missing = [code.code for code in variable.codes if code.is_missing]
        if missing:
            invalid = _add(element, "invalrng")
            for code in missing:
                _add(invalid, "item", UNITS="INT", VALUE=code)

    def _category(self, element: Tree.Element, code: Code) -> None:
        attributes = {"missing": "Y", "missType": "not applicable"} if code.is_missing else {}
        category = _add(element, "catgry", **attributes)
        _add(category, "catValu", code.code)
        self.add_texts(category, "labl", code.text)

    def _derivation(self, element: Tree.Element, variable: Variable) -> None:
        if not variable.parts:
            return
        known = {one.name for one in self.variables}
        sources = [_id(part) for part in dict.fromkeys(variable.parts) if part in known]
        derived = _add(element, "derivation", var=" ".join(sources))
        language = self.languages[0] if self.languages[0] in variable.formula else next(iter(variable.formula))
        _add(derived, "drvdesc", variable.formula[language]).set(LANGUAGE, language)

    def _regulation(self, element: Tree.Element, paragraphs: Iterable[int]) -> None:
        listed = ", ".join(f"¶{number}" for number in dict.fromkeys(paragraphs))
        if listed:
            texts = self.codebook.say("Paragraphs of the regulation: {list}.", list=listed)
            self.add_texts(element, "notes", texts, type="regulation")


def _format(element: Tree.Element, variable: Variable) -> None:
    if variable.kind == "time":
        _add(element, "varFormat", type="character", category="time", formatname="YYYY-MM-DD hh:mm:ss")
    else:
        is_text = variable.kind in ("text", "single", "multiple")
        _add(element, "varFormat", type="character" if is_text else "numeric")


def _representation(variable: Variable) -> str:
    if variable.kind in _CODED:
        return "code"
    return {"text": "text", "time": "datetime"}.get(variable.kind, "numeric")


def _variable_id(variable: Variable) -> str:
    return _id(variable.name)


def _id(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text)
