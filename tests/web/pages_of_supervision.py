"""Which pages about people who learn, reports and hand-overs are opened by whom, each with something to show?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils import timezone

from storage.catalogue import observing, plans, reports, sign_off
from storage.catalogue.models import Person, ProjectBundle
from storage.catalogue.registers import requests, training
from storage.catalogue.registers.training import SessionHeld
from storage.catalogue.reporting.reach import project_scope
from storage.handover import steps, taking
from storage.handover.exporting import Wanted
from storage.objects.chosen import object_store
from supervision.registers import Act, Attended, RequestKind, SessionKind
from tests.courses import learned
from tests.quarterlies import quarterly
from tests.receipt import receipt
from tests.web.world import World

if TYPE_CHECKING:
    from tests.web.every_page import Pages


def signed_off(world: World) -> Person:
    """Let somebody be signed off, and proposed for the next level too; return them."""
    amina, now = world.people["amina"], timezone.now()
    learned(world.goma, amina, [world.people["rose"], world.people["luc"]], [True] * 28, until=now, code="BLADDER")
    chief = world.people["supervisor"]
    found = sign_off.proposed(world.relief, amina, "BLADDER", chief, now)
    assert found
    sign_off.sign(amina.pk, "BLADDER", found.evidence.to, chief, found.digest, now, reason="As agreed.")
    return amina


def registered(pages: Pages) -> None:
    world, now = pages.world, timezone.now()
    keeper, amina, joel = world.people["facilitator"], world.people["amina"], world.people["joel"]
    there = {amina.pk: Attended.PRESENT, joel.pk: Attended.ABSENT}
    held = SessionHeld(
        now.date(), 90, SessionKind.BEDSIDE, "Maternity", ("FAST", "OB_T23"), frozenset({keeper.pk}), there, guests=2
    )
    session = training.log(world.goma.pk, held, keeper, now)
    asked = requests.ask(world.goma.pk, RequestKind.TRAINING, "Lung ultrasound for the night team", amina, now)
    requests.act(asked.pk, Act.ACCEPTED, world.people["supervisor"], now, "In March")
    pages.add("export", "supervisor", "/export/")
    pages.add("registers", "facilitator", "/registers/")
    pages.add("session-new", "facilitator", "/registers/sessions/new/?project=goma")
    pages.add("session", "facilitator", f"/registers/sessions/{session.pk}/")
    pages.add("request-new", "amina", "/registers/requests/new/")
    pages.add("request", "supervisor", f"/registers/requests/{asked.pk}/")


def helped(pages: Pages) -> None:
    """Open a plan with everything in it, and note an observation; both stand on the page of the trainee."""
    world, now = pages.world, timezone.now()
    amina, keeper = world.people["amina"], world.people["facilitator"]
    plan = plans.begin(amina.pk, "FAST", world.people["supervisor"], "The spleen is missed.", now)
    plans.agree(plan.pk, "Ten left upper quadrants, both poles.", keeper.pk, now.date(), keeper, now)
    observing.observe(amina.pk, "FAST", 3, now, keeper, now, text="Slow, and safe.")
    pages.add("plans", "facilitator", "/plans/")
    pages.add("plan", "supervisor", f"/plans/{plan.pk}/")
    pages.add("plan-new", "supervisor", f"/overview/trainees/{amina.pk}/plan/?exam_type=FAST")
    pages.add("observation-new", "facilitator", f"/overview/trainees/{amina.pk}/observation/?exam_type=FAST")


def reported(pages: Pages) -> None:
    world, now = pages.world, timezone.now()
    scope = project_scope(world.goma)
    document = replace(quarterly(5), scope=scope.code, outside=True)
    kept = reports.keep(document, scope, object_store(), None, now)
    reports.write(kept, "quality", "The probe of the maternity was away.", "en", world.people["supervisor"], now)
    pages.add("reports", "supervisor", "/reports/")
    pages.add("report", "supervisor", f"/reports/{kept.pk}/")


def handed_over(pages: Pages) -> None:
    """Leave a project in its dry run, with a bundle that was made ready, taken, and restored with a difference."""
    world, now = pages.world, timezone.now()
    owner, store = world.people["partner_owner"], object_store()
    steps.begin(world.goma.code, "ministry", "Ministry of Health", owner, now)
    taking.ask(Wanted(world.goma.code, owner), store, now)()
    ready = taking.of_project(world.goma.code, now)
    assert ready is not None
    for _piece in taking.pieces(ready, owner, store, now):
        pass
    bundle = ProjectBundle.objects.get()
    there = {**bundle.counts, "events": 0, "unmatched": 0, "chain": True}
    steps.confirm(world.goma.code, receipt(bundle, counts=there), owner, now)
    pages.add("handovers", "auditor", "/handover/")
    pages.add("handover", "partner_owner", "/handover/goma/")
    pages.add("handover-bundle", "supervisor", f"/handover/goma/bundles/{bundle.pk}/")
