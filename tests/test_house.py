"""Guards of the house: layout, flow, names, notebooks and documents stay as CONTRIBUTING.md says.

Each rule is a function that returns its findings as text, so that one test shows it finding a planted fault
and another that the project has none.
"""

import ast
import importlib
import json
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from coursewaves.platforms import PLATFORMS
from coursewaves.privacy.pseudonyms import KEY_FILE
from coursewaves.reading.problem_book import rules
from coursewaves.settings.home import Home, Settings
from coursewaves.settings.sources import Source
from coursewaves.system.yamlfile import read_yaml

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "lib" / "coursewaves"
MODULES = sorted(LIBRARY.rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))

LINE = {
    "errors": "",
    "ladder": "",
    "problems": "",
    "phrases": "",
    "kinds": "",
    "disclosure": "",
    "system": "limits isolation processes locks private_files run_folder yamlfile model_faults oneline findings",
    "survey": "instruments wordings checks files",
    "privacy": "identifiers masking pseudonyms",
    "settings": "formats time_forms unattended fieldwork sources home",
    "reading": "zones times columns fingerprints delimited containers decoding catalogue worksheet faults workbook lss "
    "lime_headings draft records spss_cases spss corrections problem_book",
    "platforms": "",
    "registry": "rows tables removals checks reader working_days windows spans",
    "intake": "misplaced codes header_book headers aliases cells check_digits near_codes course_names assign waves "
    "context answers moments forms raw_file duplicates people responses",
    "stats": "",
    "score": "",
    "processed": "year contents query",
    "analysis": "standardise rate summarise factor_analysis topic_verdicts sides compare enough sample coverage "
    "estimate quality careless versions years spoken themes coding",
    "partitions": "accounts pooled subjects cutting",
    "releases": "",
    "deadlines": "report_days table hearings due open_words due_words calendar_file",
    "load": "",
    "regulation": "",
    "charts": "",
    "results": "",
    "documents": "",
    "views": "subject several programme direction course centre view opening",
    "pages": "page_templates clean typeset pieces own_templates present",
    "export": "",
    "entry": "",
    "builders": "",
    "lookup": "",
    "field": "",
    "sections": "",
    "reports_of": "",
    "workers": "child overseer foreman pool",
    "publishing": "report renditions engine manifest plan making warm publish",
    "cluster": "storage parcels station dask_client reports",
    "index": "",
    "archive": "",
    "simulate": "",
    "letters": "",
    "councils": "",
    "lab": "",
    "standing": "due_page due_files day_pages regulation_page",
    "runs": "logs record run_times history words status_page status senders alerts run",
    "explore": "",
    "schedule": "",
    "doctor": "",
    "commands": "console schedule calendar councils regulation forms entry archive letters field runs releases lab",
    "cli": "",
}  # fmt: skip
"""The straight line, the modules of each package in their order: a module imports only what stands before it. A package
without modules here stands in the line as a whole."""

MOST_LINES_OF_A_MODULE = 320
MOST_LINES_OF_A_BODY = 25
SHARE_OF_SHORT_BODIES = 0.9
MOST_LINES_OF_A_CELL = 15


def committed() -> list[Path]:
    """Every file that is in git, or would be after ``git add``."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def name_of(path: Path) -> str:
    """A file as the reader of a failed test knows it."""
    return path.relative_to(ROOT).as_posix()


def listed(faults: Iterable[str]) -> str:
    """All findings, a line each: what a failed guard says."""
    return "\n".join(faults)


@cache
def tree_of(path: Path) -> ast.Module:
    """A module of the library, parsed once; only to be read."""
    return ast.parse(path.read_text(encoding="utf-8"))


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the library, parsed."""
    for path in MODULES:
        yield name_of(path), tree_of(path)


# The library ---------------------------------------------------------------------------------------


def imported_parts(tree: ast.AST, package: tuple[str, ...]) -> set[tuple[str, str]]:
    """Name what a module imports of coursewaves, as package and module; `package` is the folder that it lies in."""
    parts = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*stem, *filter(None, [node.module])])
            targets = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        parts |= {(*target.split(".")[1:], "")[:2] for target in targets if target.startswith("coursewaves.")}
    return parts


def place_in_line(package: str, module: str) -> tuple[int, int]:
    """Where something stands; what a package says itself, and one that stands as a whole, comes before its modules."""
    modules = LINE[package].split()
    return list(LINE).index(package), modules.index(module) if module in modules else -1


