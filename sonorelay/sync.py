"""What does this field box exchange with headquarters, now or again and again?"""

import time
from datetime import UTC, datetime

from pipeline.reasons import REASONS
from pipeline.text import Text
from sonorelay import programme
from sonorelay.outcome import ANSWERED, FAILED, language, print_json
from storage.settings import settings

BUSY = Text("another program is exchanging right now", "un autre programme échange en ce moment")
DONE = Text(
    "records sent {sent}, received {received}, held {held}; files sent {objects_sent} ({sent_mb:.1f} MB), "
    "fetched {objects_received} ({received_mb:.1f} MB)",
    "fiches envoyées {sent}, reçues {received}, en attente {held} ; fichiers envoyés {objects_sent} "
    "({sent_mb:.1f} Mo), reçus {objects_received} ({received_mb:.1f} Mo)",
)
USED_UP = Text(
    "today's bytes are used up; the rest goes tomorrow", "le volume du jour est épuisé ; la suite partira demain"
)
LEFT = Text(
    "still waiting here: {objects} files, {held} records that cannot be applied, {conflicts} worksheets that differ",
    "encore en attente ici : {objects} fichiers, {held} fiches inapplicables, {conflicts} fiches d'examen divergentes",
)
NEVER = Text("never met another installation", "aucune autre installation rencontrée")
MET = Text(
    "{name}: met {at}, {records} records and {objects} files ({megabytes:.1f} MB) wait",
    "{name} : rencontre du {at}, {records} fiches et {objects} fichiers ({megabytes:.1f} Mo) en attente",
)
MB = 1_000_000


def sync(*, once: bool, status: bool, as_json: bool) -> int:
    """Exchange once, or every so many minutes until it is stopped; or say how it stands."""
    programme.open_catalogue()
    if status:
        return _status(as_json=as_json)
    programme.apply_programme()
    while True:
        ended = _exchange(as_json=as_json)
        if once:
            return ended
        time.sleep(60 * settings().sync_minutes)


def _exchange(*, as_json: bool) -> int:
    from storage.sync.now import exchange

    done = exchange()
    if done is None:
        print_json({"problem": "busy"}) if as_json else print(BUSY.say(language()))
        return ANSWERED
    if as_json:
        print_json(done.as_json())
        return FAILED if done.problem else ANSWERED
    told = done.as_json() | {"sent_mb": done.bytes_sent / MB, "received_mb": done.bytes_received / MB}
    lines = [DONE.format(**told), *([USED_UP] if done.budget_used_up else []), LEFT.format(**done.waiting)]
    if done.problem:
        lines.append(REASONS[done.problem].format(answer="401/403"))
    print("\n".join(line.say(language()) for line in lines), flush=True)
    return FAILED if done.problem else ANSWERED


def _status(*, as_json: bool) -> int:
    from storage.sync.standing import standing

    now = standing(datetime.now(UTC))
    if as_json:
        print_json(now.as_json())
        return ANSWERED
    if not now.peers:
        print(NEVER.say(language()))
    for peer in now.peers:
        at = f"{peer.met_at:%Y-%m-%d %H:%M} UTC" if peer.met_at else "-"
        facts = {"records": peer.records, "objects": peer.objects, "megabytes": peer.megabytes}
        print(MET.format(name=peer.name, at=at, **facts).say(language()))
        if peer.problem:
            print(REASONS[peer.problem].format(answer="401/403").say(language()))
    return ANSWERED
