"""A survey in which every wording would be code, markup or a formula somewhere."""

from typing import Any

from coursewaves.survey.instruments import Survey
from hostile import PAYLOADS

EVIL = [*PAYLOADS.values(), '"; FormApp = null; //', "`${FormApp.x()}`", "*/ throw 1 /*", "\\u0022 \\",
        "a\u2028b\u2029c", "=cmd|' /C calc'!A0", "👩🏽‍🏫 \u202eabc", "\ud800", "\0 \x07", "</script>"]  # fmt: skip


def hostile_survey(survey: Survey, texts: list[str]) -> Survey:
    """A survey whose questions, stems and options are worded in these texts, no two alike."""
    content = survey.model_dump()
    numbers = iter(range(10**6))

    def worded(entry: dict[str, Any]) -> None:
        for language in entry["text"]:
            number = next(numbers)
            row = " {row}" if entry.get("repeat") else ""
            entry["text"][language] = f"{number} {texts[number % len(texts)]}{row}"

    for instrument in content["instruments"]:
        for entry in [instrument, *instrument["items"], *instrument["grids"]]:
            worded(entry)
    for scale in content["scales"]:
        for option in [*scale["options"], *filter(None, [scale["not_applicable"]])]:
            worded(option)
    return Survey.model_validate(content)
