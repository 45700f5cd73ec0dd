"""What does an installation say of itself: do its catalogue and its store agree, and what is in which state?

Run as a program with the environment of that installation; prints JSON.
"""

import json

from storage.catalogue import setup

setup.prepare()

from storage.accounts import accounts  # noqa: E402
from storage.catalogue.models import Scan  # noqa: E402
from storage.objects.chosen import object_store  # noqa: E402


def main() -> None:
    """Print states, arrivals, digests and faults."""
    found = accounts(object_store())
    digests = list(Scan.objects.values_list("digest", flat=True))
    print(json.dumps({"states": found.states, "arrivals": found.arrivals, "faults": found.faults, "digests": digests}))


if __name__ == "__main__":
    main()
