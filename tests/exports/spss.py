"""Write SPSS files as SPSS and the platforms that export to it do: names, labels, values declared as missing."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

LABELS = {"useful": "How useful was it?", "role": "Your role", "sent": "Sent off", "say": "Anything else?"}
VALUES: dict[str, dict[Any, str]] = {
    "useful": {1: "Not at all", 5: "Very", 9: "Not applicable"},
    "role": {"t": "Teacher", "h": "Head"},
}
MISSING = {"useful": [9, {"lo": 97, "hi": 99}]}
CASES = {
    "useful": [1.0, 5.0, 3.0, 9.0, 98.0, None],
    "role": ["t", "h", "cook", "", "t", "h"],
    "sent": [datetime(2025, 3, 10, 10, 15, 30)] * 5 + [None],
    "say": ["Жақсы; өте пайдалы", "  two  ", "", "", "", "Спасибо"],
}


def write_sav(path: Path, cases: dict[str, list[Any]] | None = None, **options: Any) -> Path:
    """Write cases with all that SPSS says of variables."""
    table = pd.DataFrame(CASES if cases is None else cases)
    labels = {name: LABELS.get(name, "") for name in table.columns}
    values = {name: VALUES[name] for name in table.columns if name in VALUES}
    missing = {name: MISSING[name] for name in table.columns if name in MISSING}
    pyreadstat.write_sav(
        table, str(path), column_labels=labels, variable_value_labels=values, missing_ranges=missing, **options
    )
    return path