def flow_faults(package: str, module: str, imports: Iterable[tuple[str, str]]) -> list[str]:
    """Name the imports that run against the line."""
    if package not in LINE or (LINE[package] and module not in [*LINE[package].split(), "__init__"]):
        return [f"{package} {module}".strip() + " has no place in LINE"]
    own = place_in_line(package, module)
    late = [other for other in sorted(imports) if other[0] not in LINE or place_in_line(*other) > own]
    return [f"{package}.{module} imports {'.'.join(other).rstrip('.')}, which comes later" for other in late]


def test_a_module_imports_only_modules_earlier_in_the_line():
    faults = []
    for path in MODULES:
        steps = path.relative_to(LIBRARY).with_suffix("").parts
        if steps == ("__init__",):
            continue
        package = ("coursewaves", *steps[:-1])
        imports = imported_parts(tree_of(path), package)
        faults += flow_faults(*(*steps, "")[:2], imports)
    assert not faults, listed(faults)


def test_every_place_in_the_line_is_taken():
    found = {path.relative_to(LIBRARY).with_suffix("").parts for path in MODULES}
    parts = {(*steps, "")[:2] for steps in found} | {(steps[0], "") for steps in found}
    named = {(package, module) for package, modules in LINE.items() for module in modules.split() or [""]}
    empty = [f"{' '.join(place)} stands in LINE and is no module" for place in sorted(named - parts)]
    assert not empty, listed(empty)


@pytest.mark.parametrize(
    "source",
    [
        "from coursewaves.publishing.report import publish",
        "import coursewaves.publishing.report",
        "from coursewaves.publishing import report",
        "from .publishing.report import publish",
        "def late():\n    from coursewaves.publishing.report import publish",
    ],
)
@pytest.mark.parametrize("importer", [("analysis", "compare"), ("stats", "ranks"), ("publishing", "__init__")])
def test_an_import_against_the_line_is_found(source, importer):
    imports = imported_parts(ast.parse(source), ("coursewaves",))
    found = [f"{'.'.join(importer)} imports publishing.report, which comes later"]
    assert flow_faults(*importer, imports) == found


def test_a_module_may_import_what_stands_before_it_in_its_package():
    imports = {("publishing", "report"), ("publishing", ""), ("stats", "ranks"), ("system", "PACKAGE")}
    assert flow_faults("publishing", "plan", imports) == []
    assert flow_faults("stats", "ranks", {("stats", "changes")}) == []


def test_a_module_without_a_place_is_found():
    assert flow_faults("publishing", "other", []) == ["publishing other has no place in LINE"]
    assert flow_faults("other", "", []) == ["other has no place in LINE"]


def test_statistics_see_arrays_and_never_a_table():
    found = [name for name, tree in trees() if "/stats/" in name and "pandas" in foreign_modules(tree)]
    assert not found, listed(found)


def test_the_library_is_named_coursewaves_everywhere():
    found = [name for name, tree in trees() if "lib" in foreign_modules(tree)]
    assert not found, listed(found)


