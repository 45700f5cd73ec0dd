"""What happened that concerns the protection of data?"""

from pipeline.text import Text
from supervision.report.composing import FROM_QUARTERS, Part
from supervision.report.document import Block, Number, Paragraph, Prose, Section
from supervision.report.tabled import ALL, Audience, count, text
from supervision.report.words import REASONS, called


def incidents(audience: Audience) -> Section:
    """Return what was held back for privacy, identities that were shown, and the state of the record of events."""
    found = audience.figures.detailed.incidents
    blocks: list[Block] = [
        audience.numbers(
            "data_protection",
            Text("Data protection", "Protection des données"),
            [
                Number(
                    Text("Held back for privacy", "Retenus pour confidentialité"), count(sum(found.withheld.values()))
                ),
                Number(Text("Released by a person", "Libérés par une personne"), count(found.released_by_hand)),
                Number(Text("Identities asked for", "Identités demandées"), count(found.identities_asked)),
                Number(
                    Text("Identities shown to two people's word", "Identités montrées, à deux"),
                    count(found.identities_shown),
                ),
                Number(Text("Keys of programs in use", "Clés de programmes en service"), count(found.tokens_open)),
            ],
        )
    ]
    if found.withheld:
        blocks.append(
            audience.table(
                "withheld",
                Text("Why scans were held back", "Pourquoi des enregistrements ont été retenus"),
                {"reason": Text("Why", "Motif"), "scans": Text("Times", "Fois")},
                [(text(called(code, REASONS)), count(number)) for code, number in found.withheld.items()],
                (text(ALL), count(sum(found.withheld.values()))),
            )
        )
    if found.sealed:
        sealed = Text(
            f"The record of events holds {found.sealed} sealed events of the whole installation; the hash of the last"
            f" one is {found.head}.",
            f"Le registre des événements compte {found.sealed} événements scellés pour toute l'installation\u00a0;"
            f" empreinte du dernier\u00a0: {found.head}.",
        )
        blocks.append(Paragraph(sealed, Prose.NOTE))
    return Section(
        "incidents", Text("Incidents and data protection", "Incidents et protection des données"), tuple(blocks)
    )


PART = Part(120, FROM_QUARTERS, incidents)
