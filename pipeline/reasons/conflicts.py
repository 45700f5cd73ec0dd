"""Why does what a person asked for not count, so that they look again?"""

from pipeline.text import Text

CONFLICTS: dict[str, Text] = {
    "already_claimed": Text(
        "Another reviewer has just taken this scan. Take the next one.",
        "Un autre relecteur vient de prendre cet examen. Prenez le suivant.",
    ),
    "already_escalated": Text(
        "A question about this patient is already with telemedicine; add to it instead of asking twice.",
        "Une question sur ce patient est déjà en télémédecine ; complétez-la plutôt que d'en poser une seconde.",
    ),
    "other_side": Text(
        "While the project is handed over, this reading is for the other side. Take the next one.",
        "Pendant la transmission du projet, cette lecture revient à l'autre partie. Prenez la suivante.",
    ),
    "from_elsewhere": Text(
        "This exam came in on another installation. Its clips are grouped there.",
        "Cet examen est arrivé sur une autre installation. Ses clips y sont regroupés.",
    ),
    "being_read": Text(
        "An expert has begun to read this exam; it can no longer be changed.",
        "Un expert a commencé la lecture de cet examen ; il ne peut plus être modifié.",
    ),
    "lease_lost": Text(
        "Your 30 minutes ran out and another reviewer took this scan. Your text is kept below.",
        "Vos 30 minutes sont écoulées et un autre relecteur a pris cet examen. Votre texte est conservé ci-dessous.",
    ),
    "already_reviewed": Text(
        "This scan has been reviewed already. Take the next one.",
        "Cet examen est déjà relu. Prenez le suivant.",
    ),
    "conflict_of_interest": Text(
        "You noted a conflict of interest about this exam; somebody else will read it.",
        "Vous avez signalé un conflit d'intérêts pour cet examen ; quelqu'un d'autre le relira.",
    ),
    "read_before": Text(
        "You have read this exam before; somebody else must read it now.",
        "Vous avez déjà relu cet examen ; quelqu'un d'autre doit le relire à présent.",
    ),
    "read_blind_first": Text(
        "Send your own reading first. What the others said is shown after that.",
        "Envoyez d'abord votre propre lecture. L'avis des autres s'affiche ensuite.",
    ),
    "own_scan": Text(
        "You made this scan yourself; somebody else must review it.",
        "Vous avez réalisé cet examen ; quelqu'un d'autre doit le relire.",
    ),
    "feedback_closed": Text(
        "This feedback is closed; nothing can be added to it. Speak to your supervisor.",
        "Ce retour est clos ; on ne peut plus rien y ajouter. Parlez-en à votre superviseur.",
    ),
    "already_appealed": Text(
        "An appeal has been made here already; it is decided once.",
        "Un recours a déjà été déposé ici ; il n'est tranché qu'une fois.",
    ),
    "not_final": Text(
        "This reading does not count now, or is being decided on; it cannot be changed.",
        "Cette lecture ne fait pas foi en ce moment, ou une décision est en cours ; elle ne peut pas être modifiée.",
    ),
    "read_again_now": Text(
        "This exam is being read again. What comes of it will reach you.",
        "Cet examen est en cours de nouvelle lecture. Vous en recevrez le résultat.",
    ),
    "stale": Text(
        "This page is out of date. Load it again.",
        "Cette page n'est plus à jour. Rechargez-la.",
    ),
    "last_role": Text(
        "This is the person's last role. Close the account instead, so that it stays in the list.",
        "C'est le dernier rôle de cette personne. Fermez plutôt le compte, pour qu'il reste dans la liste.",
    ),
    "second_person": Text(
        "Two people are needed: one asks, another one of the same project consents.",
        "Il faut deux personnes : l'une demande, une autre du même projet donne son accord.",
    ),
    "request_over": Text(
        "This request is over. Ask again.",
        "Cette demande est terminée. Demandez de nouveau.",
    ),
    "own_sign_off": Text(
        "Nobody signs for themselves. Somebody else must look at the evidence.",
        "Personne ne se valide soi-même. Une autre personne doit examiner les éléments.",
    ),
    "only_reviewer": Text(
        "You are the only one who has read these exams. Another expert must have read some before you sign.",
        "Vous êtes la seule personne à avoir relu ces examens. Un autre expert doit en relire avant votre signature.",
    ),
    "not_next_rung": Text(
        "One level is climbed at a time, and this is not the next one. Load the page again.",
        "On ne monte que d'un niveau à la fois, et celui-ci n'est pas le suivant. Rechargez la page.",
    ),
    "not_lower": Text(
        "The level chosen is not lower than the present one.",
        "Le niveau choisi n'est pas inférieur au niveau actuel.",
    ),
    "plan_open": Text(
        "A plan for this person is still open. Close it by its evidence first.",
        "Un plan est encore ouvert pour cette personne. Clôturez-le d'abord par ses résultats.",
    ),
    "plan_not_met": Text(
        "The exams since the plan began do not show yet what it asks for.",
        "Les examens réalisés depuis le début du plan ne montrent pas encore ce qu'il demande.",
    ),
    "evidence_missing": Text(
        "Some of what the standard asks for is missing. What, stands on the page.",
        "Il manque une partie de ce que demande le référentiel. La page dit quoi.",
    ),
}
