"""How are the codes of a reading called in the reader's language: components, answers, causes, differences, reasons?"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supervision.blinding import Hidden
from supervision.rating import Answer, Cause, Component, Consequence, Reference
from supervision.readings import Decided, Difference, Reading
from supervision.skipping import SkipReason
from supervision.worksheet import AgeBand, Sex
from web.words import Word

COMPONENTS: dict[Component, Word] = {
    Component.PRESENT: _("View present"),
    Component.LANDMARKS: _("Landmarks"),
    Component.AXIS: _("Axis"),
    Component.DEPTH: _("Depth"),
    Component.GAIN: _("Gain, TGC"),
    Component.FOCUS: _("Focus, preset"),
    Component.STEADY: _("Contact, artefact, motion"),
    Component.SWEEP: _("Sweep, length"),
    Component.LABEL: _("Label, side"),
}

HEADS: dict[Component, Word] = {
    Component.PRESENT: pgettext_lazy("column", "Present"),
    Component.LANDMARKS: pgettext_lazy("column", "Landmarks"),
    Component.AXIS: pgettext_lazy("column", "Axis"),
    Component.DEPTH: pgettext_lazy("column", "Depth"),
    Component.GAIN: pgettext_lazy("column", "Gain"),
    Component.FOCUS: pgettext_lazy("column", "Focus"),
    Component.STEADY: pgettext_lazy("column", "Steady"),
    Component.SWEEP: pgettext_lazy("column", "Sweep"),
    Component.LABEL: pgettext_lazy("column", "Label"),
}
"""The same for the narrow columns of the grid."""

ANSWERS: dict[Answer, Word] = {
    Answer.POSITIVE: pgettext_lazy("finding", "yes"),
    Answer.NEGATIVE: pgettext_lazy("finding", "no"),
    Answer.INDETERMINATE: pgettext_lazy("finding", "unsure"),
    Answer.NOT_ASSESSABLE: _("not assessable"),
}

REFERENCES: dict[Reference, Word] = {
    Reference.EXPERT_READING: _("expert reading"),
    Reference.REPEATED_SCAN: _("repeated scan"),
    Reference.OTHER_IMAGING: _("other imaging"),
    Reference.LABORATORY: _("laboratory"),
    Reference.PROCEDURE: _("surgery or procedure"),
    Reference.FOLLOW_UP: _("follow-up"),
}

CONSEQUENCES: dict[Consequence, Word] = {
    Consequence.NONE: pgettext_lazy("consequence", "none"),
    Consequence.MINOR: pgettext_lazy("consequence", "minor"),
    Consequence.MEANINGFUL: pgettext_lazy("consequence", "meaningful"),
    Consequence.CONTACT_NOW: _("contact the patient again now"),
}

CAUSES: dict[Cause, Word] = {
    Cause.NO_DEFECT: _("no defect"),
    Cause.WINDOW: _("wrong acoustic window"),
    Cause.ANGLE: _("angle or rotation of the probe"),
    Cause.CONTACT: _("contact, gel"),
    Cause.GAIN: _("gain, TGC"),
    Cause.DEPTH: _("depth"),
    Cause.FOCUS: _("focus or preset"),
    Cause.MOTION: _("motion"),
    Cause.SWEEP: _("sweep incomplete or too short"),
    Cause.LABEL: _("label or side missing or wrong"),
    Cause.WRONG_VIEW: _("another view than asked for"),
    Cause.INTERPRETATION: _("interpretation"),
    Cause.PATIENT: _("patient (habitus, gas, dressing)"),
    Cause.DEVICE: _("device or probe"),
    Cause.EXPORT: _("export or compression"),
}

INDICATIONS: dict[int, Word] = {
    0: _("not indicated"),
    1: _("doubtful"),
    2: _("indicated"),
}

INTEGRATIONS: dict[int, Word] = {
    1: _("contradicts the question"),
    2: _("hardly related"),
    3: _("answers in part"),
    4: _("answers the question"),
    5: _("answers and guides the care"),
}

ENTRUSTMENTS: dict[int, Word] = {
    1: _("observes only"),
    2: _("with somebody beside"),
    3: _("with somebody within reach"),
    4: _("alone, read afterwards"),
    5: _("alone, and teaches others"),
}

CONFIDENCES: dict[int, Word] = {
    1: pgettext_lazy("confidence", "low"),
    2: pgettext_lazy("confidence", "medium"),
    3: pgettext_lazy("confidence", "high"),
}

READINGS: dict[Reading, Word] = {
    Reading.FIRST: _("first reading"),
    Reading.SECOND: _("second reading"),
    Reading.ARBITRATION: _("arbitration"),
    Reading.APPEAL: _("appeal"),
}

DIFFERENCES: dict[Difference, Word] = {
    Difference.OVERALL: _("the overall ratings are two points or more apart"),
    Difference.ACROSS_ENOUGH: _("one says sufficient (3 or more), the other not"),
    Difference.CRITICAL: _("a critical question is answered differently"),
    Difference.ENTRUSTMENT: _("entrustment is two steps or more apart"),
    Difference.CONSEQUENCE: _("only one of them calls the patient back now"),
}

DECIDED: dict[Decided, Word] = {
    Decided.STRUCTURE_SEEN: _("a structure is visible that one reading denies"),
    Decided.STRUCTURE_MISSED: _("a structure was overlooked"),
    Decided.ARTEFACT: _("an artefact was taken for a finding"),
    Decided.VIEW_MISJUDGED: _("a view was judged too strictly or too mildly"),
    Decided.SCALE_MISREAD: _("the rating scale was read differently"),
    Decided.SLIP: _("a slip while filling in"),
    Decided.OPEN_TO_BOTH: _("the pictures allow both readings"),
}

SKIP_REASONS: dict[SkipReason, Word] = {
    SkipReason.NOT_MY_FIELD: _("not my field"),
    SkipReason.CONFLICT_OF_INTEREST: _("conflict of interest: I know who made it"),
    SkipReason.DOES_NOT_LOAD: _("the pictures do not load (comes back after 6 h)"),
    SkipReason.NO_TIME: _("no time now (comes back after 2 h)"),
    SkipReason.UNSURE: _("I am not sure enough"),
}

HIDDEN: dict[Hidden, Word] = {
    Hidden.TRAINEE: _("trainee"),
    Hidden.SITE: _("site"),
    Hidden.SCORE: _("automatic score"),
    Hidden.FIRST_READ: _("other readings"),
}

AGES: dict[AgeBand, Word] = {
    AgeBand.NEWBORN: _("newborn, to 28 days"),
    AgeBand.INFANT: _("infant, to 11 months"),
    AgeBand.CHILD_1_4: _("child, 1–4 years"),
    AgeBand.CHILD_5_14: _("child, 5–14 years"),
    AgeBand.ADULT_15_44: _("15–44 years"),
    AgeBand.ADULT_45_64: _("45–64 years"),
    AgeBand.ADULT_65: _("65 years or more"),
    AgeBand.UNKNOWN: _("age not known"),
}

SEXES: dict[Sex, Word] = {
    Sex.FEMALE: _("female"),
    Sex.MALE: _("male"),
    Sex.UNKNOWN: _("sex not known"),
}

SENTENCES: dict[str, Word] = {
    "minutes": _("yours for {n} min"),
    "restored": _("Your draft from before is back."),
    "merged": _("You also wrote elsewhere: the newest of each field was kept."),
    "offline": _("No connection: your reading is kept on this device and goes out by itself."),
    "signed_out": _("You are signed out. Your reading is kept on this device: sign in again and open this exam."),
    "sending": _("Sending…"),
    "incomplete": _("Not sent: {n} still missing, first here."),
    "kept": _("saved {time}"),
    "kept_here": _("kept on this device"),
    "views": _("{there} of {total} views"),
    "adequate": _("adequate: {word}"),
    "yes": pgettext_lazy("adequate", "yes"),
    "no": pgettext_lazy("adequate", "no"),
    "open": _("not yet known"),
    "why_view": _("{part} in {view}"),
    "why_overall": _("overall below 3"),
    "missing": _("missing: {n}"),
    "whole": _("nothing missing"),
    "more_below": _("{n} more views were not on the screen: look, then press again."),
    "unseen": _("not looked at"),
}
"""What the scripts of the page say."""
