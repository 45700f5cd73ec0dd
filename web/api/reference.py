"""What does the reference say of the API? Its page is made of this and of the description that programs read."""

from collections.abc import Mapping

from pipeline.text import Text
from web.api.access import ACTIONS
from web.api.addresses import PREFIX, description

TITLE = Text("Operations of the API", "Opérations de l'API")
LEAD = Text(
    f"Everything that the pages do, under `{PREFIX}`, by the same functions and with the same rights. The whole "
    f"description, with every field, is OpenAPI at `{PREFIX}openapi.json`; this table is made from it.",
    f"Tout ce que font les pages, sous `{PREFIX}`, par les mêmes fonctions et avec les mêmes droits. La description "
    f"complète, avec chaque champ, est en OpenAPI à `{PREFIX}openapi.json` ; ce tableau en est tiré, en anglais comme "
    "elle.",
)
RULES = (
    Text(
        "**Token.** Made under My account, Tokens; sent as `Authorization: Bearer sr_…`. It narrows its person's "
        "rights to some actions, and to one project if wanted. A browser's session works too; what changes something "
        "then needs the CSRF token as `X-CSRFToken`.",
        "**Jeton.** Créé sous Mon compte, Jetons ; envoyé ainsi : `Authorization: Bearer sr_…`. Il restreint les "
        "droits de la personne à certaines actions, et au besoin à un projet. La session d'un navigateur convient "
        "aussi ; ce qui modifie demande alors le jeton CSRF dans `X-CSRFToken`.",
    ),
    Text(
        "**Errors.** `{code, text, wrong}`: the code, a sentence in the language of `Accept-Language`, and where what "
        "was sent is not valid. 400 not JSON, 401 no valid token, 403 not allowed, 404 not there or outside of your "
        "projects, 409 somebody was faster or it cannot be done now, 422 not valid, 503 something does not answer: "
        "try again.",
        "**Erreurs.** `{code, text, wrong}` : le code, une phrase dans la langue de `Accept-Language`, et ce qui n'est "
        "pas valable dans l'envoi. 400 pas du JSON, 401 pas de jeton valable, 403 non permis, 404 absent ou hors de "
        "vos projets, 409 quelqu'un a été plus rapide ou c'est impossible maintenant, 422 non valable, 503 un service "
        "ne répond pas : réessayez.",
    ),
    Text(
        "**Lists.** `limit` (50, at most 200) and `offset`; the answer is `{items, count}`, count being the whole.",
        "**Listes.** `limit` (50, au plus 200) et `offset` ; la réponse est `{items, count}`, count étant le total.",
    ),
    Text(
        "**Files.** They are not part of these operations: `/uploads/` speaks tus 1.0 and "
        "`/dicomweb/<project>/studies` STOW-RS, with the same tokens; see how to send scans "
        "(`docs/how-to/send-scans.md`).",
        "**Fichiers.** Ils ne font pas partie de ces opérations : `/uploads/` comprend tus 1.0 et "
        "`/dicomweb/<projet>/studies` STOW-RS, avec les mêmes jetons ; voir comment envoyer des examens "
        "(`docs/how-to/send-scans.fr.md`).",
    ),
    Text(
        "**What a reader must not know** before an exam is final is null and named under `hidden`.",
        "**Ce qu'un relecteur ne doit pas savoir** avant qu'un examen soit définitif vaut null et figure sous "
        "`hidden`.",
    ),
)
HEAD = ("operation", "one of these actions opens it", "what it does")


def tables() -> Mapping[str, list[tuple[str, str, str]]]:
    """Return the rows of the table by part of the API."""
    parts: dict[str, list[tuple[str, str, str]]] = {}
    for address, methods in description()["paths"].items():
        for method, told in methods.items():
            actions = ", ".join(f"`{action}`" for action in told[ACTIONS]) or "whoever signed in"
            row = (f"`{method.upper()} {address.removeprefix(PREFIX)}`", actions, _what(told))
            parts.setdefault(told["tags"][0], []).append(row)
    return parts


def _what(told: Mapping[str, str]) -> str:
    said = f"{told['summary']}."
    more = " ".join(told.get("description", "").split())  # the summary again, where nothing more is said
    return said if more in ("", said) else f"{said} {more}"
