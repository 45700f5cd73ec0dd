"""Which operations has the API, and at which addresses? Made once, when the addresses of the pages are."""

from types import ModuleType
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from web.api import (
    arrivals,
    bundles,
    conflicts,
    devices,
    exam_types,
    exams,
    export,
    feedback,
    figures,
    grouping,
    handover,
    held,
    library,
    me,
    observations,
    people,
    plans,
    queue,
    reading,
    registers,
    reidentification,
    sign_off,
    telemedicine,
    worksheets,
)
from web.api.failures import tell_failures
from web.permissions import public

VERSION = "1"
PREFIX = "/api/v1/"
ABOUT = """
Sonorelay's API does what its pages do, with the same rights. A program acts for a person: by a token, which narrows the
person's rights to some actions and to one project if wanted, or by the person's session. `x-actions` names the actions
of which one opens an operation (see the reference of roles); what lies outside the person's projects does not exist
(404). What a reader must not know before an exam is final is left out as it is on the pages: such values are null and
named under `hidden`. Every failure is `{code, text, wrong}`, the text in the language of `Accept-Language`.
"""

PARTS: tuple[ModuleType, ...] = (
    *(me, queue, conflicts, reading, exams, grouping, worksheets, feedback, telemedicine, library),
    *(exam_types, arrivals, held, reidentification, devices, registers, figures, sign_off, export),
    *(handover, bundles, plans, observations, people),
)


class Api(NinjaAPI):
    """The API; no answer of it is ever kept by a browser or a proxy."""

    def create_response(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the answer, not to be stored."""
        response = super().create_response(*args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response


def nobody(_request: HttpRequest) -> None:
    """Let nobody in."""


def _made() -> Api:
    api = Api(
        title="Sonorelay",
        version=VERSION,
        description=ABOUT.strip(),
        urls_namespace="api",
        auth=nobody,  # what is not declared by web.api.access.operation opens to nobody
        openapi_url=None,
        docs_url=None,
    )
    tell_failures(api)
    for part in PARTS:
        name = part.__name__.rpartition(".")[2].replace("_", " ")
        api.add_router("", part.router, tags=[name])
    return api


api = _made()


def description() -> dict[str, Any]:
    """Return the OpenAPI description."""
    return dict(api.get_openapi_schema(path_prefix=PREFIX))


@public
@require_safe
def described(_request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI description: what it says is the same for everybody."""
    return JsonResponse(description())


def _addresses() -> list[URLPattern | URLResolver]:
    # the bare address of the API, with which ninja ends its list, leads nowhere
    operations = [one for one in api.urls[0] if one.name != "api-root"]  # type: ignore[union-attr]
    return [path("openapi.json", described, name="described"), *operations]


urlpatterns = _addresses()
app_name = "api"