def foreign_modules(tree: ast.AST) -> set[str]:
    """Name the top-level modules that are imported anywhere in a tree."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").partition(".")[0])
    return names


def test_every_module_fits_in_320_lines():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    long = [f"{name}: {n} lines" for name, n in lengths.items() if n > MOST_LINES_OF_A_MODULE]
    assert not long, listed(long)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function's body without its docstring.

    >>> body_lines(ast.parse('def f():\\n    "A."\\n    a = 1\\n    return a').body[0])
    2
    """
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_nine_in_ten_function_bodies_have_25_lines_at_most():
    lengths = {
        f"{name}:{node.lineno} {node.name}": body_lines(node)
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    long = [f"{name}: {n} lines" for name, n in lengths.items() if n > MOST_LINES_OF_A_BODY]
    assert len(long) <= (1 - SHARE_OF_SHORT_BODIES) * len(lengths), listed(long)


def undocumented(tree: ast.Module | ast.ClassDef, owner: str = "") -> list[str]:
    """Name the public functions, classes and methods without a docstring or without a return annotation."""
    faults = []
    for node in tree.body:
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if not (is_function or isinstance(node, ast.ClassDef)) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            faults.append(f"{owner}{node.name} has no docstring")
        if is_function and node.returns is None:
            faults.append(f"{owner}{node.name} has no return annotation")
        if isinstance(node, ast.ClassDef):
            faults += undocumented(node, f"{node.name}.")
    return faults


def test_every_public_name_has_a_docstring_and_a_return_annotation():
    faults = [f"{name}: {fault}" for name, tree in trees() for fault in undocumented(tree)]
    faults += [f"{name}: no docstring" for name, tree in trees() if ast.get_docstring(tree) is None]
    assert not faults, listed(faults)


def test_a_bare_public_method_is_found():
    tree = ast.parse('class Table:\n    "A table."\n    def rows(self): ...\n    def _own(self): ...')
    assert undocumented(tree) == ["Table.rows has no docstring", "Table.rows has no return annotation"]


FORBIDDEN_NAMES = {"eval", "exec", "HTML", "Markdown", "Javascript", "Styler"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}
FORBIDDEN_ATTRIBUTES = FORBIDDEN_NAMES - {"exec"} | {"style", "to_pickle", "read_pickle"}


def unsafe(tree: ast.AST) -> list[str]:
    """Name what may run a participant's text as code or as HTML, or run code that lies in a file."""
    faults = [f"imports {module}" for module in sorted(foreign_modules(tree) & FORBIDDEN_MODULES)]
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES:
            faults.append(f"line {line} uses {node.id}")
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            faults.append(f"line {line} uses .{node.attr}")
        if isinstance(node, ast.alias) and node.name.rpartition(".")[2] in FORBIDDEN_NAMES:
            faults.append(f"line {line} imports {node.name}")
        if isinstance(node, ast.keyword) and node.arg == "escape" and is_constant(node.value, False):
            faults.append(f"line {line} sets escape=False")
    return faults


def is_constant(node: ast.AST, value: object) -> bool:
    """Whether a node is this very literal."""
    return isinstance(node, ast.Constant) and node.value is value


def test_nothing_in_the_library_runs_text_as_code_or_html():
    faults = [f"{name}: {fault}" for name, tree in trees() for fault in unsafe(tree)]
    assert not faults, listed(faults)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("eval(text)", "line 1 uses eval"),
        ("exec(text)", "line 1 uses exec"),
        ("from IPython.display import HTML", "line 1 imports HTML"),
        ("from IPython import display\ndisplay.Markdown(text)", "line 2 uses .Markdown"),
        ("scores.style.format('{}')", "line 1 uses .style"),
        ("scores.to_html(escape=False)", "line 1 sets escape=False"),
        ("import pickle", "imports pickle"),
        ("pandas.read_pickle(path)", "line 1 uses .read_pickle"),
    ],
)
def test_a_way_to_run_text_is_found(source, fault):
    assert unsafe(ast.parse(source)) == [fault]


# What is committed ---------------------------------------------------------------------------------

REGISTRY_HOST = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|debian\.org|ubuntu\.com|anaconda\.(?:org|com)"
    r"|proxy\.golang\.org|crates\.io|index-url\s*=|find-links\s*=)",
    re.IGNORECASE,
)
LOCAL_PATH = re.compile(r"(?<![\w.>*})~-])/(?:work|tmp|root|home|opt/(?:pypi|wheels))(?![\w-])|file:/{3}")
BUILD_FILES = ("constraints.txt", "environment.yml", "pyproject.toml", "Makefile", ".ci/run")


def leaks(text: str) -> list[str]:
    """Name the package registries and the paths of one machine that a text holds."""
    return [match.group() for rule in (REGISTRY_HOST, LOCAL_PATH) for match in rule.finditer(text)]


def test_no_committed_file_names_a_registry_or_a_path_of_one_machine():
    faults = []
    for path in committed():
        content = path.read_bytes()
        if b"\0" not in content:
            faults += [f"{name_of(path)}: {leak}" for leak in leaks(content.decode("utf-8", "replace"))]
    assert not faults, listed(faults)


@pytest.mark.parametrize("place", ["work", "tmp", "root", "home"])
def test_a_path_of_one_machine_is_found(place):
    assert leaks(f"open('/{place}/x.csv')") == [f"/{place}"]
    assert leaks(f"the <{place}>/{place}/x and lib/{place}.py") == []


def test_a_registry_is_found():
    assert leaks("see https://" + "pypi" + ".org/simple") == ["pypi" + ".org"]


def test_no_file_that_builds_names_a_host():
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in BUILD_FILES}
    assert [name for name, text in texts.items() if "://" in text or "git+" in text] == []


