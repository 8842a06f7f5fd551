"""Open JupyterLab for exploring: a work folder and a language go in, a welcome page and private notebooks come out."""

from coursewaves.lab.copies import FOLDER, Copied, copy_notebooks, exploring_notebooks
from coursewaves.lab.server import lab_command, lab_environment, overrides
from coursewaves.lab.welcome import WELCOME, chosen_language, write_welcome

__all__ = [
    "FOLDER",
    "WELCOME",
    "Copied",
    "chosen_language",
    "copy_notebooks",
    "exploring_notebooks",
    "lab_command",
    "lab_environment",
    "overrides",
    "write_welcome",
]
