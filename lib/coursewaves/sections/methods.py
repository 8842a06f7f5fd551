"""How the numbers were made and what they can't tell."""

from importlib.metadata import version

from coursewaves.pages.pieces import Html, Section, bullets, heading, paragraph, table
from coursewaves.partitions.accounts import Account
from coursewaves.views.opening import CourseView, DirectionView, ProgrammeView
from coursewaves.views.view import View

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
            "the same courses would get from similar participants. The verdicts on programmes and topics also take in "
            "that runs differ."
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
        say("Forms with the same mark everywhere are kept: often they are honest."),
        say(
            "Answers that came, were corrected or were withdrawn after a page was published join in batches: never do "
            "two pages differ by the answers of fewer than {minimum} people.",
            minimum=minimum,
        ),
        say("Who does not answer may think otherwise; no weighting mends that."),
        say("Made with coursewaves {version}.", version=version("coursewaves")),
    ]


def _account(view: Reader) -> list[Html]:
    account, say = view.pooled.accounted, view.say
    head = [say("Files"), say("Records read"), say("Kept"), say("Set aside"), say("Duplicates")]
    head += [say("Outside the window"), say("In small groups, or waiting")]
    read, others = account_words(view, account)
    row = [view.phrases.number(number) for number in (account.n_files, *account.sums.values())]
    cells = [row[0], read, *row[1:], others]
    caption = view.say("All files of the institute: every record is kept or has a reason")
    equation = f"{read} = " + " + ".join(cells[2:])
    dropped = int(view.pooled.account["n_dropped"].iloc[0])
    note = view.say(
        "Cells that held no answer of their scale were dropped ({n}), their forms kept.", n=view.phrases.number(dropped)
    )
    return [table(caption, head, [cells]), paragraph(equation, "note"), paragraph(note, "note")]


def account_words(view: View, account: Account) -> tuple[str, str]:
    """Say how many records were read, and how many of them no page counts: of few not how many."""
    ends = [view.phrases.number(end) for end in account.read]
    others = [view.phrases.number(end) for end in (account.least, account.most)]
    if account.least == account.most:
        return ends[0], others[0]
    return "–".join(ends), "–".join(others) if account.least else f"<{view.phrases.number(account.most + 1)}"
