"""Say who is invited to the scientific-methodological council (¶15, ¶18): a docket goes in, list and letters come out.

Trainers are invited for the low-rated topics that they taught. Of participants nobody is chosen by what they answered:
the centres that ran the courses are asked to send some, and only where the council wishes it.
"""

from typing import Any

import pandas as pd

from coursewaves.councils.agenda import programme_title
from coursewaves.councils.docket import Docket
from coursewaves.councils.wording import worded
from coursewaves.pages.own_templates import Paper

INVITED = ["role", "invited_id", "name", "email", "programme_ids", "about", "letter"]


def invitations(docket: Docket, *, ask_participants: bool) -> tuple[pd.DataFrame, dict[str, Paper]]:
    """Return the invitation list, one row a letter, and the letters by name.

    A low-rated topic without a trainer in the registry has a row without a letter.
    """
    rows: list[dict[str, Any]] = []
    letters: dict[str, Paper] = {}
    for trainer_id, topics in ((str(key), rows) for key, rows in docket.low_topics.groupby("trainer_id", sort=True)):
        name = f"invitation-{trainer_id}" if trainer_id else ""
        trainer = str(topics["trainer"].iloc[0])
        about = [
            {"title": row["title"], "programme": programme_title(docket, row["programme_id"])}
            for row in topics.to_dict("records")
        ]
        rows.append(_row("trainer", trainer_id, trainer, "", topics["programme_id"], topics["title"], name))
        if trainer_id:
            letters[name] = worded(docket, "invitation", trainer=trainer, topics=about)
    if ask_participants:
        for row, paper in _centres(docket):
            rows.append(row)
            letters[row["letter"]] = paper
    return pd.DataFrame(rows, columns=INVITED), letters


def _row(role: str, invited_id: str, name: str, email: str, programmes: Any, about: Any, letter: str) -> dict[str, Any]:
    listed = "|".join(dict.fromkeys(programmes))
    return dict(zip(INVITED, [role, invited_id, name, email, listed, "; ".join(about), letter], strict=True))


def _centres(docket: Docket) -> list[tuple[dict[str, Any], Paper]]:
    """Return a letter to each centre that ran a course of a low-rated programme."""
    registry, language = docket.year.registry, docket.phrases.language
    low = registry.courses[registry.courses["programme_id"].isin(docket.factors["programme_id"])]
    ended = low[low["ends_on"] < pd.Timestamp(docket.day)]
    found = []
    for centre_id, courses in ended.groupby("centre_id", sort=True):
        centre = registry.centres[registry.centres["centre_id"] == centre_id].iloc[0]
        title, email = registry.title("centres", centre, language), centre["email"]
        listed = courses.sort_values("course_id")
        about = [
            {"id": row["course_id"], "programme": programme_title(docket, row["programme_id"])}
            for row in listed.to_dict("records")
        ]
        name = f"participants-{centre_id}"
        paper = worded(docket, "participants", centre=title, courses=about)
        email = email if isinstance(email, str) else ""
        row = _row("centre", str(centre_id), title, email, listed["programme_id"], listed["course_id"], name)
        found.append((row, paper))
    return found
