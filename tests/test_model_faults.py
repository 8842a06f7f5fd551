"""Faults of settings and instrument files are told in plain words, with the name or value to write."""

from pathlib import Path

import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import load_settings
from coursewaves.system.yamlfile import read_yaml

MISTAKES = {
    "languges: [kk]": "1 languges: there is no 'languges'; fix: write languages",
    "sources:\n  - file: a.csv\n    files: a.csv": "2 sources.0.file: there is no 'file'; fix: write files",
    "sources:\n  - instrument: A": "2 sources.0.files: it is missing; fix: add it",
    "letters: {contact: {fax: '1'}}": "1 letters.contact.fax: there is no 'fax'; fix: use one of name, phone, email",
    "languages: kk": "1 languages: no list; fix: write it as [one, other]",
    "languages: [kz, ru]": "1 languages: no language 'kz'; fix: write its code, such as kk for Kazakh",
    "languages:[kk]": "1 the settings: no entries; fix: write each as name: value, with a space after the colon",
    "institute: ҰББО": "1 institute: no entries; fix: write it as {name: value}",
    "low_rated_below: 62,5": "1 low_rated_below: no number; fix: write it with a point, such as 62.5",
    "minimum_group: 3": "1 minimum_group: not allowed; fix: write a value greater than or equal to 5",
    "link_by: иин": "1 link_by: not allowed; fix: write 'email', 'phone' or 'iin'",
    "closed_until: 31.12.2025": "1 closed_until: no day '31.12.2025'; fix: write it as 2025-12-31",
    "institute:\n\tkk: ҰББО": "2 a tab at the beginning of the line; fix: indent with spaces",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_the_settings_is_named_with_its_line_and_what_to_write(tmp_path: Path, text: str):
    path = tmp_path / "coursewaves.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CoursewavesError) as refused:
        load_settings(path)
    assert str(refused.value) == f"The settings have faults:\ncoursewaves.yml:{MISTAKES[text]}"


def test_a_tab_inside_a_line_does_no_harm(tmp_path: Path):
    path = tmp_path / "a.yml"
    path.write_text("a: one\ttwo\n", encoding="utf-8")
    assert read_yaml(path).content == {"a": "one\ttwo"}
