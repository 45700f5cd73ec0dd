"""How is each action of the table of roles called?"""

from collections.abc import Mapping

from pipeline.text import Text
from supervision.roles import Action

ACTIONS: Mapping[Action, Text] = {
    Action.SEE_OWN_SCANS: Text("see own scans", "voir ses examens"),
    Action.COMPLETE_INFO: Text("fill in missing details", "compléter les détails"),
    Action.REVIEW: Text("review", "relire"),
    Action.ARBITRATE: Text("arbitrate between readings", "arbitrer entre relectures"),
    Action.SEE_QUEUE: Text("see the queue", "voir la file d'attente"),
    Action.SEE_SCANS: Text("see all scans", "voir tous les examens"),
    Action.SEE_FIGURES: Text("see the figures", "voir les chiffres"),
    Action.SEE_REPORTS: Text("read the reports", "lire les rapports"),
    Action.MAKE_REPORTS: Text("make reports and comment on them", "établir les rapports et les commenter"),
    Action.GROUP_CLIPS: Text("join and split exams", "réunir et séparer des examens"),
    Action.READ_ANYWAY: Text("have an exam read that was not drawn", "faire lire un examen non tiré"),
    Action.ESCALATE: Text("ask a specialist about a patient", "demander l'avis d'un spécialiste sur un patient"),
    Action.COORDINATE: Text("coordinate telemedicine", "coordonner la télémédecine"),
    Action.SEE_LIBRARY: Text("learn from the teaching library", "apprendre avec la vidéothèque"),
    Action.DECIDE_TEACHING: Text("decide what is in the teaching library", "décider du contenu de la vidéothèque"),
    Action.SEE_QUARANTINE: Text("see what is held back", "voir ce qui est retenu"),
    Action.RELEASE_SCANS: Text("release or refuse what is held back", "libérer ou refuser ce qui est retenu"),
    Action.ANSWER_QUESTIONS: Text("answer questions on a scan", "répondre aux questions sur un examen"),
    Action.REIDENTIFY: Text("learn whose scan it is, by two", "retrouver le patient, à deux"),
    Action.SEE_DEVICES: Text("see the devices", "voir les appareils"),
    Action.REPORT_DEVICES: Text("report a fault of a device", "signaler un défaut d'un appareil"),
    Action.TEND_DEVICES: Text("tend the devices", "entretenir les appareils"),
    Action.SEE_CALIBRATION: Text("see the calibration", "voir l'étalonnage"),
    Action.SEE_CATALOGUE: Text("see the exam catalogue", "voir le catalogue d'examens"),
    Action.EDIT_CATALOGUE: Text("change the exam catalogue", "modifier le catalogue d'examens"),
    Action.SEE_ARRIVALS: Text("see what was received and what became of it", "voir ce qui a été reçu et sa suite"),
    Action.MATCH_AUTHORS: Text("say whose an author's name is", "dire à qui correspond un nom d'auteur"),
    Action.SEND_SCANS: Text("send scans", "envoyer des examens"),
    Action.MANAGE_PEOPLE: Text("manage people", "gérer les personnes"),
    Action.SYNC: Text("exchange with another installation", "échanger avec une autre installation"),
    Action.SEE_SYNC: Text("see the exchange with another installation", "voir l'échange avec une autre installation"),
    Action.EXPORT_PROJECT: Text("export a project whole", "exporter un projet entier"),
    Action.HAND_OVER: Text("hand a project over", "transmettre un projet"),
    Action.SEE_HANDOVER: Text("see how a hand-over stands", "voir où en est une transmission"),
    Action.SEE_REGISTERS: Text("see training, requests and equipment", "voir les formations, demandes et équipements"),
    Action.KEEP_TRAINING: Text("keep the register of training", "tenir le registre des formations"),
    Action.MAKE_REQUESTS: Text("ask for training or equipment", "demander une formation ou du matériel"),
    Action.DECIDE_REQUESTS: Text("decide on requests", "décider des demandes"),
    Action.EXPORT: Text(
        "take out figures and readings for other systems", "sortir chiffres et relectures vers d'autres systèmes"
    ),
    Action.SEE_REVIEWERS: Text("see how reviewers read", "voir comment lisent les relecteurs"),
    Action.SEE_COMPETENCE: Text("see how competent people are", "voir où en sont les compétences"),
    Action.OBSERVE: Text("note an observation at the bedside", "noter une observation au lit du patient"),
    Action.KEEP_PLANS: Text("agree on plans with trainees", "convenir de plans avec les apprenants"),
    Action.SIGN_OFF: Text("sign that somebody is competent", "valider la compétence de quelqu'un"),
}
