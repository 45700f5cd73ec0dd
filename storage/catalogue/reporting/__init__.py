"""What does the catalogue say of a period, as figures for pages, reports and machines?"""

from storage.catalogue.reporting.activity import activity_of, counted_in, counted_of, parts_of
from storage.catalogue.reporting.alerts import alerts_of
from storage.catalogue.reporting.figures import figures_of
from storage.catalogue.reporting.reach import Reach, organisation_scope, programme_scope, project_scope, reach_of
from storage.catalogue.reporting.supervised import turnaround_in

__all__ = [
    "Reach",
    "activity_of",
    "alerts_of",
    "counted_in",
    "counted_of",
    "figures_of",
    "organisation_scope",
    "parts_of",
    "programme_scope",
    "project_scope",
    "reach_of",
    "turnaround_in",
]
