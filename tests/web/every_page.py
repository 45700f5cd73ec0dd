"""Which page is opened by whom, in a world where every page has something to show? Every route that can be read."""

import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone

from storage.catalogue import (
    arbitration,
    authors,
    library,
    quarantine,
    queue,
    readings,
    reidentification,
    telemedicine,
)
from storage.catalogue.models import (
    AuthorName,
    Exam,
    Feedback,
    Held,
    Membership,
    Peer,
    Person,
    Review,
    ReviewItem,
    Scan,
    SheetConflict,
)
from storage.sync.records import SheetTold, as_json
from supervision.marks import Mark, Shape
from supervision.rating import Answer, Cause
from supervision.review_form import Advice
from supervision.roles import Role
from supervision.teaching import Nomination
from tests.forms import rated
from tests.web.aging_probes import with_ticket
from tests.web.held_scans import fan, hold
from tests.web.pages_of_supervision import handed_over, helped, registered, reported, signed_off
from tests.web.programmes import BY_HTTP
from tests.web.world import World, item_of

NOT_PAGES = {
    "object",
    "evidence",
    "health",
    "ready",
    "metrics",
    "cards",
    "report-file",
    "certificate-file",
    "handover-file",
    "bundle-take",
    "arrivals-csv",
    "logout",
    "demo-login",
    "self-test-start",
    "home",
    "upload",
    "sync-hello",
    "sync-records",
    "sync-lacking",
    "sync-object",
    "stow",
    "stow-study",
}
"""Routes whose answer is a file, a number or the way to a page."""


@dataclass
class Pages:
    """Where every page is found: name of the route → (who opens it, None for a visitor; the address)."""

    world: World
    addresses: dict[str, tuple[str | None, str]] = field(default_factory=dict)

    def add(self, name: str, who: str | None, address: str) -> None:
        """Note a page."""
        self.addresses[name] = (who, address)


