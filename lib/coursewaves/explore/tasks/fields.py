"""What a person chooses for a task: the registry and the folders go in, labels and options of the fields come out."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from coursewaves.archive import archive_folder
from coursewaves.deadlines.hearings.words import COUNCILS
from coursewaves.explore.board import ALL
from coursewaves.explore.tasks.archive import bags_of
from coursewaves.phrases import Phrases, marked
from coursewaves.registry.reader import Registry
from coursewaves.settings.home import Home

Options = list[tuple[str, str]]
"""Labels and ids; the first is chosen where nothing else is."""


class Known(NamedTuple):
    """What there is to choose from: the work folder, its registry as it lies there, the reader's words."""

    home: Home
    registry: Registry
    phrases: Phrases


class Field(NamedTuple):
    """One field.

    Attributes
    ----------
    kind
        ``day``, ``menu``, ``tick`` or ``text``.
    label
        What stands before it, a phrase.
    options
        What a menu offers.
    """

    kind: Literal["day", "menu", "tick", "text"]
    label: str
    options: Callable[[Known], Options] = lambda known: []


def waves(known: Known) -> Options:
    """Offer all waves, and each."""
    return [(known.phrases.say("All waves"), ALL), *_waves(known, {one.wave for one in known.home.survey.waves()})]


def sample_waves(known: Known) -> Options:
    """Offer the waves that ask a sample."""
    return _waves(known, {one.wave for one in known.home.survey.waves() if one.least_percent is not None})


def _waves(known: Known, numbers: set[int]) -> Options:
    return [(known.phrases.say("Monitoring {wave}", wave=number), str(number)) for number in sorted(numbers)]


def centres(known: Known) -> Options:
    """Offer all centres, and each."""
    return [(known.phrases.say("All centres"), ALL), *_titled(known, "centres", "centre_id")]


def programmes(known: Known) -> Options:
    """Offer all programmes, and each."""
    return [(known.phrases.say("All programmes"), ALL), *_titled(known, "programmes", "programme_id")]


def _titled(known: Known, table: str, key: str) -> Options:
    rows, language = getattr(known.registry, table), known.phrases.language
    return [(known.registry.title(table, row, language), str(row[key])) for row in rows.to_dict("records")]


def councils(known: Known) -> Options:
    """Offer the councils."""
    return [(known.phrases.say(name), council) for council, name in COUNCILS.items()]


def subjects(known: Known) -> Options:
    """Offer the years in which courses ended, then each course."""
    courses = known.registry.courses
    years = sorted({str(int(one)) for one in courses["ends_on"].dt.year.dropna()})
    return [(name, name) for name in [*years, *map(str, courses["course_id"])]]


def bags(known: Known) -> Options:
    """Offer the bags of the work folder."""
    return [(name, name) for name in bags_of(archive_folder(known.home))]


FIELDS = {
    "day": Field("day", marked("Day")),
    "wave": Field("menu", marked("Wave"), waves),
    "sample_wave": Field("menu", marked("Wave"), sample_waves),
    "centre": Field("menu", marked("Competence centre"), centres),
    "reminders": Field("tick", marked("Reminders, for courses of which few have answered so far")),
    "seed": Field("text", marked("Public seed (empty: that of the settings)")),
    "next": Field("tick", marked("Write the list with the reserves who are to be asked now")),
    "page": Field("tick", marked("Write it as a page too, to be passed on")),
    "council": Field("menu", marked("Council"), councils),
    "sitting": Field("day", marked("Day of the sitting")),
    "programme": Field("menu", marked("Programme"), programmes),
    "participants": Field("tick", marked("Invite participants too (scientific-methodological council, ¶15)")),
    "subject": Field("menu", marked("Year or course"), subjects),
    "bag": Field("menu", marked("Bag"), bags),
}
"""Every field by its name."""
