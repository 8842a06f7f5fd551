"""Say the registry's tables and columns, and what is wrong with a row, in a clerk's language."""

from coursewaves.phrases import Phrases, marked
from coursewaves.problems import Problem
from coursewaves.reading.problem_book import rules
from coursewaves.registry.tables import TABLES

TABLE_NAMES = {
    "regions": marked("Regions"),
    "directions": marked("Directions of training"),
    "programmes": marked("Course programmes"),
    "trainers": marked("Trainers"),
    "topics": marked("Topics of the programmes"),
    "abilities": marked("Abilities that a programme promises"),
    "centres": marked("Competence centres"),
    "courses": marked("Courses"),
    "participants": marked("Participants"),
    "decisions": marked("Decisions of the councils"),
    "working_days": marked("Working days and holidays"),
    "receipts": marked("Receipts of the results"),
    "sittings": marked("Sittings of the councils"),
    "hearings": marked("Hearings of reports"),
    "handovers": marked("Handovers to the archive"),
    "invitations": marked("Invitations to a sample survey"),
    "archived": marked("Courses in the archive"),
}

MEANINGS = dict.fromkeys(
    (
        marked("code by ISO 3166-2, such as KZ-75"),
        marked("title in Kazakh"),
        marked("title in Russian"),
        marked("title in English"),
        marked("national classifier's code (KATO)"),
        marked("region or city of the same rank"),
        marked('other names seen in exports, "|" between them'),
        marked("the direction's id"),
        marked("the programme's id"),
        marked("its direction"),
        marked("length in academic hours"),
        marked("hours of the practical block (¶9)"),
        marked("first day of its approval"),
        marked("the trainer's id"),
        marked("name as it is printed"),
        marked("academic degree"),
        marked("position"),
        marked("years of experience"),
        marked("the topic's id"),
        marked("its programme"),
        marked("the trainer who teaches it"),
        marked("place in the plan, the first is 1"),
        marked("academic hours"),
        marked("place in the passport, the first is 1"),
        marked("wording in Kazakh, as the questionnaire asks it"),
        marked("wording in Russian"),
        marked("wording in English"),
        marked("the centre's id"),
        marked("region where it stands"),
        marked("where cover letters go"),
        marked("the course's code, as it stands in the forms"),
        marked("the centre that ran it"),
        marked("first day"),
        marked("last day"),
        marked("language of teaching"),
        marked("participants on the first day"),
        marked("participants who completed it (¶10)"),
        marked('its trainers, "|" between them'),
        marked("pseudonymous code, as it stands in the forms"),
        marked("the course"),
        marked("region of the workplace"),
        marked("age in years"),
        marked("years of work with children"),
        marked("whether the course was completed"),
        marked("the decision's id"),
        marked("the programme"),
        marked("day of the meeting"),
        marked("which council decided (¶15)"),
        marked("what was decided (¶19, ¶20); none where it was to change nothing"),
        marked("day by which it is to be carried out"),
        marked("day on which it was carried out"),
        marked("who carries it out: an office rather than a name"),
        marked("day of the sitting"),
        marked("which council"),
        marked("which council heard it"),
        marked("kind of report (¶14, ¶16)"),
        marked("the report's subject: a course's or a programme's id"),
        marked("taken, or given back to be heard anew"),
        marked("language of its letters; else the institute's first"),
        marked("the participant's code, as in participants"),
        marked("day of the invitation; empty until it was sent"),
        marked("what became of it, where staff know; answers that came in count by themselves"),
        marked("day on which that was known"),
        marked("the decision's wording"),
        marked("the day"),
        marked("whether it is worked"),
        marked("the holiday, or the order that moved the day"),
        marked("number of the wave"),
        marked("day on which its results came in"),
        marked("day on which the archive took them"),
        marked("day on which its data were removed here"),
        marked("id of the bag that holds them"),
    )
)
"""What the columns mean, as `coursewaves.registry.tables` describes them; a test holds the two together."""


def meaning(phrases: Phrases, table: str, column: str) -> str:
    """Return what a column means."""
    text = TABLES[table].model_fields[column].description or ""
    return phrases.say(text) if text in MEANINGS else text


OWN_WORDS = {
    "E-VALUE": marked("This field is needed, or can't hold what stands in it."),
    "E-REFERENCE": marked("There is no such row in the table to which this field refers."),
    "E-DUPLICATE": marked("A row with this id is there already."),
    "E-COUNT": marked("A part can't be larger than the whole."),
}
"""Rules that mean something narrower for a row of the registry than for an answer."""


def told(phrases: Phrases, table: str, problem: Problem) -> str:
    """Say a problem: which field it is about and what is wrong, then the exact words of the check."""
    place = ":".join(part for part in (problem.file, str(problem.row or ""), problem.column) if part)
    field = f"{meaning(phrases, table, problem.header)}: " if problem.header in TABLES[table].model_fields else ""
    exact = f"{problem.rule}: {problem.seen}; {problem.fix}"
    return f"{place} — {field}{_words(phrases, problem.rule)} ({exact})"


def _words(phrases: Phrases, rule: str) -> str:
    if rule in OWN_WORDS:
        return phrases.say(OWN_WORDS[rule])
    known = rules().get(rule, {})
    return "".join(f"{_in(known.get(name, {}), phrases.language)}. " for name in ("means", "do")).strip()


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")
