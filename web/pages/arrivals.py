"""What became of each file that was received, and what has to be done now?"""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from django.core.paginator import Paginator
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from storage.catalogue.models import Arrival, Person
from storage.catalogue.scope import may, projects_for
from supervision.receipts import WAYS, WORDS
from supervision.roles import Action
from web.arrivals import Line, lines, wanted_in
from web.permissions import person_of, requires

ON_A_PAGE = 50
AT_ONCE = 500
HEADINGS = {
    "en": (
        "arrival",
        "received (UTC)",
        "project",
        "way in",
        "answer",
        "code",
        "scan",
        "archive",
        "since",
        "what to do",
    ),
    "fr": ("arrivée", "reçu (UTC)", "projet", "voie", "réponse", "code", "examen", "archive", "depuis", "que faire"),
}


@requires(Action.SEE_ARRIVALS)
@require_safe
def received(request: HttpRequest) -> HttpResponseBase:
    """List what was received, newest first, each file with its answer."""
    person, wanted = person_of(request), wanted_in(request.GET)
    page = Paginator(wanted.of(person), ON_A_PAGE).get_page(request.GET.get("page"))
    query = wanted.query()
    rows = lines(person, list(page.object_list))
    context = {
        "wanted": wanted,
        "page": page,
        "rows": rows,
        "blinded": any(row.project is None for row in rows),
        "query": f"{query}&" if query else "",
        "projects": projects_for(person, Action.SEE_ARRIVALS).order_by("name"),
        "answers": [(answer.value, text) for answer, text in WORDS.items()],
        "ways": WAYS.items(),
        "left_out": rows[0].arrival.left_out if wanted.archive and rows else 0,
        "may_match": may(person, Action.MATCH_AUTHORS),
    }
    return render(request, "arrivals.html", context)


@requires(Action.SEE_ARRIVALS)
@require_safe
def received_as_csv(request: HttpRequest) -> HttpResponseBase:
    """Send the same list as a table, all of it."""
    person, wanted = person_of(request), wanted_in(request.GET)
    response = StreamingHttpResponse(
        _table(person, wanted.of(person).iterator(chunk_size=AT_ONCE)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="arrivals.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def _table(person: Person, found: Iterator[Arrival]) -> Iterator[str]:
    """Yield the lines of a table, which begins with the mark by which spreadsheets know its encoding."""
    language = "fr" if (get_language() or "en").startswith("fr") else "en"
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(HEADINGS[language])
    while some := list(islice(found, AT_ONCE)):
        for line in lines(person, some):
            yield writer.writerow([_harmless(one) for one in _cells(line, language)])


def _cells(line: Line, language: str) -> tuple[str, ...]:
    answered = line.answered
    return (
        str(line.arrival.pk),
        _moment(line.arrival.arrived_at),
        line.project or "",
        line.way.say(language) if line.way else "",
        line.word.say(language),
        answered.answer.value,
        answered.scan,
        line.archive,
        _moment(answered.since),
        line.advice.say(language),
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _harmless(cell: str) -> str:
    """Return what no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
