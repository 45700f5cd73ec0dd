"""Which questions are asked of many clips of one probe, because one clip cannot answer them?

`supervision.device_health` answers them; like the rules of `qa_rules` they have names, units and limits, but they are
never a remark on a scan.
"""

from dataclasses import dataclass

from pipeline.text import Text
from supervision.device_health import ALARM, DEAD_DIP, FEWEST, LEAST_BAND, LEAST_DIP


@dataclass(frozen=True)
class ProbeQuestion:
    """One question. fewest: clips below which nothing is said, both of the first and of the last ones.

    least: from which change on it is told, in `unit`. why: what one clip shows instead.
    """

    name: str
    title: Text
    advice: Text
    unit: str
    fewest: int
    least: float
    why: Text


PROBE_QUESTIONS: tuple[ProbeQuestion, ...] = (
    ProbeQuestion(
        name="gain.tgc_band",
        title=Text("A layer of the depth out of line", "Une couche de la profondeur décalée"),
        advice=Text(
            "Set all time-gain sliders of the device to the middle and look whether the band is gone; if not, have the "
            "device looked at.",
            "Remettez tous les curseurs de gain en profondeur au milieu et regardez si la bande disparaît ; sinon, "
            "faites contrôler l'appareil.",
        ),
        unit="grey levels",
        fewest=FEWEST,
        least=LEAST_BAND,
        why=Text(
            "on one clip a bright or dark layer is anatomy as often as gain (AUC .59)",
            "sur un seul clip, une couche claire ou sombre est aussi souvent l'anatomie que le gain (AUC 0,59)",
        ),
    ),
    ProbeQuestion(
        name="device.elements",
        title=Text("Weak or dead elements", "Éléments faibles ou morts"),
        advice=Text(
            "Save a still with the clean probe in air and have the probe tested.",
            "Enregistrez une image fixe, sonde propre dans l'air, et faites contrôler la sonde.",
        ),
        unit="grey levels",
        fewest=FEWEST,
        least=LEAST_DIP,
        why=Text(
            f"one clip shows skin, hair and ribs too (`device.dropout` hints); dead from {DEAD_DIP:g} on",
            f"un seul clip montre aussi la peau, les poils et les côtes (`device.dropout` le suggère) ; morts dès "
            f"{DEAD_DIP:g}",
        ),
    ),
    ProbeQuestion(
        name="device.sensitivity",
        title=Text("The probe loses sensitivity", "La sonde perd en sensibilité"),
        advice=Text(
            "Look at cable, connector and lens of the probe, and compare with another probe on a phantom.",
            "Vérifiez câble, connecteur et lentille de la sonde, et comparez avec une autre sonde sur un fantôme.",
        ),
        unit="standard deviations, summed (CUSUM)",
        fewest=FEWEST,
        least=ALARM,
        why=Text("on one clip a dark picture is gain", "sur un seul clip, une image sombre relève du gain"),
    ),
)
"""A probe question is named like a rule, and no rule has its name."""
