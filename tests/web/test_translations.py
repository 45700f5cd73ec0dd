"""Is there a French sentence for every English one, written as French is written?"""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

import web
from web.translations import compile_translations, sentences

PO = Path(web.__path__[0]) / "locale" / "fr" / "LC_MESSAGES" / "django.po"
HOLES = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z]+\}|<[^>]+>")


def catalog():
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def strings(message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string,)


def test_every_sentence_of_the_pages_has_its_french_one() -> None:
    known = catalog()
    found = list(sentences())
    assert len(found) > 250
    missing = [
        (file, text)
        for file, (context, text) in found
        if (message := known.get(text, context=context)) is None or message.fuzzy or not all(strings(message))
    ]
    assert not missing


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {text if isinstance(text, str) else text[0] for _, (_, text) in sentences()}
    kept = {message.id if isinstance(message.id, str) else message.id[0] for message in catalog() if message.id}
    assert kept == said


def test_the_same_holes_are_filled_in_both_languages() -> None:
    for message in catalog():
        if message.id:
            english = message.id if isinstance(message.id, str) else message.id[1]
            for french in strings(message):
                assert sorted(HOLES.findall(french)) == sorted(HOLES.findall(english)), english


def test_french_punctuation_keeps_its_spaces_together() -> None:
    for message in catalog():
        if not message.id:
            continue
        for french in strings(message):
            text = HOLES.sub("x", french)
            assert not re.search(r" [:;?!»]|« ", text), french
            assert not re.search(r"[a-zà-ÿ)][;?!»]", text), french
            assert not re.search(r"[a-zà-ÿ)]:(?!\d)", text), french


def test_a_changed_catalogue_is_compiled_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "django.po"
    po.write_bytes(PO.read_bytes())
    compile_translations(tmp_path)
    mo = folder / "django.mo"
    first = mo.read_bytes()
    compile_translations(tmp_path)
    assert mo.read_bytes() == first
    po.write_text(PO.read_text(encoding="utf-8").replace("Se connecter", "Entrer"), encoding="utf-8")
    import os

    os.utime(po, (mo.stat().st_mtime + 5, mo.stat().st_mtime + 5))
    compile_translations(tmp_path)
    assert b"Entrer" in mo.read_bytes()


@pytest.mark.parametrize(("count", "said"), [(0, "0 jour"), (1, "1 jour"), (2, "2 jours")])
def test_french_counts_zero_as_one(count: int, said: str) -> None:
    with translation.override("fr"):
        text = translation.ngettext("%(days)d day", "%(days)d days", count) % {"days": count}
    assert text.replace("\u00a0", " ") == said
