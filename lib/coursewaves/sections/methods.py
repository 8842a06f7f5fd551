"""How the numbers were made and what they can't tell."""

from importlib.metadata import version

from coursewaves.opening import CourseView, DirectionView, ProgrammeView
from coursewaves.page import Html, Section, bullets, heading, paragraph, table
from coursewaves.responses import OUTCOMES

Reader = CourseView | ProgrammeView | DirectionView


def methods(view: Reader) -> Section:
    """Explain scores, intervals, tests, limits, and account for every record read (¶13-14)."""
    parts = [bullets(_notes(view)), heading(view.say("Every record read")), *_account(view)]
    return Section("methods", view.say("Methods and limits"), [14], parts)


def _notes(view: Reader) -> list[str]:
    say, settings = view.say, view.year.settings
    minimum = view.phrases.number(view.least("counts"))
    return [
        say(
            "Scores run from 0 (lowest step of the scale) to 100 (highest); a score needs at least half of its "
            "questions answered, and “not applicable” counts as no answer."
        ),
        say(
            "Intervals of means are 95 % t intervals cut to the scale, those of shares Wilson's; they speak of what "
            "the programme would get from similar participants."
        ),
        say(
            "Waves are compared only for pairs of questions that were declared beforehand; tests are exact signed-rank "
            "tests where the same people are linked, otherwise t tests that use all answers. Pairs of one topic are a "
            "block: blocks are tested first, and pairs only within blocks that differ; p values are adjusted by Holm."
        ),
        say(
            "An answer counts from the first to the last day of its wave's window; both are whole days, in local time."
        ),
        say(
            "Nothing is shown of fewer than {minimum} people; means and shares from {means} answers, "
            "tests from {tests}.",
            minimum=minimum,
            means=view.phrases.number(view.least("means")),
            tests=view.phrases.number(view.least("tests")),
        ),
        say(
            "The threshold of a low rating ({threshold} of 100) is the councils' decision; the regulation names none.",
            threshold=view.phrases.number(settings.low_rated_below, 1),
        ),
        _straightlined(view),
        say("Who does not answer may think otherwise; no weighting mends that."),
        say("Made with coursewaves {version}.", version=version("coursewaves")),
    ]


def _straightlined(view: Reader) -> str:
    by_wave = view.responses.groupby("instrument_id", observed=True)["is_straightlined"].sum()
    n = int(by_wave.sum())
    if by_wave.empty or by_wave.max() < view.least("counts"):  # three forms may be one person's
        return view.say("Forms with the same mark everywhere are kept: often they are honest.")
    return view.say(
        "Forms with the same mark everywhere: {n}; they are kept, since often they are honest.",
        n=view.phrases.number(n),
    )


def _account(view: Reader) -> list[Html]:
    account = view.pooled.account.iloc[0]
    sums = [int(account["n_read"]), *(int(account[f"n_{outcome}"]) for outcome in OUTCOMES)]
    say = view.say
    head = [say("Files"), say("Records read"), say("Kept"), say("Set aside"), say("Duplicates")]
    head.append(say("Outside the window"))
    row = [view.phrases.number(number) for number in (int(account["n_files"]), *sums)]
    caption = view.say("All files of the institute: every record is kept or has a reason")
    equation = f"{view.phrases.number(sums[0])} = " + " + ".join(row[2:])
    dropped = int(account["n_dropped"])
    note = view.say(
        "Cells that held no answer of their scale were dropped ({n}), their forms kept.", n=view.phrases.number(dropped)
    )
    return [table(caption, head, [row]), paragraph(equation, "note"), paragraph(note, "note")]
