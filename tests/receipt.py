"""What does an installation of the ministry sign that restored the bundle of a project?"""

from storage.catalogue.models import ProjectBundle
from supervision.certificate import signed
from supervision.certificates.project_receipt import KIND


def receipt(bundle: ProjectBundle, *, leaving_out: str = "", **other: object) -> bytes:
    """Return its receipt, in which all is as it was exported but for what is said otherwise."""
    project, giver = bundle.project, bundle.project.organisation
    says = {
        "bundle": bundle.digest,
        "project": {"code": project.code, "name": project.name},
        "giver": {"code": giver.code, "name": giver.name},
        "counts": {**bundle.counts, "unmatched": 0, "chain": True},
        "differences": [],
        "restored_at": "2026-03-02T12:00:00+00:00",
    }
    told = {name: said for name, said in (says | other).items() if name != leaving_out}
    organisation = {"code": "ministry", "name": "Ministry of Health"}
    return signed({"kind": KIND, "organisation": organisation, "says": told}, bytes(32)).as_json()
