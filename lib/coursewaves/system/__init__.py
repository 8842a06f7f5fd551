"""What concerns the machine: processes, bounds, locks, and files that are private and whole."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
"""Where the library lies, with its templates and catalogues."""
