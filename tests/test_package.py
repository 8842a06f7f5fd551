"""The package gives its public names when they are asked for, and costs next to nothing before."""

import subprocess
import sys

import pytest

import coursewaves as cw

HEAVY = ("matplotlib", "pandas", "papermill", "seaborn")


@pytest.mark.parametrize("name", cw.__all__)
def test_every_public_name_is_there(name):
    assert getattr(cw, name) is not None
    assert name in dir(cw)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = cw.no_such_name


def test_importing_the_package_imports_nothing_heavy():
    code = f"import sys, coursewaves; print(sorted(set({HEAVY}) & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
