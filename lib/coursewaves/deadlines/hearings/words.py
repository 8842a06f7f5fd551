"""Say what the councils are called, what they hear and what they decide: codes of the registry go in, phrases come out.

All of them are marked for the catalogues and are said by whoever knows the reader's language.
"""

from coursewaves.deadlines.hearings.ways import DECIDED, MADE, NOT_MADE, RETURNED, TAKEN
from coursewaves.phrases import marked
from coursewaves.registry.spans import DONE, DUE_SOON, NOT_YET, OPEN, OVERDUE

COUNCILS = {
    "smc": marked("scientific-methodological council"),
    "academic": marked("Academic Council"),
}

DECISIONS = {
    "change_curriculum": marked("change of the curriculum plan"),
    "change_topic": marked("change of a topic"),
    "change_duration": marked("change of the duration"),
    "change_programme": marked("change of the programme"),
    "remove_programme": marked("removal from the curriculum plan"),
    "none": marked("no change"),
}

REPORTS = {
    "course": marked("Report on the course"),
    "topic": marked("Report on the topics"),
    "factors": marked("Factor analysis"),
}

PLACES = {
    NOT_MADE: marked("not made yet"),
    MADE: marked("made"),
    TAKEN: marked("taken by the scientific-methodological council"),
    RETURNED: marked("given back, to be heard anew"),
    DECIDED: marked("heard by both councils"),
}

STATES = {
    NOT_YET: marked("no later sitting is recorded"),
    OPEN: marked("open"),
    DUE_SOON: marked("due soon"),
    OVERDUE: marked("overdue"),
    DONE: marked("done"),
}
