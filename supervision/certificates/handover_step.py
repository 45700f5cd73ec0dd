"""What does the signed statement of one step of a hand-over say?"""

from pipeline.text import Text
from supervision.certificate import Signed
from supervision.certificates.handover import bundle_told, day, stage_said
from supervision.certificates.sheet import NBSP

KIND = "handover_step"
WHO = Text(
    "{organisation} states of the project {project} ({code}), which passes to {receiver}: {stage}, since {day}, by "
    "{by}.",
    f"{{organisation}} déclare pour le projet {{project}} ({{code}}), transmis à {{receiver}}{NBSP}: {{stage}}, depuis "
    "le {day}, par {by}.",
)


def told(certificate: Signed) -> tuple[Text, ...]:
    """Return which step was taken, by whom, and what was counted elsewhere before it."""
    says, by = certificate.document["says"], certificate.document["organisation"]
    who = WHO.format(
        organisation=by["name"],
        project=says["project"]["name"],
        code=says["project"]["code"],
        receiver=says["receiver"]["name"],
        stage=stage_said(says["stage"]),
        day=day(says["at"]),
        by=says["by"]["name"],
    )
    return (who, *bundle_told(says))
