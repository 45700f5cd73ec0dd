"""Which people, projects and scans do the pages show in the tests? Made with the real intake, store and queue."""

import hashlib
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from pipeline.deidentify.identity import Identity
from pipeline.errors import Rejected, Withheld
from pipeline.finding import Finding, Side, Verdict
from pipeline.inspection import Inspection
from pipeline.preview import write_jpeg, write_poster, write_previews
from pipeline.quality import Quality, Reason
from pipeline.received import Kind, Received
from pipeline.sector import Provenance, Sector, Shape
from storage.catalogue import intake, queue, readings
from storage.catalogue.models import Membership, Organisation, Person, Project, Review, ReviewItem, Scan
from storage.objects import Area, StoredBytes
from storage.objects.chosen import object_store
from supervision.roles import Role
from tests.forms import rated
from tests.scored import findings_for

PASSWORD = "quiet-harbour-lamp"
BLOCKS = 6
DESCRIBED = 62.0
EVEN = tuple(n / 25 for n in range(40))

Picture = NDArray[np.uint8]


def numbered(number: int, rows: int = 96, columns: int = 160) -> Picture:
    """Return a picture that carries its number in white and black blocks, most significant on the left."""
    picture = np.full((rows, columns), 90, np.uint8)
    width = columns // BLOCKS
    for place in range(BLOCKS):
        bright = number >> (BLOCKS - 1 - place) & 1
        picture[20:76, place * width + 3 : (place + 1) * width - 3] = 235 if bright else 20
    return picture


def inspection_of(pictures: Sequence[Picture], times: Sequence[float], score: float | None = DESCRIBED) -> Inspection:
    """Return what rules could have said: contact lost on the left, gain a bit high, elements that may be dead.

    The catalogue judges it anew; for another score than the first it is what makes this score.
    """
    rows, columns = pictures[0].shape[:2]
    outline = ((columns * 0.4, 2.0), (columns * 0.6, 2.0), (columns - 4.0, rows - 6.0), (4.0, rows - 6.0))
    findings = (
        Finding("contact.coupling", 1, Verdict.POOR, 0.41, 1.0, Side.LEFT),
        Finding("gain.over", 1, Verdict.WEAK, 131.0, 0.4),
        Finding("gain.under", 1, Verdict.GOOD, 61.0, 0.0),
        Finding("temporal.freeze", 1, Verdict.NOT_APPLICABLE),
        Finding("device.dropout", 1, Verdict.POOR, 0.1, 1.0),
    )
    reasons = () if score is None else (Reason("contact.coupling", 100 - score - 5), Reason("gain.over", 5.0))
    return Inspection(
        kind=Kind.VIDEO if len(pictures) > 1 else Kind.STILL,
        frames=len(pictures),
        rows=rows,
        columns=columns,
        frames_per_second=(len(times) - 1) / times[-1] if len(times) > 1 else None,
        seconds=None,
        codec="h264",
        mm_per_pixel=None,
        sector=Sector(Shape.CURVILINEAR, Provenance.ESTIMATED, 0.9, outline),
        findings=findings if score == DESCRIBED else findings_for(score),
        quality=Quality(score, None if score is None else 2, reasons),
    )


