"""Is this server alive, is it ready for work, and what do its gauges show?

The first two tell strangers nothing but yes or no. The gauges (Prometheus) are for who asks from this machine itself,
or with the token of the setting metrics_token.
"""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from pipeline.errors import SonorelayError
from storage.catalogue.models import Project
from storage.gauges import gauges
from storage.objects import Area
from storage.objects.chosen import object_store
from storage.settings import loopback, settings
from web.permissions import public

NO_OBJECT = "0" * 64


@public
@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 - every view gets the request
    """Answer 200: this process answers requests, whatever the others do."""
    return JsonResponse({"alive": True})


@public
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Answer 200 while catalogue and object store answer, else 503; which of them does not is told by the doctor."""
    try:
        Project.objects.exists()
        object_store().size(Area.RELEASED, NO_OBJECT)
    except (DatabaseError, SonorelayError, OSError):
        return JsonResponse({"ready": False}, status=503)
    return JsonResponse({"ready": True})


@public
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponseBase:
    """Answer with the gauges in Prometheus' text format; 403 to a stranger, 503 without the catalogue."""
    if not _may_see(request):
        return HttpResponse(status=403)
    counted = CollectorRegistry()
    counted.register(_Gauges())
    try:
        return HttpResponse(generate_latest(counted), content_type=CONTENT_TYPE_LATEST)
    except DatabaseError:
        return HttpResponse(status=503)


class _Gauges(Collector):
    """All gauges, counted when they are asked for."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Count."""
        for gauge in gauges(datetime.now(UTC)):
            family = GaugeMetricFamily(f"sonorelay_{gauge.name}", gauge.help, labels=gauge.labels)
            for labels, value in sorted(gauge.values.items()):
                family.add_metric(labels, value)
            yield family

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name nothing beforehand: nothing else is registered."""
        return iter(())


def _may_see(request: HttpRequest) -> bool:
    """Behind a proxy everybody comes from this machine, so that only the token counts there."""
    here = settings()
    if here.metrics_token is not None:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        wanted = here.metrics_token.get_secret_value()
        return kind == "Bearer" and secrets.compare_digest(given.encode(), wanted.encode())
    passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return here.public_url is None and not passed_on and loopback(request.META.get("REMOTE_ADDR", ""))
