"""Are the stored files whole, without waiting for the night?"""

from pipeline.text import Text
from sonorelay import programme
from sonorelay.ingest import reach_prefect
from sonorelay.outcome import ANSWERED, FAILED, language, print_json

BUSY = Text("a scheduled run is at it", "un passage prévu s'en occupe")
COUNTS = {
    "checked": Text("read back: {count}", "relus : {count}"),
    "copied": Text("new in the second copy: {count}", "nouveaux dans la seconde copie : {count}"),
    "repaired": Text("repaired from the second copy: {count}", "réparés depuis la seconde copie : {count}"),
    "lost": Text("lost: {count}", "perdus : {count}"),
    "sealed": Text("sealed, they lay plain: {count}", "scellés, ils étaient en clair : {count}"),
    "wrapped_anew": Text("under the new key of the vault: {count}", "sous la nouvelle clé du coffre : {count}"),
    "taken_away": Text("of nobody, removed: {count}", "à personne, retirés : {count}"),
    "adopted": Text("originals known again: {count}", "originaux de nouveau connus : {count}"),
    "unknown": Text("originals of which no scan is known: {count}", "originaux sans examen connu : {count}"),
    "second_copy_away": Text("the second copy is not in its place", "la seconde copie n'est pas à sa place"),
}


def scrub(*, as_json: bool) -> int:
    """Run the nightly flow in this process and print what it found; 1 where files are lost or the copy is away."""
    programme.apply_programme()
    reach_prefect()
    from flows.scrub import scrub as flow

    counts = flow()
    if as_json:
        print_json(counts)
    elif not counts:
        print(BUSY.say(language()))
    for what, text in COUNTS.items():
        if not as_json and (counts.get(what) or (counts and what == "checked")):
            print(text.format(count=counts.get(what, 0)).say(language()))
    return FAILED if counts.get("lost") or counts.get("second_copy_away") else ANSWERED