def is_ignored(path: str) -> bool:
    """Whether git would leave a file out."""
    asked = ["git", "check-ignore", "-q", "--no-index", path]
    return subprocess.run(asked, cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    "path",
    [
        "data/raw/responses/wave1/answers.csv",
        "data/raw/registry/participants.csv",
        "data/processed/responses.parquet",
        "data/export/responses.csv",
        "data/field/C/drawn.xlsx",
        "data/letters/2025-01-10/wave1_C1.eml",
        "data/archive/2025-0123456789ab/bagit.txt",
        "data/register/journal.jsonl",
        "reports/2025/index.html",
        "demo/data/raw/registry/participants.csv",
        "examples/workshops/data/raw/responses/answers.csv",
        "examples/workshops/data/processed/responses.parquet",
        "examples/workshops/reports/index.html",
        ".venv/bin/python",
    ],
)
def test_git_leaves_out_answers_reports_and_environments(path):
    assert is_ignored(path)


@pytest.mark.parametrize(
    "path",
    [
        "lib/coursewaves/publishing/report.py",
        "lib/coursewaves/survey/questionnaires/a.yml",
        "notebooks/reports/course.ipynb",
        "data/raw/.gitkeep",
        "examples/workshops/data/raw/registry/courses.csv",
        "constraints.txt",
    ],
)
def test_git_takes_what_the_project_is_made_of(path):
    assert not is_ignored(path)


# The environment -----------------------------------------------------------------------------------


def pyproject() -> dict[str, Any]:
    """The project's own description."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(text: str) -> dict[str, set[str]]:
    """Read the versions of every package that constraints pin; several where Python's version decides."""
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;.+)?", line)
        assert match, f"not a pin: {line!r}"
        found.setdefault(canonicalize_name(match[1]), set()).add(match[2])
    return found


def unpinned(requirements: Iterable[str], pinned: dict[str, set[str]]) -> list[str]:
    """Name the requirements that have no pin, or one that does not satisfy them."""
    faults = []
    for requirement in map(Requirement, requirements):
        versions = pinned.get(canonicalize_name(requirement.name), set())
        if not versions or not all(requirement.specifier.contains(version) for version in versions):
            faults.append(f"{requirement}: pinned {sorted(versions) or 'nowhere'}")
    return faults


def test_every_dependency_is_pinned_to_a_version_that_it_allows():
    project = pyproject()
    wanted = list(chain(project["dependencies"], *project["optional-dependencies"].values()))
    faults = unpinned(wanted, pins((ROOT / "constraints.txt").read_text(encoding="utf-8")))
    assert not faults, listed(faults)


def test_a_dependency_without_a_fitting_pin_is_found():
    pinned = pins("# made by\nnumpy==2.4.6 ; python_full_version < '3.12'\nnumpy==2.5.5\nRich==13.0\n")
    assert pinned == {"numpy": {"2.4.6", "2.5.5"}, "rich": {"13.0"}}
    assert unpinned(["numpy>=2.2"], pinned) == []
    assert unpinned(["numpy>=2.5", "rich>=14", "scipy"], pinned) == [
        "numpy>=2.5: pinned ['2.4.6', '2.5.5']",
        "rich>=14: pinned ['13.0']",
        "scipy: pinned nowhere",
    ]


def undeclared(folder: str, *extras: str) -> list[str]:
    """Name what the files of a folder import of other projects that the project does not ask for."""
    project, packages = pyproject(), packages_distributions()
    wanted = chain(project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras))
    asked = {canonicalize_name(Requirement(requirement).name) for requirement in wanted}
    own = {path.stem for path in committed() if path.suffix == ".py"} | {"coursewaves", "exports"}
    names = {name for path in sorted((ROOT / folder).rglob("*.py")) for name in foreign_modules(tree_of(path))}
    foreign = sorted(names - own - sys.stdlib_module_names)
    return [name for name in foreign if not asked & {canonicalize_name(one) for one in packages.get(name, [])}]


@pytest.mark.parametrize(
    ("folder", "extras"), [("lib", ("cluster", "documents")), ("tests", ("test",)), ("tools", ("test",))]
)
def test_what_is_imported_is_asked_for_and_does_not_come_along_by_chance(folder, extras):
    assert undeclared(folder, *extras) == []


def test_an_import_that_nobody_asked_for_is_found():
    assert {"pytest", "hypothesis"} <= {*undeclared("tests")}


