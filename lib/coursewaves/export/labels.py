"""List what columns and codes mean as a table: descriptions go in, the table `labels` comes out."""

import pandas as pd

from coursewaves.export.variables import Variable
from coursewaves.survey.instruments import wording


def labels_table(variables: list[Variable], language: str) -> pd.DataFrame:
    """Make the table `labels`, the codebook as rows, in one language.

    Parameters
    ----------
    variables
        The columns described.
    language
        Language of the wordings.

    Returns
    -------
    DataFrame
        One row is one code of one column, or one column without a list of codes: ``table``, ``column``,
        ``meaning``, ``question`` (as it is asked), ``scale``, ``code``, ``label`` and ``is_missing`` (1 for an answer
        that no score counts). All are text but the last.
    """
    rows = []
    for variable in variables:
        meaning = wording(variable.label, language)
        asked = wording(variable.question, language) or wording(variable.formula, language)
        said = (variable.table, variable.column, meaning, asked, variable.code_list or variable.kind)
        codes = [(code.code, wording(code.text, language), code.is_missing) for code in variable.codes]
        rows += [(*said, *code) for code in codes or [("", "", False)]]
    names = ["table", "column", "meaning", "question", "scale", "code", "label"]
    table = pd.DataFrame(rows, columns=[*names, "is_missing"])
    return table.astype(dict.fromkeys(names, "str") | {"is_missing": "bool"})
