"""Make and check bags (BagIt, RFC 8493): items go in, a private folder with its checksums comes out, or nothing.

The folders and manifests are those of the library `bagit`, so that any archive can check a bag without this program.
"""

import hashlib
import logging
import os
import shutil
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import bagit

from coursewaves.archive.inventory import LANGUAGES, Listed, listed, read_inventory, write_inventories
from coursewaves.archive.names import safe_part
from coursewaves.archive.payload import ABOUT, gather
from coursewaves.archive.retention import Subject, find_retention
from coursewaves.errors import CoursewavesError
from coursewaves.privacy.pseudonyms import KEY_FILE, KEY_VARIABLE, read_key
from coursewaves.processed.year import Year
from coursewaves.system.private_files import private_folder, private_workshop, sweep

ALGORITHMS = ("sha256", "sha512")

CHANGED, MISSING, UNEXPECTED, UNREADABLE = "changed", "missing", "not listed", "can't be read"

_NO_KEY = "none"

logging.getLogger("bagit").addHandler(logging.NullHandler())
logging.getLogger("bagit").propagate = False  # what it finds is told in our words


class Damage(NamedTuple):
    """What is wrong with a bag: the file below it ("" for the bag as a whole), and what of it."""

    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.what}: {self.path or 'the bag'}"


class BagFacts(NamedTuple):
    """What a bag of ours says of itself: its id, what it is about, its courses, and a fingerprint of the key."""

    bag_id: str
    scope: str
    subject_id: str
    courses: list[str]
    key: str


def make_bag(year: Year, subject: Subject, today: date, folder: Path) -> Path:
    """Make a bag and check it as it lies on the disk.

    Parameters
    ----------
    subject
        Of `coursewaves.archive.retention.find_subject`.
    folder
        Where the bag's folder is made; its name is the bag's id, which is that of its contents.

    Returns
    -------
    Path
        The bag; where one of the same contents is there and sound, that one.

    Raises
    ------
    CoursewavesError
        As of `coursewaves.archive.payload.gather`, and where the disk did not keep what was written.
    """
    items = gather(year, subject, today)
    inventory = listed(items)
    bag_id = f"{safe_part(subject.subject_id)[:24]}-{_contents_id(inventory)}"
    place = private_folder(folder) / bag_id
    if place.is_dir() and not check_bag(place):
        return place
    sweep(folder)  # what a killed process left half holds answers
    with private_workshop(folder) as workshop:
        draft = Path(workshop) / bag_id
        draft.mkdir(mode=0o700)
        for item in items:
            _write(draft / item.name, item.read())
        _finish(draft, inventory, year, subject, bag_id, today)
        if damages := check_bag(draft):
            raise CoursewavesError(f"The disk did not keep the bag ({damages[0]}); fix: try another disk")
        if place.exists():
            raise CoursewavesError(f"{bag_id} is there and damaged; fix: move it aside, or name another --out")
        draft.rename(place)
    return place


