"""What do other statistics programs say of these tables? Started by benchmarks.agreement_references, beside them.

Tables come as JSON on standard input, answers go as JSON to standard output.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import pandas as pd  # noqa: E402
import pingouin  # noqa: E402
from irrCAC.raw import CAC  # noqa: E402
from lifelines import KaplanMeierFitter  # noqa: E402
from sklearn.metrics import cohen_kappa_score  # noqa: E402

SCALE = [1, 2, 3, 4, 5]
EXACT = 10
ROUNDING = 1e-9
"""Half is reached where the product of fractions is .5, however its factors were rounded."""
pingouin.options["round"] = EXACT
pingouin.options["round.column.CI95"] = EXACT


def main() -> None:
    """Answer each table."""
    asked = json.load(sys.stdin)
    told = {"ratings": [_ratings(one) for one in asked["ratings"]], "waits": [_waits(one) for one in asked["waits"]]}
    json.dump(told, sys.stdout)


def _ratings(exams: list[list[int]]) -> dict[str, object]:
    readers = max(map(len, exams))
    table = pd.DataFrame([exam + [None] * (readers - len(exam)) for exam in exams])
    found = {"ac2": _gwet(table, "gwet"), "fleiss": _gwet(table, "fleiss")}
    complete = all(len(exam) == readers for exam in exams)
    if complete and readers == 2:
        own, other = zip(*exams, strict=True)
        found["kappa"] = _gwet(table, "conger")
        found["cohen"] = float(cohen_kappa_score(own, other, weights="quadratic", labels=SCALE))
    if complete:
        found |= _icc(exams)
    return found


def _gwet(table: pd.DataFrame, coefficient: str) -> list[float]:
    said = getattr(CAC(table, weights="quadratic", categories=SCALE, digits=EXACT), coefficient)()["est"]
    return [float(said["coefficient_value"]), *map(float, said["confidence_interval"])]


def _icc(exams: list[list[int]]) -> dict[str, list[float]]:
    rows = [(exam, reader, one) for exam, told in enumerate(exams) for reader, one in enumerate(told)]
    said = pingouin.intraclass_corr(
        pd.DataFrame(rows, columns=["exam", "reader", "rating"]), "exam", "reader", "rating"
    )
    by_type = said.set_index("Type")
    names = {"icc_one_way": "ICC(1,1)", "icc_agreement": "ICC(A,1)"}
    return {
        ours: [float(by_type.loc[theirs, "ICC"]), *map(float, by_type.loc[theirs, "CI95"])]
        for ours, theirs in names.items()
    }


def _waits(waits: list[list[float]]) -> dict[str, object]:
    hours, answered, clock = zip(*waits, strict=True)
    curve = KaplanMeierFitter().fit(hours, answered)
    in_clocks = KaplanMeierFitter().fit([one / own for one, own in zip(hours, clock, strict=True)], answered)
    below, above = in_clocks.confidence_interval_survival_function_.asof(1.0)
    return {
        "median": float(curve.percentile(0.5 + ROUNDING)),
        "p90": float(curve.percentile(0.1 + ROUNDING)),
        "within": 1 - float(in_clocks.predict(1.0)),
        "log_log": [1 - float(above), 1 - float(below)],
    }


if __name__ == "__main__":
    main()