@dataclass
class World:
    """Two projects of one organisation, one of another, and somebody for each role."""

    relief: Organisation
    other: Organisation
    goma: Project
    bunia: Project
    elsewhere: Project
    people: dict[str, Person] = field(default_factory=dict)
    scans_made: int = 0

    def person(self, name: str, role: Role, project: Project | None = None, language: str = "en") -> Person:
        """Make an account with one role, in one project or in the whole of Relief."""
        person = Person.objects.create(
            username=name, first_name=name.capitalize(), last_name="Mwamba", language=language
        )
        place = project.organisation if project else self.relief
        Membership.objects.create(person=person, role=role, organisation=place, project=project)
        self.people[name] = person
        return person

    def arrived(
        self, project: Project, trainee: Person | None, exam_type: str | None, *, said: str | None = None
    ) -> tuple[Scan, str]:
        """Let new bytes arrive and take them; return the scan and the token that holds it."""
        self.scans_made += 1
        digest = hashlib.sha256(f"scan {self.scans_made}".encode()).hexdigest()
        author = trainee.username if trainee else said
        known = Received(digest, 1000, Kind.VIDEO, project.code, author, exam_type)
        now = timezone.now()
        scan = intake.register(known, StoredBytes(Area.RAW, digest, 1000), "watched_folder", now).scan
        token = uuid.uuid4().hex
        assert digest in intake.take(project.code, 100, token, now)
        return scan, token

    def scan(
        self,
        project: Project | None = None,
        trainee: str | None = "amina",
        exam_type: str | None = "FAST",
        *,
        pictures: Sequence[Picture] | None = None,
        times: Sequence[float] = EVEN,
        score: float | None = DESCRIBED,
        at: datetime | None = None,
        inspection: Inspection | None = None,
        patient: str | None = None,
    ) -> Scan:
        """Bring one scan all the way to the queue (or to what it waits for), of a patient of its own if not named."""
        person = self.people[trainee] if trainee else None
        scan, token = self.arrived(project or self.goma, person, exam_type)
        frames = pictures if pictures is not None else [numbered(n) for n in range(len(times))]
        kept = inspection or inspection_of(frames, times, score)
        whose = f"SR-P{self.scans_made}" if patient is None else patient
        device = Identity(patient=whose, device="SR-D1", device_model="CX50")
        stored = store(frames, times)
        assert intake.record_released(scan.digest, token, kept, device, times, stored, timezone.now())
        scan.refresh_from_db()
        if at is not None:
            Scan.objects.filter(pk=scan.pk).update(received_at=at)
        return scan

    def named(self, said: str, project: Project | None = None) -> Scan:
        """Bring one scan to where it waits for somebody to say whose name this is."""
        scan, token = self.arrived(project or self.goma, None, "FAST", said=said)
        frames = [numbered(n) for n in range(len(EVEN))]
        kept, stored = inspection_of(frames, EVEN, DESCRIBED), store(frames, EVEN)
        assert intake.record_released(
            scan.digest, token, kept, Identity(f"SR-N{scan.pk}"), EVEN, stored, timezone.now()
        )
        scan.refresh_from_db()
        return scan

    def withheld(self, project: Project | None = None) -> Scan:
        """Hold one scan back because text was read in it."""
        scan, token = self.arrived(project or self.goma, self.people["amina"], "FAST")
        error = Withheld("text_inside", count=3)
        assert intake.record_withheld(scan.digest, token, error, None, None, {}, timezone.now())
        return scan

    def refused(self, project: Project | None = None) -> Scan:
        """Refuse one file."""
        scan, token = self.arrived(project or self.goma, self.people["amina"], "FAST")
        assert intake.record_rejected(scan.digest, token, Rejected("truncated"), timezone.now())
        return scan

    def review(self, scan: Scan, reviewer: str = "rose", overall: int = 3) -> Review:
        """Let a reviewer claim and rate a scan."""
        person, now = self.people[reviewer], timezone.now()
        item = item_of(scan)
        queue.claim(item.pk, person, now - timedelta(minutes=1))
        form = rated(
            overall,
            exam_type=item.exam.exam_type,
            comment="Keep the depth. Move the probe to the right: the edge is lost.",
        )
        return readings.submit(item.pk, person, uuid.uuid4(), form, now, seen=form.views)


def item_of(scan: Scan) -> ReviewItem:
    """Return the reading of the scan's exam that was asked for last."""
    return ReviewItem.objects.filter(exam__clips=scan).latest("queued_at", "pk")


_stored: dict[tuple[bytes, tuple[float, ...]], list[tuple[str, bytes, str]]] = {}


def store(pictures: Sequence[Picture], times: Sequence[float]) -> dict[str, tuple[StoredBytes, str]]:
    """Write previews and poster as the pipeline does and put them into the store; the same clip is encoded once."""
    key = (hashlib.sha256(b"".join(one.tobytes() for one in pictures)).digest(), tuple(times))
    with tempfile.TemporaryDirectory() as folder:
        if key not in _stored:
            poster, preview, small = Path(folder, "poster"), Path(folder, "preview"), Path(folder, "small")
            write_poster(pictures[0], poster)
            files = [("poster", poster.read_bytes(), "image/jpeg")]
            if len(pictures) > 1:
                write_previews(pictures, times, preview, small)
                files.append(("preview", preview.read_bytes(), "video/mp4"))
                files.append(("small", small.read_bytes(), "video/mp4"))
            else:
                write_jpeg(pictures[0], preview, longest_side=960, quality=88)
                files.append(("preview", preview.read_bytes(), "image/jpeg"))
            _stored[key] = files
        stored = {}
        for role, content, media_type in _stored[key]:
            path = Path(folder, f"{role}.bytes")
            path.write_bytes(content)
            stored[role] = (object_store().put(Area.RELEASED, path), media_type)
        return stored


def make_world() -> World:
    """Make the projects and one person for each role; nobody speaks French unless asked to."""
    relief = Organisation.objects.create(code="relief", name="Relief")
    other = Organisation.objects.create(code="other", name="Other")
    world = World(
        relief,
        other,
        Project.objects.create(code="goma", organisation=relief, name="Goma"),
        Project.objects.create(code="bunia", organisation=relief, name="Bunia"),
        Project.objects.create(code="elsewhere", organisation=other, name="Elsewhere"),
    )
    world.person("amina", Role.TRAINEE, world.goma)
    world.person("joel", Role.TRAINEE, world.goma)
    world.person("rose", Role.REVIEWER)
    world.person("luc", Role.REVIEWER)
    for role in Role:
        if role not in (Role.TRAINEE, Role.REVIEWER):
            world.person(role.value, role)
    world.person("foreign-owner", Role.PARTNER_OWNER, world.elsewhere)
    return world
