"""Who is helped in the demonstration, and who was watched at the bedside?

Plans that are due open by the same look as every night; one is opened and agreed on by people. All of them invented.
"""

from datetime import datetime, timedelta

from sonorelay.demo.programme import PROJECTS

WATCHED = ((6, 2, "With help at the left upper quadrant. / Avec de l'aide à l'hypochondre gauche."), (2, 4, ""))
"""Weeks ago, how far they would be trusted, and what was seen."""
WHY = "Most clips end before the view is complete. / La plupart des clips s'arrêtent avant que la coupe soit complète."
EXERCISE = "Ten slow sweeps with the facilitator. / Dix balayages lents avec le facilitateur."


def help_history(now: datetime) -> int:
    """Note observations of who scans most, open the plans that are due and one more; return how many are open."""
    from storage.catalogue import competence, observing, plans
    from storage.catalogue.models import Person, Plan, Project

    helen = Person.objects.get(username="helen")
    for code in PROJECTS:
        project = Project.objects.get(code=code)
        courses = competence.courses_in(project)
        for trainee, exam_type in courses[:2]:
            for weeks, entrustment, text in WATCHED:
                at = now - timedelta(weeks=weeks)
                observing.observe(trainee.pk, exam_type, entrustment, at, helen, at, text=text)
        if courses and code == PROJECTS[0]:
            trainee, exam_type = courses[0]
            plan = plans.begin(trainee.pk, exam_type, helen, WHY, now - timedelta(weeks=3))
            helper = plans.helpers_for(plan).filter(username="paul").first()
            due = (now + timedelta(weeks=1)).date()
            plans.agree(plan.pk, EXERCISE, helper.pk if helper else None, due, helen, now - timedelta(weeks=3))
        plans.look(project, now)
    return Plan.objects.filter(closed_at=None).count()