def test_conda_gets_python_and_pip_and_pip_gets_the_rest():
    wanted = read_yaml(ROOT / "environment.yml").content["dependencies"]
    python = f"python{pyproject()['requires-python']}"
    assert wanted == [python, "pip", {"pip": ["-c constraints.txt", "-e ."]}]


def test_the_checks_run_the_readme_s_own_test_command():
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert "make test" in code_of(document("README.md"))


# Notebooks -----------------------------------------------------------------------------------------

FORBIDDEN_NODES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Try)
FORBIDDEN_IN_NOTEBOOKS = {"os", "pathlib", "sys", "subprocess", "shutil", "glob", "importlib", "io", "scipy"}
MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")
RELATIVE_PATH = re.compile(r"\.{0,2}/|(?:data|reports|notebooks|lib)/")


def notebook_faults(notebook: dict[str, Any]) -> list[str]:
    """Name everything in which a notebook is more than parameters, a setup and calls that show something."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    kernel = notebook["metadata"].get("kernelspec", {}).get("name")
    faults = [] if kernel == "python3" else [f"kernel {kernel}, not python3"]
    faults += [f"cell {n} of all: no id" for n, cell in enumerate(notebook["cells"], 1) if not cell.get("id")]
    sources = ["".join(cell["source"]) for cell in cells]
    for number, (cell, source) in enumerate(zip(cells, sources, strict=True), 1):
        faults += [f"cell {number}: {fault}" for fault in [*stored(cell), *cell_faults(source)]]
    return faults + order_faults(cells, sources)


def stored(cell: dict[str, Any]) -> list[str]:
    """Name what a run left in a cell."""
    return [f"stored {key}" for key in ("outputs", "execution_count") if cell.get(key)]


def cell_faults(source: str) -> list[str]:
    """Name what does not belong in any code cell."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ["not plain Python"]
    faults = unsafe(tree)
    if len(source.splitlines()) > MOST_LINES_OF_A_CELL:
        faults.append(f"{len(source.splitlines())} lines")
    faults += [f"imports {name}" for name in sorted(foreign_modules(tree) & FORBIDDEN_IN_NOTEBOOKS)]
    for node in ast.walk(tree):
        if isinstance(node, FORBIDDEN_NODES):
            faults.append(f"has a {type(node).__name__}")
        if isinstance(node, ast.Compare) and any(is_number(side) for side in (node.left, *node.comparators)):
            faults.append("compares with a number")
        if isinstance(node, ast.Attribute) and node.attr in ("iloc", "iat"):
            faults.append("counts rows or columns")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            faults += ["has HTML in a text"] * bool(MARKUP.search(node.value))
            faults += ["has a relative path"] * bool(RELATIVE_PATH.match(node.value))
    return faults


def is_number(node: ast.AST) -> bool:
    """Whether a node is a literal number."""
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def order_faults(cells: list[dict[str, Any]], sources: list[str]) -> list[str]:
    """Name the faults of the order: parameters, the one setup, then cells that end with what they show."""
    tagged = [n for n, cell in enumerate(cells, 1) if "parameters" in cell["metadata"].get("tags", [])]
    faults = [] if tagged == [1] else [f"cells tagged parameters: {tagged}, not the first code cell alone"]
    faults += parameter_faults(sources[0]) if sources else []
    for number, source in enumerate(sources[1:], 2):
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in body)
        if imports and number > 2:
            faults.append(f"cell {number}: a second setup cell")
        if not imports and number == 2:
            faults.append("cell 2: the setup cell imports nothing")
        if number > 2 and not (body and isinstance(body[-1], ast.Expr)):
            faults.append(f"cell {number}: ends without showing anything")
    return faults


def parameter_faults(source: str) -> list[str]:
    """Name the lines of a parameters cell that are not a commented literal."""
    lines = source.splitlines()
    faults = []
    for node in ast.parse(source).body:
        value = getattr(node, "value", None)
        try:
            ast.literal_eval(value if isinstance(node, ast.Assign | ast.AnnAssign) else "no literal")
        except (ValueError, TypeError, SyntaxError):
            faults.append(f"parameters, line {node.lineno}: not a literal")
        above = lines[node.lineno - 2] if node.lineno > 1 else ""
        if "#" not in lines[node.lineno - 1] and not above.startswith("#"):
            faults.append(f"parameters, line {node.lineno}: no comment")
    return faults


