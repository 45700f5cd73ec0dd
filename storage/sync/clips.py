"""How do the clips of a record become scans of this catalogue?

A scan that came in here keeps what is known of it here. Of all others the word of the side counts on which it came in;
what that no longer shows is removed here in the same transaction.
"""

from pipeline.received import Kind
from storage.catalogue.evidence import drop_objects
from storage.catalogue.models import Assessment, Device, Exam, Finding, Peer, ReleaseReport, Scan, Wanted
from storage.objects import Area
from storage.sync.records import AssessmentTold, ClipTold, NotUnderstood, ObjectTold
from supervision.states import STATE_OF_CLIPS, Stage

COPIED = (
    *("received_at", "captured_at", "processed_at", "size", "patient", "study", "codec", "frames", "rows", "columns"),
    *("frames_per_second", "frame_times", "sector", "kept", "mm_per_pixel"),
)
TO_THE_FIELD = frozenset({"poster", "small", "preview"})
"""What a field box fetches: enough to read an exam."""


def take(told: ClipTold, exam: Exam, peer: Peer) -> Scan:
    """Return the scan of a clip, made where it is new; `exam` is not changed, and its scan's exam neither."""
    scan = Scan.objects.filter(digest=told.digest).first()
    if scan is not None and scan.project_id != exam.project_id:
        raise NotUnderstood("clips.project")
    if scan is None:
        scan = Scan(digest=told.digest, project=exam.project, exam=None, simulated=exam.simulated)
        scan.state = STATE_OF_CLIPS[Stage(exam.stage)]
    elif scan.arrivals.exists() or not (told.here or peer.headquarters):
        return scan
    _copy(told, scan)
    _want(told, scan, peer)
    return scan


def belong(scan: Scan, exam: Exam) -> None:
    """Let a scan be one of the exam's clips, in the state that follows from it."""
    state = STATE_OF_CLIPS[Stage(exam.stage)]
    values = {"exam": exam, "trainee": exam.trainee, "exam_type": exam.exam_type, "state": state}
    Scan.objects.filter(pk=scan.pk).update(**values)


def _copy(told: ClipTold, scan: Scan) -> None:
    if told.kind not in set(Kind):
        raise NotUnderstood("clips.kind")
    scan.kind = told.kind
    for name in COPIED:
        setattr(scan, name, getattr(told, name))
    if told.device:
        known = {"model": told.device_model}
        scan.device, _ = Device.objects.get_or_create(project=scan.project, pseudonym=told.device, defaults=known)
    if told.assessment is not None:
        scan.score, scan.suggested_rating = told.assessment.score, told.assessment.suggested_rating
    scan.save()
    _assess(told.assessment, scan)
    if told.report is not None and told.report_at is not None:
        current = scan.release_reports.filter(current=True)
        if not current.filter(made_at=told.report_at).exists():
            current.update(current=False)
            ReleaseReport.objects.create(scan=scan, made_at=told.report_at, report=told.report)


def _assess(told: AssessmentTold | None, scan: Scan) -> None:
    current = scan.assessments.filter(current=True)
    if told is None or current.filter(made_at=told.made_at).exists():
        return
    current.update(current=False)
    row = Assessment.objects.create(
        scan=scan,
        made_at=told.made_at,
        score=told.score,
        suggested_rating=told.suggested_rating,
        reasons=told.reasons,
    )
    Finding.objects.bulk_create(Finding(assessment=row, **one.model_dump()) for one in told.findings)


def _want(told: ClipTold, scan: Scan, peer: Peer) -> None:
    """Want what is named and not here; let go of what is here and no longer named."""
    named = {one.role: one for one in told.objects if not peer.headquarters or one.role in TO_THE_FIELD}
    shown: dict[str, str] = {role: one.digest for role, one in named.items()}
    gone = [
        row.pk
        for row in scan.objects_stored.exclude(area=Area.RAW)
        if shown.get(row.role) != row.digest  # made anew, or taken back
    ]
    drop_objects(scan.objects_stored.filter(pk__in=gone))
    here = set(scan.objects_stored.values_list("role", flat=True))
    wanted = {row.role: row for row in scan.objects_wanted.all()}
    for role, row in wanted.items():
        if shown.get(role) != row.digest:
            row.delete()
    Wanted.objects.bulk_create(
        _wanted(one, scan, peer)
        for role, one in named.items()
        if role not in here and (role not in wanted or wanted[role].digest != one.digest)
    )


def _wanted(one: ObjectTold, scan: Scan, peer: Peer) -> Wanted:
    area = Area.RAW if one.role == "raw" else Area.RELEASED
    if area is Area.RAW and one.digest != scan.digest:
        raise NotUnderstood("clips.objects.digest")
    return Wanted(
        scan=scan, peer=peer, role=one.role, area=area, digest=one.digest, media_type=one.media_type, size=one.size
    )
