"""Is each report made once when its period is over, with all its files?"""

import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from flows.report import make_what_is_due
from sonorelay.__main__ import main
from storage.catalogue import programme, reports
from storage.catalogue.models import Report, ReportFile
from storage.objects.chosen import object_store
from storage.settings import settings
from supervision.period import Period
from supervision.programme import read_programme
from supervision.report.series import over
from tests.programmes import ONE_PROJECT


@pytest.fixture
def here(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make an installation of one project whose language is French."""
    text = ONE_PROJECT.replace('code = "goma"', 'code = "goma"\nlanguage = "fr"')
    (tmp_path / "programme.toml").write_text(text)
    monkeypatch.setenv("SONORELAY_PROGRAMME", str(tmp_path / "programme.toml"))
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path))
    for cached in (settings, object_store, programme.current):
        cached.cache_clear()
    programme.apply(read_programme(text), datetime.now(UTC))


def test_what_is_over_is_reported_once_in_the_language_of_the_project(here: None) -> None:
    expected = {one.code for one in over(datetime.now(UTC).date())}
    assert make_what_is_due.fn() == len(expected) == 4
    assert set(Report.objects.values_list("scope", "period")) == {("goma", code) for code in expected}
    assert ReportFile.objects.count() == 4 * 5
    assert set(ReportFile.objects.values_list("language", flat=True)) == {"fr"}
    assert make_what_is_due.fn() == 0


def test_the_prompt_writes_the_files_of_a_period(
    here: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "out"
    asked = ["report", "--kind", "quarterly", "--period", "2026-Q3", "--project", "goma", "--language", "fr"]
    assert main([*asked, "--format", "xlsx", "--format", "csv", "--to", str(to), "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {Path(one["file"]).name for one in told} == {"goma-2026-Q3-fr.xlsx", "goma-2026-Q3-fr.csv"}
    assert {one["figures"] for one in told} == {Report.objects.get().digest}
    assert openpyxl.load_workbook(to / "goma-2026-Q3-fr.xlsx")["Rapport"]["A1"].value.startswith("Rapport trimestriel")
    assert reports.subject_of(Report.objects.get()).period == Period.named("2026-Q3")
    assert main([*asked[:2], "monthly", *asked[3:], "--to", str(to)]) == 2
    assert "2026-Q3" in capsys.readouterr().err
