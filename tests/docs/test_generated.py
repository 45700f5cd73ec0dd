"""Do the generated pages of the reference say what the code says today?"""

import importlib.util
from types import ModuleType

import pytest

from tests.docs.pages import DOCS


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_reference", DOCS / "reference" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


@pytest.mark.parametrize("name", sorted(GENERATOR.pages()))
def test_a_generated_page_is_current(name: str) -> None:
    page = DOCS / "reference" / name
    written = page.read_text(encoding="utf-8") if page.is_file() else ""
    assert written == GENERATOR.pages()[name], f"{name} is out of date; run: {GENERATOR.COMMAND}"


def test_every_generated_page_is_still_made() -> None:
    marked = {page.name for page in (DOCS / "reference").glob("*.md") if GENERATOR.MADE in page.read_text("utf-8")}
    assert marked == set(GENERATOR.pages())