def notebook_of(*sources: str, tags: Iterable[str] = ("parameters",)) -> dict[str, Any]:
    """Make a notebook of code cells, the first of them tagged."""
    new = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells: list[dict[str, Any]] = [new | {"id": f"c{n}", "source": text} for n, text in enumerate(sources)]
    cells[0]["metadata"] = {"tags": list(tags)}
    return {"cells": cells, "metadata": {"kernelspec": {"name": "python3"}}}


PARAMETERS = 'course_id = "P01-01"  # a course of the registry'
SETUP = "from coursewaves import sections\ncourse = sections.open_course(course_id)"


def test_there_is_a_notebook_for_reports():
    assert any(path.parent.name == "reports" for path in NOTEBOOKS), "notebooks/reports holds no notebook"


def test_every_notebook_only_calls_and_shows():
    faults = []
    for path in NOTEBOOKS:
        if ".ipynb_checkpoints" not in path.parts:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            faults += [f"{name_of(path)}: {fault}" for fault in notebook_faults(notebook)]
    assert not faults, listed(faults)


def test_a_notebook_of_parameters_setup_and_calls_has_no_fault():
    assert notebook_faults(notebook_of(PARAMETERS, SETUP, "sections.summary(course)")) == []


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("def f(): ...\nf()", "has a FunctionDef"),
        ("class A: ...\nA()", "has a ClassDef"),
        ("try:\n    f()\nexcept Exception:\n    g()\nf()", "has a Try"),
        ("import os\nos.getcwd()", "imports os"),
        ("from pathlib import Path\nPath()", "imports pathlib"),
        ("show('<b>low</b>')", "has HTML in a text"),
        ("show(f'<b>{name}</b>')", "has HTML in a text"),
        ("show('../data/raw')", "has a relative path"),
        ("scores[scores.rating < 62.5]", "compares with a number"),
        ("scores.iloc[:, 3]", "counts rows or columns"),
        ("%matplotlib inline", "not plain Python"),
        ("\n".join(["f()"] * 16), "16 lines"),
        ("scores = f()", "ends without showing anything"),
        ("from coursewaves import stats\nstats", "a second setup cell"),
        ("HTML('x')", "line 1 uses HTML"),
    ],
)
def test_a_cell_that_does_more_is_found(cell, fault):
    assert f"cell 3: {fault}" in notebook_faults(notebook_of(PARAMETERS, SETUP, cell))


def test_a_stored_output_is_found():
    notebook = notebook_of(PARAMETERS, SETUP, "f()")
    notebook["cells"][2] |= {"outputs": [{"output_type": "stream"}], "execution_count": 3}
    assert notebook_faults(notebook) == ["cell 3: stored outputs", "cell 3: stored execution_count"]


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ("home = make()  # a folder", "parameters, line 1: not a literal"),
        ('course_id = "P01-01"', "parameters, line 1: no comment"),
        ("print(1)  # hello", "parameters, line 1: not a literal"),
    ],
)
def test_a_parameter_that_is_not_a_commented_literal_is_found(parameters, fault):
    assert notebook_faults(notebook_of(parameters, SETUP)) == [fault]


def test_a_first_cell_without_its_tag_is_found():
    fault = "cells tagged parameters: [], not the first code cell alone"
    assert notebook_faults(notebook_of(PARAMETERS, SETUP, tags=[])) == [fault]


# Documents -----------------------------------------------------------------------------------------

OWN_PATH = re.compile(r"(?:lib|tests|docs|notebooks|examples|benchmarks|\.ci)/[\w./-]+")
FILE_NAME = re.compile(r"[\w-]+\.(?:yml|md|csv|py|txt|ipynb|toml|html|json)")


def document(name: str) -> str:
    """The text of one document; an empty one has still to be written."""
    path = ROOT / name
    assert path.is_file() and path.read_text(encoding="utf-8").strip(), f"{name} has still to be written"
    return path.read_text(encoding="utf-8")


def code_of(text: str) -> str:
    """All that a Markdown text sets as code, a line each."""
    fence = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return "\n".join([*fence.findall(text), *re.findall(r"`([^`\n]+)`", fence.sub("", text))])


def targets() -> set[str]:
    """The targets that the Makefile has."""
    return set(re.findall(r"^([a-z]+):", document("Makefile"), re.MULTILINE))


def test_every_make_target_that_a_document_names_exists():
    named = {
        name: set(re.findall(r"^\W*make ([a-z]+)", code_of(document(name)), re.MULTILINE))
        for name in ("README.md", "CONTRIBUTING.md")
    }
    assert {name: found - targets() for name, found in named.items() if found - targets()} == {}
    assert {"demo", "test"} <= named["README.md"]


