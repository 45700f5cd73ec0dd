"""How does a template name what stands in the registers?"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from storage.catalogue.models import TrainingSession
from supervision.registers import THERE
from web import registers as words
from web.templatetags.sonorelay import icon

register = template.Library()


@register.filter
def session_kind(code: str) -> object:
    """Say how a session was held."""
    return words.SESSIONS.get(code, code)


@register.filter
def attended(code: str) -> object:
    """Say whether somebody was there."""
    return words.ATTENDED.get(code, code)


@register.filter
def request_kind(code: str) -> object:
    """Say what was asked for."""
    return words.REQUESTS.get(code, code)


@register.filter
def request_line(code: str) -> object:
    """Say what was done with a request."""
    return words.LINES.get(code, code)


@register.filter
def service_end(code: str) -> object:
    """Say why a device went out of service."""
    return words.SERVICE_ENDS.get(code, code)


@register.simple_tag
def request_state(code: str) -> SafeString:
    """Say a request's state with its shape."""
    word, picture = words.REQUEST_STATES[code]
    return format_html('<span class="state">{}{}</span>', icon(picture), word)


@register.simple_tag
def there(session: TrainingSession) -> str:
    """Say how many were there of those expected, and how many more without an account."""
    noted = list(session.attendances.all())
    present = sum(one.attended in THERE for one in noted)
    more = f" + {session.guests}" if session.guests else ""
    return gettext("%(there)d of %(expected)d") % {"there": present, "expected": len(noted)} + more
