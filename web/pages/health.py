"""Does this server answer, and does its catalogue?"""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from storage.catalogue.models import Project
from web.permissions import public


@public
@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 - every view gets the request
    """Answer 200 with {"catalogue": "ok"}, or 503."""
    try:
        Project.objects.exists()
    except DatabaseError:
        return JsonResponse({"catalogue": "unreachable"}, status=503)
    return JsonResponse({"catalogue": "ok"})
