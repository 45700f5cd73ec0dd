"""Does a night look at every project of an organisation, also where one of them fails, and say so?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from supervision.ladder import Rung
from supervision.roles import Role
from supervision.sign_off import PlanCause
from tests.courses import learned
from tests.storage.conftest import make_world

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)


@pytest.mark.django_db(transaction=True)
def test_a_project_that_fails_stops_no_other_and_the_run_says_so(prefect_server: str) -> None:
    from flows.competence import competence
    from storage.catalogue import phases
    from storage.catalogue.models import Plan, Proposal, Review

    world = make_world()
    chief, amina, rose = (
        world.people.get(name) or world.person(name, Role.SUPERVISOR) for name in ("chief", "amina", "rose")
    )
    joel = world.person("joel", Role.TRAINEE, project=world.bunia)
    learned(world.goma, amina, [rose], [True] * 5, until=NOW - YEAR, twice=0)
    phases.set_rung(amina, "BLADDER", Rung.AUDITED, chief, NOW - YEAR, "signed")
    learned(world.bunia, joel, [rose], [True] * 5, until=NOW, twice=0)
    broken = Review.objects.filter(exam__project=world.bunia).latest("pk")
    kept, broken.form = broken.form, {"of": "another program"}
    broken.save()
    quiet = {PREFECT_LOGGING_TO_API_ENABLED: False}  # the server is gone before the last lines would reach it
    with temporary_settings(updates={PREFECT_API_URL: prefect_server, **quiet}):
        state = competence("relief", return_state=True)
        assert (state.is_failed(), state.message) == (True, "failed: bunia")
        assert list(Plan.objects.values_list("trainee", "cause")) == [(amina.pk, PlanCause.IDLE)]
        assert set(Proposal.objects.values_list("trainee", flat=True)) == {amina.pk}
        broken.form = kept
        broken.save()
        assert competence("relief") == {"bunia": {"courses": 1, "plans": 0}, "goma": {"courses": 1, "plans": 0}}
    assert set(Proposal.objects.values_list("trainee", flat=True)) == {amina.pk, joel.pk}
    assert Plan.objects.count() == 1
