"""Ask, draw and load from a notebook (¶10, ¶12): the letters, the sample and its field work, and what came in."""

from typing import Any

import pandas as pd

from coursewaves.explore.tasks.task import Asked, Task, link, place, remarks, written
from coursewaves.field import Followed, draw_of, follow, write_draw, write_next
from coursewaves.letters import INDEX, Wanted, write_letters
from coursewaves.pages.pieces import Html, bullets, paragraph, table
from coursewaves.phrases import marked
from coursewaves.privacy.pseudonyms import KEY_FILE
from coursewaves.publishing.plan import load_reasons


def write_due_letters(asked: Asked) -> list[Html]:
    """Write the letters that are due, or reminders of them (¶12)."""
    chosen, say = asked.chosen, asked.say
    waves, centres = ((chosen[name],) if chosen[name] else () for name in ("wave", "centre"))
    paths: list[Any] = []
    wanted = Wanted(tuple(map(int, waves)), centres, (), bool(chosen["reminders"]))
    made = write_letters(asked.home, wanted, asked.today, done=paths.append)
    if not made.rows:
        return [paragraph(say("No letter is due.")), *remarks(asked, made.findings)]
    columns = ["centre_id", "course_id", "wave", "opens_on", "closes_on", "file"]
    head = [say("Competence centre"), say("Course"), say("Wave"), say("Opens"), say("Closes"), say("Letter")]
    rows = [[row[name] for name in columns] for row in made.rows]
    listed = table(say("Courses in letters"), head, rows, "prose")
    return [listed, written(asked, made.folder, [*paths, made.folder / INDEX]), *remarks(asked, made.findings)]


def draw(asked: Asked) -> list[Html]:
    """Draw whom a sample wave asks, from the public seed (¶10)."""
    say, number, home = asked.say, asked.number, asked.home
    found, registry, findings = draw_of(home, _sample_wave(asked), str(asked.chosen["seed"]).strip())
    paths: list[Any] = []
    folder = write_draw(home, found, registry, done=paths.append)
    head = [say("Direction"), say("Programme"), say("Completed"), say("Invited")]
    rows = [[row["direction_id"] or "–", row["programme_id"], number(row["n_completed"]), number(row["n_invited"])]
            for row in found.plan.strata.fillna("").to_dict("records")]  # fmt: skip
    parts = [table(say("Who is asked"), head, rows), paragraph(say("Seed: {seed}", seed=found.plan.seed), "note")]
    if found.plan.seed != home.settings.sample.seed:
        told = say("The settings name no such seed: write it under {place}, so that the report draws from it too.",
                   place="sample: seed:")  # fmt: skip
        parts.append(paragraph(told, "warning"))
    return [*parts, written(asked, folder, paths), _into_registry(asked), *remarks(asked, findings)]


def show_field(asked: Asked) -> list[Html]:
    """Show how far a drawn sample is; write the list with the next reserves where that is asked (¶10)."""
    say, found = asked.say, follow(asked.home, asked.today, _sample_wave(asked))
    scopes = found.progress.scopes
    rows = scopes[scopes["scope"] == "direction"].to_dict("records")
    head = [say("Direction"), say("Completed"), say("Invited"), say("Answered"), say("Share"), say("Reserves left"),
            say("To ask now"), say("Remark")]  # fmt: skip
    note = say("For those who do the field work alone: small groups are not hidden here.")
    lines = [_direction(asked, found, row) for row in rows]
    parts = [table(say("In the field"), head, lines), paragraph(note, "note")]
    if asked.chosen["next"]:
        path = write_next(asked.home, found.draw, found.registry, found.to_ask())
        parts += [link(asked, path), _into_registry(asked)]
    return [*parts, *remarks(asked, found.findings)]


def _direction(asked: Asked, found: Followed, row: dict[Any, Any]) -> list[str]:
    phrases, directions = asked.phrases, found.registry.directions
    own = directions[directions["direction_id"] == row["scope_id"]]
    name = found.registry.title("directions", own.iloc[0], phrases.language) if len(own) else ""
    counts = [asked.number(row[key]) for key in ("n_completed", "n_invited", "n")]
    left = [asked.number(row[key]) for key in ("n_reserves", "n_to_call")]
    alarm = str(row["alarm"])
    told = asked.say(alarm) if alarm else "–"
    return [name or asked.say("Without a direction"), *counts, phrases.percent(row["share"], 1), *left, told]


def _sample_wave(asked: Asked) -> int | None:
    return int(asked.chosen["sample_wave"]) if asked.chosen["sample_wave"] else None


def _into_registry(asked: Asked) -> Html:
    registry = place(asked, asked.home.registry)
    told = asked.say("Put invitations.csv into {folder}, and note there what became of each invitation.",
                     folder=registry)  # fmt: skip
    return paragraph(told)


def load_new(asked: Asked) -> list[Html]:
    """Load the raw files where something is new."""
    from coursewaves.load import load_year  # noqa: PLC0415  (reads what a run with nothing new needs not)

    say, home = asked.say, asked.home
    if not load_reasons(home, asked.today):
        return [paragraph(say("Nothing is new since the last load."))]
    had_key = (home.root / KEY_FILE).exists()
    year = load_year(home, asked.today)
    parts = [_files(asked, year.files)]
    if not had_key and (home.root / KEY_FILE).exists():
        told = say("The key {file} was made. Keep a copy apart, never beside data that you pass on.", file=KEY_FILE)
        parts.append(paragraph(told, "warning"))
    counts = year.problems["rule"].value_counts().sort_index()
    if len(counts):
        parts.append(paragraph(say("Problems: {n}. Mend them in this workbook:", n=asked.number(int(counts.sum())))))
        parts += [bullets(f"{rule}: {asked.number(n)}" for rule, n in counts.items()), link(asked, home.problem_book)]
    if year.files["n_waiting"].sum():
        told = say("Some answers wait: with them, pages would differ by too few people from earlier ones.")
        parts.append(paragraph(told))
    return parts


def _files(asked: Asked, files: pd.DataFrame) -> Html:
    say, counts = asked.say, ["n_read", "n_kept", "n_set_aside", "n_duplicate", "n_outside_window"]
    head = [say("File"), say("Records read"), say("Kept"), say("Set aside"), say("Duplicates")]
    rows = [[row["file"], *(asked.number(int(row[name])) for name in counts)] for row in files.to_dict("records")]
    rows.append([say("All files"), *(asked.number(int(files[name].sum())) for name in counts)])
    return table(say("Files and their records"), [*head, say("Outside the window")], rows)


TASKS = (
    Task("letters", marked("Letters to the competence centres"), ("day", "wave", "centre", "reminders"),
         write_due_letters, "letters"),
    Task("sample", marked("Draw the sample"), ("sample_wave", "seed"), draw, "sample"),
    Task("field", marked("Follow the sample in the field"), ("day", "sample_wave", "next"), show_field, "field"),
    Task("load", marked("Load what is new"), (), load_new, "load", is_alone=True),
)  # fmt: skip
"""Tasks from the first letter to the loaded answers."""
