"""How does a reviewer compare with the others who read the same exams?

A reading is compared with the final one where somebody else gave that, and with the last other reading where it became
the final one itself. So both readers of a concordant exam get the same pair, the other way round.
"""

from django.db.models import Exists, OuterRef

from storage.catalogue.models import Person, Review, ReviewerProfile
from supervision.coefficients import Pair
from supervision.reliability import Reliability, reliability

LAST = 300
"""So many exams count: a reader who has changed is to be seen."""


def update(person: Person) -> Reliability:
    """Compare the person's readings with those of others and keep in their profile what the queue goes by."""
    found = reliability(pairs_of(person))
    ReviewerProfile.objects.update_or_create(person=person, defaults={"pairs": found.pairs, "severity": found.severity})
    return found


def pairs_of(person: Person) -> list[Pair]:
    """Return the person's own overall ratings, as first sent, and what they are compared with; the newest exams only.

    Exams that nobody else has read say nothing, nor do those that are not final.
    """
    by_others = Review.objects.filter(exam=OuterRef("exam"), amends=None).exclude(reviewer=person)
    mine = Review.objects.filter(Exists(by_others), reviewer=person, amends=None, exam__reviews__final=True)
    own = dict(mine.order_by("-submitted_at", "-pk").values_list("exam", "overall")[:LAST])
    theirs = Review.objects.filter(exam__in=own).exclude(reviewer=person).order_by("final", "submitted_at", "pk")
    other = dict(theirs.values_list("exam", "overall"))  # of each exam the last row: the final one, if it is theirs
    return [(rating, other[exam]) for exam, rating in own.items()]