def _finish(draft: Path, inventory: list[Listed], year: Year, subject: Subject, bag_id: str, today: date) -> None:
    """Make a bag of a folder: its manifests, what it says of itself, its inventories; all of it private."""
    info = _info(year, subject, bag_id, today)
    bag = bagit.make_bag(str(draft), info, checksums=list(ALGORITHMS))
    institute = year.settings.institute
    values = {
        **{f"institute_{language}": institute.get(language, "") for language in LANGUAGES},
        "subject": subject.subject_id, "courses": ", ".join(subject.courses), "kept_until": info.get("Kept-Until", ""),
        "made_on": today.isoformat(), "files": str(len(inventory)),
        "key": "" if info["Pseudonym-Key"] == _NO_KEY else info["Pseudonym-Key"],
    }  # fmt: skip
    write_inventories(draft, inventory, values)
    bag.save()
    for path in [draft, *draft.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
        _sync(path)


def _info(year: Year, subject: Subject, bag_id: str, today: date) -> dict[str, str]:
    kept = find_retention(year, today)
    days = kept.loc[kept["course_id"].isin(subject.courses), "kept_until"]
    until = "" if days.isna().any() else str(days.max().date())
    institute = next(filter(None, year.settings.institute.values()), "")
    about = "One course" if subject.scope == "course" else "One year"
    told = {
        "Source-Organization": institute,
        "External-Description": f"{about} of survey monitoring of training courses: {subject.subject_id}",
        "External-Identifier": bag_id,
        "Bagging-Date": today.isoformat(),
        "Bag-Software-Agent": f"coursewaves {version('coursewaves')}, bagit {version('bagit')}",
        "Internal-Sender-Identifier": subject.subject_id,
        "Scope": subject.scope,
        "Courses": " ".join(subject.courses),
        "Kept-Until": until,
        "Pseudonym-Key": key_fingerprint(year),
    }
    return {name: value for name, value in told.items() if value}


def key_fingerprint(year: Year) -> str:
    """Return a fingerprint of the work folder's key, by which it is known again; the key itself is in no bag."""
    path = Path(os.environ.get(KEY_VARIABLE) or year.home.root / KEY_FILE)
    return hashlib.sha256(read_key(path)).hexdigest()[:16] if path.exists() else _NO_KEY


def _contents_id(inventory: list[Listed]) -> str:
    """Return the id of a bag's contents; what was made for the bag hangs on the day, and plays no part."""
    lines = [f"{one.sha256}  {one.path}\n" for one in inventory if not one.path.startswith(f"data/{ABOUT}/")]
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()[:12]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(content)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_bag(path: Path) -> list[Damage]:
    """Check a bag whole: every file by both checksums, and that none is missing or not listed.

    Returns
    -------
    list of Damage
        Empty for a sound bag.
    """
    bag, damages = _opened(path)
    if bag is None:
        return damages
    damages += [Damage(name, CHANGED) for name, hashes in sorted(bag.entries.items()) if _differs(path / name, hashes)]
    if not damages:
        try:
            bag.validate()
        except (bagit.BagError, OSError, ValueError) as error:
            return [Damage("", str(error) or UNREADABLE)]
        return _identity_damages(path, bag)
    return damages


def _opened(path: Path) -> tuple[Any, list[Damage]]:
    """Open a bag; with it what is missing of it or not listed in it."""
    try:
        bag = bagit.Bag(str(path))
        missing, unexpected = bag.compare_manifests_with_fs()
    except (bagit.BagError, OSError, ValueError, LookupError) as error:
        return None, [Damage("", f"{UNREADABLE} ({error})")]
    found = [Damage(str(name), MISSING) for name in sorted(missing)]
    return bag, found + [Damage(str(name), UNEXPECTED) for name in sorted(unexpected)]


def _differs(path: Path, hashes: dict[str, str]) -> bool:
    if not path.is_file():
        return False  # told as missing
    content = path.read_bytes()
    return any(hashlib.new(name, content).hexdigest() != told.lower() for name, told in hashes.items())


def _identity_damages(path: Path, bag: Any) -> list[Damage]:
    """Hold a bag of ours against its inventory and its id: whoever writes all manifests anew must forge these too."""
    if "Scope" not in bag.info:
        return []
    try:
        inventory = read_inventory(path)
    except CoursewavesError as error:
        return [Damage("contents.csv", str(error))]
    is_own = str(bag.info.get("External-Identifier", "")).endswith(_contents_id(inventory))
    listed = {one.path: one.sha256 for one in inventory}
    told = {name: hashes["sha256"] for name, hashes in bag.entries.items() if name.startswith("data/")}
    differing = sorted(name for name in listed.keys() | told.keys() if listed.get(name) != told.get(name))
    found = [Damage(name, CHANGED) for name in differing]
    return found if is_own else [*found, Damage("bag-info.txt", "its id is not that of its contents")]


def read_facts(path: Path) -> BagFacts:
    """Return what a sound bag of ours says of itself.

    Raises
    ------
    CoursewavesError
        Where it is damaged, or made by somebody else.
    """
    if damages := check_bag(path):
        more = f" and {len(damages) - 1} more" if len(damages) > 1 else ""
        raise CoursewavesError(f"The bag {path.name} is damaged ({damages[0]}{more}); fix: take another copy of it")
    info = bagit.Bag(str(path)).info
    if "Scope" not in info:
        raise CoursewavesError(f"{path.name} is a bag of somebody else; fix: name one of coursewaves archive make")
    courses = str(info["Courses"]).split()
    subject = str(info["Internal-Sender-Identifier"])
    return BagFacts(str(info["External-Identifier"]), str(info["Scope"]), subject, courses, str(info["Pseudonym-Key"]))


def restore(path: Path, target: Path) -> int:
    """Give back a work folder from the bag of a year; return how many files it has.

    Raises
    ------
    CoursewavesError
        Where the bag is damaged or not of a year, or there is something in the folder.
    """
    facts = read_facts(path)
    if facts.scope != "year":
        raise CoursewavesError(f"{path.name} holds one course, no work folder; fix: restore the bag of its year")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CoursewavesError(f"There is something in {target.name}; fix: name a new folder")
    own = [one for one in read_inventory(path) if one.path.startswith("data/work/")]
    with private_workshop(private_folder(target.absolute().parent)) as workshop:
        draft = Path(workshop) / "home"
        for one in own:
            _write(_inside(draft, one.original), (path / one.path).read_bytes())
        for place in [draft, *draft.rglob("*")]:
            place.chmod(0o700 if place.is_dir() else 0o600)
            _sync(place)
        if target.exists():
            target.rmdir()
        shutil.move(draft, target)
    return len(own)


def _inside(folder: Path, name: str) -> Path:
    """Return a place in a folder; a name that leads out of it is refused."""
    place = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise CoursewavesError(f"The inventory names {name!r}, outside the work folder; fix: take another bag")
    return place
