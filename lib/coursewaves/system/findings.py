"""What a look at a machine or a folder found: each thing is well, to be watched or wrong, and how to mend it."""

from collections.abc import Iterable
from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """One thing that was looked at.

    `state` is ``ok``, ``warn`` (the work goes on, a person should know) or ``wrong``. `what` says what was found,
    `fix` what to do, empty where there is nothing to do.
    """

    state: Literal["ok", "warn", "wrong"]
    what: str
    fix: str = ""

    def __str__(self) -> str:
        """Return the finding as one line.

        >>> print(Finding("wrong", "no timed run", "coursewaves schedule write"))
        wrong: no timed run; fix: coursewaves schedule write
        """
        return f"{self.state}: {self.what}" + (f"; fix: {self.fix}" if self.fix else "")


def is_any_wrong(findings: Iterable[Finding]) -> bool:
    """Say whether a person has to mend something."""
    return any(finding.state == "wrong" for finding in findings)
