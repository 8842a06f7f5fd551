"""The one exception of the library, for a caller's mistake; faults of data are rows of a table instead."""

from collections.abc import Iterable
from difflib import get_close_matches


class CoursewavesError(ValueError):
    """Something that the caller asked for can't be done; the message says what to do instead."""

    def _render_traceback_(self) -> list[str]:
        """Say the message alone where a notebook would show how it came about: the mistake is in what was asked."""
        return [f"{type(self).__name__}: {self}"]

    @classmethod
    def not_found(cls, what: object, where: str, possible: Iterable[object]) -> "CoursewavesError":
        """Say what is missing, where it was looked for and what there is, the nearest first.

        >>> print(CoursewavesError.not_found("P1", "courses", ["P01", "P02"]))
        Can't find 'P1' in courses. Possible values: 'P01', 'P02'.
        """
        names = sorted({str(name) for name in possible})
        near = get_close_matches(str(what), names, n=3)
        ordered = near + [name for name in names if name not in near]
        shown = ", ".join(repr(name) for name in ordered[:12]) or "none"
        more = f" and {len(ordered) - 12} more" if len(ordered) > 12 else ""
        return cls(f"Can't find {str(what)!r} in {where}. Possible values: {shown}{more}.")
