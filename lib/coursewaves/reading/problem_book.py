"""Write the problems as a workbook that a clerk can open, mend in and hand back.

Each row says where, what and how to mend it, in the institute's language beside the exact words of the check. What
stands in ``corrected`` is taken as a correction when the workbook is saved into ``data/raw/corrections``.
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from coursewaves.reading.corrections import SHEET
from coursewaves.system.yamlfile import read_yaml

_EPOCH = datetime(2000, 1, 1)
_RULES = Path(__file__).parent / "rules.yml"

COLUMNS = {
    "file": 34, "row": 7, "column": 8, "header": 34, "rule": 14, "meaning": 44, "to_do": 44, "seen": 44, "done": 22,
    "fix": 44, "record": 18, "corrected": 30,
}  # fmt: skip
"""Columns of the workbook and their widths."""

HOW = {
    "kk": [
        "Әр жол: қай файлда, қай жолда және бағанда не табылды және оны қалай түзетуге болады.",
        "Ұяшықты түзету үшін corrected бағанына дұрыс мәнін жазыңыз.",
        "Ұяшықты босату үшін: бос. Бүкіл жазбаны алып тастау үшін (column бос): жою.",
        "Бүлінген жолды қайтару үшін (column бос): барлық ұяшықтарын үтірмен бөліп жазыңыз.",
        "Кітапты data/raw/corrections қалтасына сақтаңыз да, coursewaves load командасын қайталаңыз.",
        "Бастапқы файлдарды өзгертпеңіз. file, column және record бағандарын өзгертпеңіз.",
    ],
    "ru": [
        "Каждая строка: в каком файле, строке и столбце что найдено и как это исправить.",
        "Чтобы исправить ячейку, впишите верное значение в столбец corrected.",
        "Чтобы очистить ячейку: пусто. Чтобы убрать запись целиком (column пуст): удалить.",
        "Чтобы вернуть повреждённую строку (column пуст): впишите все её ячейки через запятую.",
        "Сохраните книгу в папку data/raw/corrections и повторите coursewaves load.",
        "Исходные файлы не меняйте. Столбцы file, column и record не меняйте.",
    ],
    "en": [
        "Each row: in which file, row and column something was found, and how to mend it.",
        "To correct a cell, write what it should hold into the column corrected.",
        "To empty a cell: blank. To take a whole record out (column is empty): delete.",
        "To bring a broken row back (column is empty): write all its cells with commas between them.",
        "Save the workbook into data/raw/corrections and repeat coursewaves load.",
        "Never change raw files. Leave the columns file, column and record as they are.",
    ],
}
"""What the second sheet says; the Kazakh and Russian are drafts until a native methodologist has read them."""


@cache
def rules() -> dict[str, dict[str, Any]]:
    """Return what each rule means and what to do about it, by language."""
    return {entry["id"]: entry for entry in read_yaml(_RULES).content["rules"]}


def write_problem_book(problems: pd.DataFrame, path: Path, language: str) -> None:
    """Write the table `problems` as a workbook.

    Parameters
    ----------
    problems
        One row is one problem, see `coursewaves.problems.Problem`.
    path
        The workbook.
    language
        Language of the meanings and of what to do; English where a rule has no wording in it.
    """
    wordings = [rules().get(rule, {}) for rule in problems["rule"]]
    table = problems.assign(
        meaning=[_in(entry.get("means", {}), language) for entry in wordings],
        to_do=[_in(entry.get("do", {}), language) for entry in wordings],
        corrected="",
    )
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _EPOCH})  # the same problems are the same bytes on any day
        _write_problems(book, table)
        sheet = book.add_worksheet("how")
        sheet.set_column(0, 0, 100)
        lines = [line for one in dict.fromkeys([language, *HOW]) for line in [*HOW.get(one, []), ""]]
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, line)


def _write_problems(book: xlsxwriter.Workbook, table: pd.DataFrame) -> None:
    sheet = book.add_worksheet(SHEET)
    bold, plain = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    open_ = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FFF8DC", "border": 1})
    for place, (name, width) in enumerate(COLUMNS.items()):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, bold)
        for row, value in enumerate(table[name], start=1):
            if name == "row":
                sheet.write_number(row, place, int(value), plain)
            else:
                sheet.write_string(row, place, str(value), open_ if name == "corrected" else plain)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table), 1), len(COLUMNS) - 1)


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")