def decide(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let this be the programme, from the next look at it on."""
    (folder / "programme.toml").write_text(text)
    monkeypatch.setenv("SONORELAY_PROGRAMME", str(folder / "programme.toml"))
    from storage.catalogue import programme
    from storage.settings import settings

    settings.cache_clear()
    programme.current.cache_clear()


def furnish(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Pages:
    """Bring exams to every stage, people to every role, and note where each page is."""
    pages = Pages(world)
    final = _final(world)
    _lists(pages)
    _exams(pages, final)
    _telemedicine(pages, final)
    _library(pages, final)
    _held(pages)
    _devices(pages)
    registered(pages)
    helped(pages)
    reported(pages)
    decide(folder, monkeypatch, "[review]\nsecond_read_share = 1.0\n" + BY_HTTP)
    handed_over(pages)
    pages.add("send", "amina", "/send/?type=CARD")
    _arbitration(pages)
    _people(pages)
    return pages


def readable_routes(world: World) -> set[str]:
    """Return the names of all routes that answer a GET with a page: those that do not refuse it to who may do all."""
    everybody = Person.objects.create(username="everybody")
    for role in Role:
        Membership.objects.create(person=everybody, role=role, organisation=world.relief)
    client = Client()
    client.force_login(everybody, backend="web.sign_in.OwnPeople")
    names = {one.name for one in _routes() if one.name} - NOT_PAGES
    return {name for name in names if client.get(_any_address(name)).status_code != 405}


def _routes() -> list[URLPattern]:
    found, open_ends = [], list(get_resolver().url_patterns)
    while open_ends:
        one = open_ends.pop()
        if isinstance(one, URLPattern):
            found.append(one)
        elif not str(one.pattern).startswith("api/"):
            open_ends.extend(one.url_patterns)
    return found


def _any_address(name: str) -> str:
    for arguments in ((), (987654,), ("NONE",), (987654, 987654)):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    raise AssertionError(name)


def _final(world: World) -> Exam:
    """Return an exam with everything on it: two clips, a drawing, advice, an example worth teaching, a reply."""
    clips = [world.scan(patient="one"), world.scan(patient="one")]
    exam = Exam.objects.get(clips=clips[0])
    form = rated(
        2,
        adequate=False,
        cause=Cause.GAIN,
        exemplar=True,
        entrustment=3,
        marks=(
            Mark(clips[0].pk, 3, Shape.ARROW, ((0.2, 0.2), (0.5, 0.5)), "The edge is lost here."),
            Mark(clips[0].pk, 7, Shape.PIN, text="Better here."),
        ),
        change=Advice(text="Turn the gain down until fluid is black."),
        comment="Keep at it.",
    )
    read(world, "rose", item_of(clips[0]), form)
    world.people["amina"].refresh_from_db()
    return exam


def read(world: World, name: str, item: ReviewItem, form: object) -> Review:
    """Let somebody claim an item and send this form."""
    person, now = world.people[name], timezone.now()
    queue.claim(item.pk, person, now)
    return readings.submit(item.pk, person, uuid.uuid4(), form, now, seconds=48.0, seen=form.views)


def _lists(pages: Pages) -> None:
    world = pages.world
    for said in ("TRAORE^AWA", "Ward 3"):
        world.named(said)
    authors.resolve(AuthorName.objects.latest("pk").pk, None, world.people["facilitator"], timezone.now())
    for number in range(28):
        scan = world.scan(score=float(40 + number))
        if number % 3 == 0:
            world.review(scan)
    for _ in range(3):
        world.scan(exam_type=None)
        world.withheld()
        world.refused()
    _exchanged(world)
    for name, who in (
        ("queue", "rose"),
        ("reviewing", "rose"),
        ("replies", "rose"),
        ("my-scans", "amina"),
        ("awaiting", "amina"),
        ("arrivals", "data_officer"),
        ("sync", "supervisor"),
        ("authors", "facilitator"),
        ("overview", "supervisor"),
        ("scans", "supervisor"),
        ("calibration", "supervisor"),
        ("exam-types", "supervisor"),
        ("quarantine", "data_officer"),
        ("account", "amina"),
        ("tokens", "rose"),
    ):
        pages.add(name, who, reverse(name))
    pages.add("overview-project", "supervisor", "/overview/projects/goma/")
    pages.add("overview-exam-type", "supervisor", "/overview/exam-types/FAST/")
    pages.add("overview-trainee", "supervisor", f"/overview/trainees/{world.people['amina'].pk}/")
    pages.add("sign-offs", "supervisor", "/sign-off/")
    pages.add("sign-off-decisions", "supervisor", "/sign-off/decisions/")
    pages.add("sign-off", "supervisor", f"/sign-off/{signed_off(world).pk}/BLADDER/")
    pages.add("reviewers", "supervisor", "/overview/reviewers/")
    pages.add("reviewer", "supervisor", f"/overview/reviewers/{world.people['rose'].pk}/")
    pages.add("reviewer-own", "rose", "/overview/reviewers/")
    pages.add("login", None, "/login/")
    pages.add("exam-type", "rose", "/exam-types/CARD/")
    pages.add("exam-type-edit", "supervisor", "/exam-types/CARD/edit/")
    pages.add("exam-type-new", "supervisor", "/exam-types/new/")


def _exchanged(world: World) -> None:
    """Leave something of everything between this side, a field box and headquarters."""
    now, exam = timezone.now(), Exam.objects.earliest("pk")
    Peer.objects.create(uuid=uuid.uuid4(), headquarters=True, met_at=now, problem="disk_full", told={"records": 12})
    box = Peer.objects.create(uuid=uuid.uuid4(), person=world.people["data_officer"], met_at=now, told={"objects": 3})
    Held.objects.create(peer=box, kind="exam", key="one", record={}, code="exam_type_unknown", since=now)
    sheet = as_json(SheetTold())
    SheetConflict.objects.create(exam=exam, key="differ", one=sheet, other=sheet, found_at=now)


def _exams(pages: Pages, final: Exam) -> None:
    world = pages.world
    waiting = ReviewItem.objects.filter(done_at=None, claimed_by=None).earliest("pk")
    queue.claim(waiting.pk, world.people["luc"], timezone.now())
    pages.add("review", "luc", f"/review/{waiting.pk}/")
    review = Review.objects.get(exam=final, final=True)
    pages.add("amend", "rose", f"/reviews/{review.pk}/amend/")
    pages.add("my-exam", "amina", f"/my-exams/{final.pk}/")
    pages.add("my-scan", "amina", f"/my-scans/{Scan.objects.filter(state='rejected').latest('pk').pk}/")
    pages.add("exam", "supervisor", f"/exams/{final.pk}/")
    pages.add("scan", "supervisor", f"/scans/{final.clips.latest('pk').pk}/")
    untold = world.scan(exam_type=None)
    pages.add("worksheet", "amina", f"/worksheet/{untold.exam_id}/?type=CARD")
    Feedback.objects.get(review=review)


def _telemedicine(pages: Pages, final: Exam) -> None:
    world, now = pages.world, timezone.now()
    asked = {"question": "operate", "specialty": "surgery", "consent": True, "note": "Pressure falls."}
    raised = telemedicine.escalate(final.pk, world.people["amina"], now=now, **asked)
    other = world.scan()
    pages.add("telemedicine", "supervisor", "/telemedicine/")
    pages.add("escalate", "amina", f"/exams/{other.exam_id}/escalate/")
    pages.add("escalation", "supervisor", f"/escalations/{raised.pk}/")


def _library(pages: Pages, final: Exam) -> None:
    world, now = pages.world, timezone.now()
    proposed = library.nominated(world.people["supervisor"]).get(scan__exam=final)
    library.decide(proposed.pk, Nomination.APPROVED, world.people["supervisor"], now, consent=True)
    another = Scan.objects.filter(state="final").exclude(exam=final).earliest("pk")
    library.nominate(another.pk, world.people["rose"], Cause.DEPTH, {}, now)
    assert Answer.NEGATIVE in proposed.answers.values()
    pages.add("library", "supervisor", "/library/")
    pages.add("library-clip", "supervisor", f"/library/{proposed.pk}/")
    pages.add("nominations", "supervisor", "/library/nominations/")
    pages.add("self-test", "joel", "/library/test/")
    pages.add("self-test-clip", "joel", f"/library/test/clip/{proposed.pk}/")


def _held(pages: Pages) -> None:
    world, now = pages.world, timezone.now()
    officer = world.people["data_officer"]
    pages.add("held", "data_officer", f"/held/{hold(world).pk}/")
    layout = quarantine.decide_sector(hold(world).pk, [fan()], officer, now)
    pages.add("alike", "data_officer", f"/held/screen/{layout.pk}/")
    scan = Scan.objects.filter(state="final").earliest("pk")
    reidentification.ask(scan.pk, officer, "recall_patient", now)
    pages.add("reidentify", "partner_owner", "/re-identification/")


def _devices(pages: Pages) -> None:
    ticket = with_ticket(pages.world)
    pages.add("devices", "biomed", "/devices/")
    pages.add("device", "partner_owner", f"/devices/{ticket.device_id}/")
    pages.add("ticket", "biomed", f"/tickets/{ticket.pk}/")


def _arbitration(pages: Pages) -> None:
    world = pages.world
    scan = world.scan()
    read(world, "rose", item_of(scan), rated(5))
    read(world, "luc", item_of(scan), rated(1))
    item = item_of(scan)
    read(world, "arbiter", item, rated(2))
    assert arbitration.both(item.pk, world.people["arbiter"]).differences
    pages.add("decide", "arbiter", f"/review/{item.pk}/decide/")


def _people(pages: Pages) -> None:
    pages.add("people", "administrator", "/people/")
    pages.add("person-new", "administrator", "/people/new/")
    pages.add("person", "administrator", f"/people/{pages.world.people['joel'].pk}/")
