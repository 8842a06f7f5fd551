"""The ladder: what is shown from how many answers, and that no other module decides it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursewaves.ladder import LEAST, least
from coursewaves.settings.home import Settings

LIBRARY = Path(__file__).parents[1] / "lib" / "coursewaves"

NO_RUNGS = {
    "builders/outline.py: LEAST_ON_A_PAGE = 5": "questions on a page of a form",
    "privacy/identifiers.py: 10 <= len(digits) <= 12": "digits of an identification number",
    "runs/logs.py: len(met) < 5": "errors behind an error",
    "intake/near_codes.py: LEAST_SIGNS = 5": "signs of a code",
    "problems.py: 0 < sum((c.isdigit() for c in text)) < 10": "digits of a telephone number",
    "runs/run.py: LEAST_SPACE = 100": "megabytes on a disk",
    "simulate/__init__.py: enrolled < 10": "the size of a made-up course",
    "stats/changes.py: FEWEST_PAIRS = 5": "what T_new2 needs to estimate a correlation",
    "stats/groups.py: SMALL_GROUP = 10": "where the t approximation gives way to permutation",
    "stats/pooled.py: FEWEST_CLUSTERS = 10": "courses that a bootstrap of courses needs",
    "stats/sampling.py: MINIMUM = 10": "whom to invite, not what to show (¶10)",
    "stats/scales.py: found.max() > 10": "the end of the scale of recommendation",
    "stats/shrinkage.py: FEWEST_GROUPS = 10": "programmes that shrinkage needs",
    "stats/trends.py: FEWEST_CLUSTERS = 10": "courses that a clustered error needs",
    "stats/trends.py: FEWEST_YEARS = 5": "years that a test of a trend needs",
    "stats/weights.py: LEAST_IN_CELL = 10": "answers in a cell that raking needs",
}
"""Sizes of other things, or of what an estimator itself needs: each with its reason."""

UNEQUAL = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def rung(node: ast.AST | None) -> bool:
    """Whether a node is a number of the ladder."""
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value in LEAST.values()


def is_of_a_size(name: str) -> bool:
    """Whether a name promises the least or smallest of something."""
    return any(part in name.upper().split("_") for part in ("LEAST", "FEWEST", "MINIMUM", "SMALL", "GE", "ENOUGH"))


def sizes(tree: ast.AST) -> Iterator[str]:
    """Name the places where a module holds a size against a number of the ladder, or keeps one of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(rung(side) for side in (node.left, *node.comparators)):
            yield from [ast.unparse(node)] if any(isinstance(sign, UNEQUAL) for sign in node.ops) else []
        elif isinstance(node, ast.Assign | ast.AnnAssign) and rung(node.value):
            names = [ast.unparse(target) for target in getattr(node, "targets", None) or [node.target]]
            yield from (f"{name} = {ast.unparse(node.value)}" for name in names if is_of_a_size(name))
        elif isinstance(node, ast.keyword) and rung(node.value) and is_of_a_size(node.arg or ""):
            yield ast.unparse(node)
        elif isinstance(node, ast.arguments):
            plain = zip(reversed([*node.posonlyargs, *node.args]), reversed(node.defaults), strict=False)
            for name, value in [*plain, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]:
                if rung(value) and is_of_a_size(name.arg):
                    yield f"{name.arg}={ast.unparse(value)}"


def test_the_ladder_is_that_of_the_methods():
    # docs/methods.md, section 3: under 5 nothing, 5-9 counts, from 10 shares and means, from 15 tests, from 30 alpha;
    # of all courses together from 100 weights of the factors, from 200 their order and the questionnaire's structure
    assert LEAST == {
        "counts": 5, "shares": 10, "means": 10, "quotes": 10, "subgroups": 10, "low_rated": 10, "tests": 15,
        "reliability": 30, "polychoric": 100, "importance": 100, "ranking": 200, "structure": 200,
    }  # fmt: skip


@pytest.mark.parametrize(("minimum", "expected"), [(5, [5, 10, 15]), (8, [8, 10, 15]), (20, [20, 20, 20])])
def test_an_institutes_minimum_only_raises(minimum, expected):
    assert [least(kind, minimum) for kind in ("counts", "means", "tests")] == expected


def test_the_minimum_group_of_the_settings_is_the_lowest_rung():
    assert Settings().minimum_group == LEAST["counts"]
    with pytest.raises(ValueError, match="minimum_group"):
        Settings(minimum_group=LEAST["counts"] - 1)


def test_no_other_module_says_from_how_many_answers_something_is_shown():
    found = {
        f"{path.relative_to(LIBRARY).as_posix()}: {fault}"
        for path in LIBRARY.rglob("*.py")
        if path.parent.name != "charts" and path.name != "ladder.py"
        for fault in sizes(ast.parse(path.read_text(encoding="utf-8")))
    }
    unknown = found - NO_RUNGS.keys()
    assert not unknown, f"not of the ladder, and no reason in NO_RUNGS: {sorted(unknown)}"
    assert not NO_RUNGS.keys() - found, "a reason for what is no longer there"


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("if n_both >= 15: show()", "n_both >= 15"),
        ("hidden = people[5 > people]", "5 > people"),
        ("LEAST_FOR_A_TEST = 15", "LEAST_FOR_A_TEST = 15"),
        ("least: int = 200", "least = 200"),
        ("def show(n, least=10): ...", "least=10"),
        ("def show(n, *, minimum=5): ...", "minimum=5"),
        ("Field(default=3, ge=5)", "ge=5"),
    ],
)
def test_a_size_of_a_module_s_own_is_found(source, fault):
    assert list(sizes(ast.parse(source))) == [fault]


@pytest.mark.parametrize(
    "source", ["n >= LEAST['tests']", "draws = 200", "len(path) == 5", "view.least('tests')", "x * 100"]
)
def test_other_numbers_are_left_alone(source):
    assert list(sizes(ast.parse(source))) == []