def command_faults(text: str, app: Any) -> list[str]:
    """Name the commands and options in a document's code that the command line does not know."""
    group = typer.main.get_command(app)
    faults = []
    for call in re.findall(r"^\W*(?:\S+/)?coursewaves ([^#|&;\n]+)", code_of(text), re.MULTILINE):
        faults += [f"coursewaves {call.strip()}: {fault}" for fault in call_faults(shlex.split(call), group)]
    return faults


def call_faults(words: list[str], group: Any) -> list[str]:
    """Name what a command line does not know of one call of it."""
    command, place = group, 0
    while place < len(words):
        word = words[place]
        if word.startswith("-"):
            options = {name: param for param in command.params for name in param.opts + param.secondary_opts}
            option = options.get(word.partition("=")[0])
            if option is None and word != "--help":
                return [f"no option {word}"]
            place += bool(option and not option.is_flag and "=" not in word)
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return [f"no command {word}"]
            command = command.commands[word]
        place += 1
    return []


def test_every_command_that_a_document_names_exists():
    cli = importlib.import_module("coursewaves.cli")
    names = ["README.md", "CONTRIBUTING.md", *(name_of(path) for path in (ROOT / "docs").glob("*.md"))]
    faults = [f"{name}: {fault}" for name in names for fault in command_faults(document(name), cli.app)]
    assert not faults, listed(faults)
    assert re.search(r"coursewaves [a-z-]", code_of(document("README.md"))), "README.md names no command"


def test_a_command_that_does_not_exist_is_found():
    app = typer.Typer()

    @app.callback()
    def main(home: str = "", quiet: bool = False) -> None: ...

    @app.command()
    def load(name: str = "") -> None: ...

    timer = typer.Typer(name="timer")
    app.add_typer(timer)

    @timer.command()
    def write(at: str = "") -> None: ...

    @timer.command()
    def stop() -> None: ...

    text = (
        "```sh\ncoursewaves --home demo load  # reads\n.venv/bin/coursewaves --quiet load --name=x\n```\n"
        "`coursewaves send`, `coursewaves load --fast`, coursewaves is good, `coursewaves.yml`\n"
        "`coursewaves timer write --at 02:30`, `coursewaves timer stop`, `coursewaves timer go`, "
        "`coursewaves timer write --fast`"
    )
    assert command_faults(text, app) == [
        "coursewaves send: no command send",
        "coursewaves load --fast: no option --fast",
        "coursewaves timer go: no command go",
        "coursewaves timer write --fast: no option --fast",
    ]


def test_every_path_and_link_of_the_documents_leads_somewhere():
    faults = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
        faults += [f"{name_of(path)}: {link}" for link in links if not (path.parent / link).exists()]
        named = [line for line in code_of(text).splitlines() if OWN_PATH.fullmatch(line)]
        faults += [f"{name_of(path)}: {name}" for name in named if not (ROOT / name).exists()]
    assert not faults, listed(faults)


def test_the_changelog_tells_apart_what_moves_numbers():
    assert re.search(r"^### Methodology$", document("CHANGELOG.md"), re.MULTILINE)


def regulation_rows() -> dict[str, list[str]]:
    """The table of docs/regulation.md: the cells of each row after the paragraphs that it is about."""
    lines = [line for line in document("docs/regulation.md").splitlines() if re.match(r"\| ¶\d", line)]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {label: cells for label, *cells in rows}


def paragraphs(label: str) -> set[int]:
    """Read "¶7" as {7} and "¶1-3" as {1, 2, 3}."""
    first, _, last = label.removeprefix("¶").partition("-")
    return set(range(int(first), int(last or first) + 1))


def exists(name: str) -> bool:
    """Whether a dotted name leads to something in the library; a model's field counts."""
    owner, _, last = f"coursewaves.{name}".rpartition(".")
    try:
        if last in getattr(pkgutil.resolve_name(owner), "__annotations__", {}):
            return True
        pkgutil.resolve_name(f"{owner}.{last}")
    except (ImportError, AttributeError):
        return False
    return True


def is_a_test(name: str) -> bool:
    """Whether ``test_file::test_name`` names a test."""
    file, _, test = name.partition("::")
    path = ROOT / "tests" / f"{file.removesuffix('.py')}.py"
    return path.is_file() and f"\ndef {test}(" in path.read_text(encoding="utf-8")


