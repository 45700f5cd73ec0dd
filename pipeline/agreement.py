"""Do at least two witnesses agree on where the ultrasound is?"""

from pipeline.clip import Clip
from pipeline.errors import Withheld
from pipeline.find_sector import CONFIDENT
from pipeline.guidance import Guidance
from pipeline.kept import Kept, Witness
from pipeline.sector import Sector


def agree(clip: Clip, sector: Sector, guidance: Guidance) -> Kept:
    """Return the area that may be kept; raises Withheld (`no_sector`)."""
    del clip
    if guidance.drawn:
        return Kept(guidance.drawn, (Witness.DRAWN,))
    if not sector.known or sector.confidence < CONFIDENT:
        raise Withheld("no_sector")
    return Kept((sector.polygon,), (Witness.FITTED,))
