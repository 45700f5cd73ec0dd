"""Which pages are there, and what are their headings, links and blocks of code?"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TOP = sorted(ROOT.glob("*.md"))

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) +(.+)$", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)|(?:src|href)=\"([^\"]+)\"")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and its text."""

    language: str
    text: str


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    return [Block(*found) for found in FENCE.findall(text_of(page))]


def prose(page: Path) -> str:
    return FENCE.sub("", text_of(page))


def headings(page: Path) -> list[tuple[int, str]]:
    return [(len(marks), text) for marks, text in HEADING.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """Return the anchors that a heading gives: small letters, digits and dashes, as Git forges make them."""
    plain = (re.sub(r"[^\w\- ]", "", text.lower()) for _, text in headings(page))
    return {text.strip().replace(" ", "-") for text in plain}


def links(page: Path) -> list[str]:
    return [first or second for first, second in LINK.findall(re.sub(r"`[^`]*`", "", prose(page)))]


def in_french(page: Path) -> Path:
    return page.with_name(page.stem + ".fr.md")


def users_pages() -> list[Path]:
    """Return the English pages that must exist in French too."""
    english = [page for page in PAGES if not page.name.endswith(".fr.md")]
    wanted = {"tutorial", "how-to"}
    explained = {f"explanation/{name}.md" for name in ("agreement", "competence", "deidentification")}
    others = {"reference/command-line.md", *explained}
    return [page for page in english if page.parent.name in wanted or page.relative_to(DOCS).as_posix() in others]
