"""What becomes of the worksheet when both sides may have said something?

Each worksheet names, by digests, what it was before. One that follows from the other replaces it; where neither does,
or somebody reads the exam here, both are kept and a person decides.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pipeline.errors import Conflict
from storage.catalogue import exams
from storage.catalogue.models import Event, Exam, Person, SheetConflict, SheetLine
from storage.catalogue.reassessment import judge_anew
from storage.catalogue.transaction import one_transaction
from storage.sync.names import Names
from storage.sync.records import ConflictTold, PersonTold, SheetTold, as_json, digest_of, digest_of_json
from storage.sync.telling import told_sheet
from supervision.worksheet import Urgency

LONGEST_LINE = 1000


def line_of(exam: Exam, now_said: SheetTold) -> SheetLine:
    """Return what the worksheet was before, brought up to what it is now."""
    digest = digest_of(now_said)
    line, new = SheetLine.objects.get_or_create(exam=exam, defaults={"digest": digest})
    if not new and line.digest != digest:
        line.before = _united(line.before, [line.digest])
        line.digest = digest
        line.save(update_fields=["digest", "before"])
    return line


class Meeting:
    """The worksheet of one exam meets that of another side; in one transaction, with the exam locked."""

    def __init__(self, exam: Exam, names: Names, people: Mapping[str, PersonTold], now: datetime) -> None:
        """Begin with what is said here."""
        self.exam, self.names, self.people, self.now = exam, names, people, now
        self.ours = told_sheet(exam, names)
        self.line = line_of(exam, self.ours)

    def take_in(self, theirs: SheetTold, before: Iterable[str], *, their_word: bool) -> None:
        """Keep the worksheet of the other side where it follows from ours; their_word: the exam came in there."""
        ours, digest = self.ours, digest_of(theirs)
        follows, precedes = self.line.digest in set(before), digest in self.line.before
        if digest == self.line.digest or (precedes and not follows):
            self._remember(before)
        elif follows and not precedes and not self._is_read(theirs):
            self._say(theirs, before)
        elif theirs.at is None or ours.at is None or ours.said() == theirs.said():
            if not self._is_read(theirs):
                self._say(_filled(ours, theirs, their_word=their_word), (*before, digest))
        else:
            self._differ(theirs)
        if Urgency.CRITICAL in (theirs.urgency, self.ours.urgency) and self.ours.urgency is not Urgency.CRITICAL:
            self._say(self.ours.model_copy(update={"urgency": Urgency.CRITICAL}), ())

    def take_conflicts(self, theirs: Iterable[ConflictTold]) -> None:
        """Keep what differs by the word of the other side, and what was decided there; the earlier decision counts."""
        for one in theirs:
            key = _key(one.one, one.other)
            row = SheetConflict.objects.filter(exam=self.exam, key=key).first() or SheetConflict(
                exam=self.exam, key=key, one=as_json(one.one), other=as_json(one.other), found_at=self.now
            )
            if one.settled_at and (row.settled_at is None or one.settled_at < row.settled_at):
                row.kept, row.settled_at = one.kept, one.settled_at
                row.settled_by = self.names.person(one.settled_by, self.people)
                self._follow(row)
            row.save()

    def say(self, decided: SheetConflict) -> None:
        """Let the worksheet be what a person has just chosen."""
        chosen = SheetTold.model_validate(decided.one if decided.kept == "one" else decided.other)
        if self.ours.said() != chosen.said():
            self._say(chosen, ())

    def _differ(self, theirs: SheetTold) -> None:
        """Keep both, unless a person has decided between them."""
        one, other = sorted((self.ours, theirs), key=lambda said: (str(said.at), digest_of(said)))
        key = _key(one, other)
        row = SheetConflict.objects.filter(exam=self.exam, key=key).first()
        if row is not None:
            self._follow(row)
            return
        row = SheetConflict(exam=self.exam, key=key, one=as_json(one), other=as_json(other), found_at=self.now)
        self.exam.sheet_conflicts.filter(settled_at=None).update(settled_at=self.now)  # of what nobody says any more
        row.save()
        Event.objects.create(at=self.now, what="sheets_differ", scan=self.exam.clips.order_by("pk").first())

    def _follow(self, row: SheetConflict) -> None:
        """Say what was decided, where what is said here is one of the two."""
        if row.kept:
            kept, left = (row.one, row.other) if row.kept == "one" else (row.other, row.one)
            if self.ours.said() == SheetTold.model_validate(left).said():
                self._say(SheetTold.model_validate(kept), ())

    def _is_read(self, theirs: SheetTold) -> bool:
        """Tell whether somebody reads the exam by what is said here; then a person decides."""
        if self.ours.at is None or not exams.begun(self.exam) or self.ours.said() == theirs.said():
            return False
        self._differ(theirs)
        return True

    def _say(self, said: SheetTold, before: Iterable[str]) -> None:
        exam = self.exam
        keep_critical = Urgency.CRITICAL in (said.urgency, self.ours.urgency)
        exam.exam_type, exam.question = said.exam_type, said.question
        exam.trainee = self.names.person(said.trainee, self.people)
        exam.answers = {code: one.value for code, one in said.answers.items()}
        exam.age, exam.sex = said.age, said.sex
        exam.urgency = Urgency.CRITICAL if keep_critical else said.urgency
        exam.worksheet_by, exam.worksheet_at = self.names.person(said.by, self.people), said.at
        exam.save()
        for clip in exam.clips.select_related("device").order_by("pk"):
            clip.trainee, clip.exam_type = exam.trainee, exam.exam_type
            clip.view = said.views.get(clip.digest, "")
            clip.save(update_fields=["trainee", "exam_type", "view"])
            if clip.arrivals.exists():
                judge_anew(clip, self.now)
        self.ours = told_sheet(exam, self.names)
        self.line = line_of(exam, self.ours)
        self._remember(before)

    def _remember(self, before: Iterable[str]) -> None:
        united = [one for one in _united(self.line.before, before) if one != self.line.digest]
        if united != self.line.before:
            self.line.before = united
            self.line.save(update_fields=["before"])


def settle(conflict_id: int, kept: str, person: Person, now: datetime) -> None:
    """Let one of two worksheets count, on both sides from the next exchange on; the caller checks that `person` may.

    Conflict("stale") where it was decided otherwise; ValueError for anything but "one" or "other".
    """
    if kept not in ("one", "other"):
        raise ValueError("kept is one or other")
    with one_transaction():
        exams.locked(SheetConflict.objects.values_list("exam", flat=True).get(pk=conflict_id))
        row = SheetConflict.objects.select_related("exam__project__organisation").get(pk=conflict_id)
        if row.settled_at is not None:
            if row.kept != kept:
                raise Conflict("stale")
            return
        row.kept, row.settled_by, row.settled_at = kept, person, now
        row.save()
        names = Names(row.exam.project.organisation)
        exam = row.exam
        Meeting(exam, names, {}, now).say(row)
        Event.objects.create(at=now, what="sheet_chosen", scan=exam.clips.order_by("pk").first(), person=person)


def _filled(ours: SheetTold, theirs: SheetTold, *, their_word: bool) -> SheetTold:
    """Return one worksheet of two of which one says nothing, or both say the same: blanks are filled by the other."""
    if ours.at is not None and theirs.at is not None:
        main, other = (ours, theirs) if ours.at <= theirs.at else (theirs, ours)
    elif ours.at is None and theirs.at is None:
        main, other = (theirs, ours) if their_word else (ours, theirs)
    else:
        main, other = (theirs, ours) if ours.at is None else (ours, theirs)
    known = {"trainee": main.trainee or other.trainee, "exam_type": main.exam_type or other.exam_type}
    return main.model_copy(update=known | {"views": {**other.views, **main.views}})


def _key(one: SheetTold, other: SheetTold) -> str:
    return digest_of_json(sorted((one.said(), other.said()), key=digest_of_json))


def _united(one: Iterable[str], other: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*one, *other)))[-LONGEST_LINE:]
