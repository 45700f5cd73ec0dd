"""How does a program take a whole project along, and hand in what was counted of it elsewhere?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from pipeline.errors import Conflict, Misconfigured
from pipeline.wrapping import SHORTEST_PASSPHRASE
from storage.catalogue.models import Project, ProjectBundle
from storage.catalogue.scope import projects_for
from storage.handover import standing, steps, taking
from storage.handover.exporting import Wanted
from storage.handover.steps import NotYet
from storage.handover.taking import BundleState, Taking
from storage.objects.chosen import object_store
from supervision.roles import Action
from web.api.access import ZIP, operation
from web.api.failures import NotValid
from web.api.shapes import Code, Done, Page, Part, Words, page_of
from web.handover import counted
from web.pages.bundles import beside, given
from web.permissions import person_of

router = Router()
THEIRS = frozenset({"code_invalid", "passphrase_short"})
"""What whoever sends can put right."""


class BundleReady(Schema):
    """A bundle that somebody asked for; reason: the code of why it failed, empty where it was interrupted."""

    state: BundleState
    reason: str
    at: datetime
    until: datetime
    originals: bool
    keys: bool
    bytes: int
    files: int
    missing: int
    fingerprint: str


class BundleCounted(Schema):
    """What is counted, exported and restored; None where there is no receipt."""

    name: str
    exported: int
    restored: int | None


class BundleOut(Schema):
    """A bundle that was made; differences: what was counted otherwise where it was restored."""

    number: int
    fingerprint: str
    made: datetime
    by: str
    originals: bool
    received: datetime | None
    differences: list[str]
    counts: list[BundleCounted]


class BundleAsked(Schema):
    """What is wanted of a bundle; without a passphrase no key goes along, and no original."""

    language: Literal["en", "fr"] = "en"
    originals: bool = False
    passphrase: Words | None = Field(None, min_length=SHORTEST_PASSPHRASE, max_length=1000)


@operation(router, "POST", "/handover/{code}/receipt", Action.HAND_OVER, response=BundleOut)
def receipt(request: HttpRequest, code: Code, body: dict[str, Any]) -> BundleOut:
    """Hand in the receipt that the restoring installation signed; it is compared with what was exported."""
    project = project_for(request, code, Action.HAND_OVER)
    with answered():
        return _bundle(steps.confirm(project.code, json.dumps(body).encode(), person_of(request), timezone.now()))


@operation(router, "GET", "/handover/{code}/bundles", Action.SEE_HANDOVER, response=Page[BundleOut])
def made(request: HttpRequest, code: Code, part: Part) -> dict[str, object]:
    """List the bundles that were made, newest first, with what was counted here and there."""
    project = project_for(request, code, Action.SEE_HANDOVER)
    rows = ProjectBundle.objects.filter(project=project).select_related("made_by").order_by("-made_at")
    return page_of(rows, part, lambda several: [_bundle(each) for each in several])


@operation(router, "POST", "/handover/{code}/bundle", Action.EXPORT_PROJECT, response=BundleReady)
def ask(request: HttpRequest, code: Code, body: BundleAsked) -> BundleReady:
    """Have a bundle made ready, in place of one before; it can be taken once its state is ready."""
    project, now = project_for(request, code, Action.EXPORT_PROJECT), timezone.now()
    if body.originals and body.passphrase is None:
        raise NotValid(("body.passphrase", "missing"))
    wanted = Wanted(project.code, person_of(request), body.language, body.originals, body.passphrase)
    with answered():
        beside(taking.ask(wanted, object_store(), now))
    return ready_of(_asked(project))


@operation(router, "DELETE", "/handover/{code}/bundle", Action.EXPORT_PROJECT, response=Done)
def discard(request: HttpRequest, code: Code) -> Done:
    """Remove a bundle that was made ready."""
    taking.discard(_asked(project_for(request, code, Action.EXPORT_PROJECT)))
    return Done()


@operation(router, "GET", "/handover/{code}/bundle/file", Action.EXPORT_PROJECT, response=None, file=ZIP)
def take(request: HttpRequest, code: Code) -> HttpResponseBase:
    """Take the bundle that is ready, as a ZIP, or the rest of it (Range, If-Range) where a download broke off."""
    found = _asked(project_for(request, code, Action.EXPORT_PROJECT))
    if found.state is not BundleState.READY:
        raise Conflict("stale")
    return given(request, found)


@contextmanager
def answered() -> Iterator[None]:
    """Say what whoever asks can put right."""
    try:
        yield
    except NotYet as error:
        raise NotValid(*(("needs", why.value) for why in error.unmet)) from error
    except Misconfigured as error:
        if error.code not in THEIRS:
            raise
        raise NotValid(("body", error.code)) from error


def project_for(request: HttpRequest, code: str, action: Action) -> Project:
    """Return a project of which the person may do this; it does not exist for anybody else."""
    return projects_for(person_of(request), action).select_related("organisation").get(code=code)


def _asked(project: Project) -> Taking:
    found = taking.of_project(project.code, timezone.now())
    if found is None:
        raise Http404
    return found


def ready_of(one: Taking) -> BundleReady:
    """Tell how far a bundle is that somebody asked for."""
    return BundleReady(
        state=one.state,
        reason=one.failed.code if one.failed else "",
        at=one.at,
        until=one.until,
        originals=one.originals,
        keys=one.keys,
        bytes=one.size,
        files=one.objects,
        missing=one.missing,
        fingerprint=one.digest,
    )


def _bundle(one: ProjectBundle) -> BundleOut:
    rows = counted(one, standing.receipt_of(one))
    return BundleOut(
        number=one.pk,
        fingerprint=one.digest,
        made=one.made_at,
        by=one.made_by.display_name,
        originals=one.originals,
        received=one.received_at,
        differences=list(one.differences),
        counts=[BundleCounted(name=each.name, exported=each.here, restored=each.there) for each in rows],
    )
