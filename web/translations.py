"""Which sentences do the pages say, and is there a French one for each?

`python -m web.translations` brings the .po file up to date; the .mo file beside it is compiled whenever it is older.
"""

import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
DOMAIN = "django"
UNWANTED = re.compile(r'^"(.*-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid-Bugs-To):')
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}

Sentence = tuple[str | None, str | tuple[str, ...]]  # context, and the English text or its singular and plural


def compile_translations(locale: Path) -> None:
    """Write django.mo beside every django.po of `locale` that is newer than it."""
    for po in locale.glob(f"*/LC_MESSAGES/{DOMAIN}.po"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        from babel.messages.mofile import write_mo  # only a changed file pays for the import
        from babel.messages.pofile import read_po

        with po.open("rb") as file:
            catalog = read_po(file, locale=po.parent.parent.name)
        with tempfile.NamedTemporaryFile(dir=mo.parent, suffix=".tmp", delete=False) as written:
            write_mo(written, catalog)
        Path(written.name).chmod(0o644)
        Path(written.name).replace(mo)


def sentences(root: Path = HERE) -> Iterator[tuple[str, Sentence]]:
    """Yield the file and the sentence for every text marked for translation in templates and Python files."""
    from babel.messages.extract import extract
    from django.utils.translation.template import templatize

    for path in sorted([*root.rglob("*.html"), *root.rglob("*.py")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            # what it gives is only nearly Python: the indentation of a page is none
            text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
        for _line, message, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
            yield path.relative_to(root).as_posix(), (context, message)


def update(language: str = "fr") -> list[str]:
    """Bring the .po file of `language` up to date and return the English texts that have no translation yet."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    po = HERE / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with po.open("rb") as file:
        old = read_po(file, locale=language)
    new = Catalog(locale=language, project="Sonorelay", version="pages", charset="utf-8", fuzzy=False)
    new.header_comment = "# What the pages say; the .mo file is made from this one by itself."
    for file_name, (context, message) in sentences():
        known = old.get(message, context=context)
        new.add(message, known.string if known else None, [(file_name, 0)], context=context)
    out = io.BytesIO()
    write_po(out, new, width=110, sort_output=True, include_lineno=False, omit_header=False)
    lines = (line for line in out.getvalue().decode().splitlines() if not UNWANTED.match(line))
    po.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [str(message.id) for message in new if message.id and not any(_strings(message.string))]


def _strings(string: object) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, (tuple, list)) else (str(string or ""),)


if __name__ == "__main__":
    for english in update():
        print("no French:", english)  # noqa: T201  (this is a command)