def work_files() -> set[str]:
    """Names of files that only a work folder has."""
    return {Home(Path()).aliases.name, KEY_FILE}


def missing_names(text: str) -> list[str]:
    """Name the functions, tests and files in a document's code that do not exist."""
    files = {path.name for path in committed()} | work_files()
    faults = []
    for word in code_of(text).splitlines():
        if "::" in word:
            faults += [] if is_a_test(word) else [word]
        elif FILE_NAME.fullmatch(word) or word in files:
            faults += [] if word in files else [word]
        elif re.fullmatch(r"[a-z_]+(?:\.\w+)+", word):
            faults += [] if exists(word) else [word]
    return faults


@pytest.mark.parametrize("name", ["docs/regulation.md", "docs/intake.md", "docs/faults.md"])
def test_a_page_of_tables_names_only_what_exists(name):
    missing = missing_names(document(name))
    assert not missing, listed(missing)


def test_a_name_that_does_not_exist_is_found():
    text = (
        "`errors.CoursewavesError.not_found` `errors.lost` `nowhere.at_all` "
        "`settings.home.Settings.minimum_group` `framework.yml` `lost.yml` "
        "`test_house::test_every_paragraph_has_its_row` `test_house::test_lost`"
    )
    assert missing_names(text) == ["errors.lost", "nowhere.at_all", "lost.yml", "test_house::test_lost"]


def test_every_paragraph_has_its_row():
    named = [number for label in regulation_rows() for number in sorted(paragraphs(label))]
    assert named == list(range(1, 23))


def row_faults(rows: dict[str, list[str]]) -> list[str]:
    """Name the paragraphs without code, or with code and no test, that do not say "not yet"."""
    faults = []
    for label, (_asks, code, test, *_seen) in rows.items():
        if "`" not in code and "not yet" not in code:
            faults.append(f"{label} has no code")
        if "`" in code and "::" not in test:
            faults.append(f"{label} has code and no test")
    return faults


def test_every_paragraph_has_code_and_a_test_or_says_not_yet():
    faults = row_faults(regulation_rows())
    assert not faults, listed(faults)


def test_a_paragraph_without_code_or_test_is_found():
    rows = {
        "¶1": ["asks", "`score.score_responses`", "`test_score::test_it`", "report"],
        "¶2": ["asks", "`score.score_responses`; the rest: not yet", "not yet", "report"],
        "¶3": ["asks", "", "", ""],
        "¶4": ["asks", "not yet", "not yet", "not yet"],
    }
    assert row_faults(rows) == ["¶2 has code and no test", "¶3 has no code"]


CASES = [*(f"T{number:02}" for number in range(1, 28)), "T39", "T40"]
"""Cases of the catalogue that the intake and the export have to hold."""


def rows_of(page: str, first_cell: str) -> dict[str, str]:
    """The rows of a page's tables whose first cell has a form: what stands behind it."""
    return dict(re.findall(rf"^\| ({first_cell}) \|(.*)\|$", page, re.MULTILINE))


def test_every_case_of_the_intake_has_its_row_and_a_test():
    rows = rows_of(document("docs/intake.md"), r"T\d\d")
    assert list(rows) == CASES
    assert [case for case, row in rows.items() if "`test_" not in row.rpartition("|")[2]] == []


def test_every_case_of_the_execution_has_its_row_and_a_test():
    rows = rows_of(document("docs/faults.md"), r"T\d\d [^|]*")
    assert [case[:3] for case in rows] == [f"T{number}" for number in range(54, 71)]
    assert [case for case, row in rows.items() if "`test_" not in row.rpartition("|")[2]] == []


def test_a_case_without_a_test_is_found():
    rows = rows_of("| T01 | a | b | `test_x::test_y` |\n| T02 | a | b | none |\n| T3 | a |", r"T\d\d")
    assert list(rows) == ["T01", "T02"]
    assert [case for case, row in rows.items() if "`test_" not in row.rpartition("|")[2]] == ["T02"]


def test_the_page_of_the_intake_names_every_platform_and_setting_and_no_unknown_rule():
    page = document("docs/intake.md")
    named = {name.strip("`") for name in rows_of(page, r"`[a-z_]+`")}
    assert named == {*PLATFORMS, *Settings.model_fields, *Source.model_fields}
    assert set(re.findall(r"\bE-[A-Z]+\b", page)) - rules().keys() == set()
