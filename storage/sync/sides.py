"""Who are we, and who is on the other side?"""

from uuid import UUID

from storage.catalogue.models import Peer, Person, Side


class NoFieldBox(Exception):
    """Who says to be a field box is known here as headquarters, whose word counts for more, or is this very side."""


def this_side() -> Side:
    """Return this installation's row, made on first use."""
    return Side.objects.order_by("pk").first() or Side.objects.create()


def headquarters(uuid: UUID) -> Peer:
    """Return headquarters as a field box knows them."""
    return Peer.objects.get_or_create(uuid=uuid, defaults={"headquarters": True})[0]


def field_box(uuid: UUID, person: Person) -> Peer:
    """Return a field box as headquarters know it, by whose token it comes today. NoFieldBox."""
    if uuid == this_side().uuid:
        raise NoFieldBox
    peer, new = Peer.objects.get_or_create(uuid=uuid, defaults={"person": person})
    if peer.headquarters:
        raise NoFieldBox
    if not new and peer.person_id != person.pk:
        peer.person = person
        peer.save(update_fields=["person"])
    return peer
