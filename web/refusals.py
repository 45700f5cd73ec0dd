"""What does a program get that sends files, when something did not work?"""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from pipeline.errors import Unavailable
from storage.settings import settings
from web.body import Crowded, NoLength
from web.failures import said

AGAIN_SOON = {"Retry-After": "5"}
AGAIN_LATER = {"Retry-After": "60"}


class Refused(Exception):
    """An answer that ends the request: its status, a code for programs and a sentence for people."""

    def __init__(self, status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the answer."""
        super().__init__(code)
        self.status, self.code, self.text, self.headers = status, code, text, dict(headers or {})

    def answer(self) -> JsonResponse:
        """Return it as JSON."""
        return JsonResponse({"code": self.code, "text": self.text}, status=self.status, headers=self.headers)


def not_there() -> Refused:
    """Return the answer to whatever does not exist for whoever asks."""
    return Refused(404, "not_there", _("It does not exist, or lies outside your projects."))


def way_closed() -> Refused:
    """Return the answer where the programme does not let scans of the project in by this way."""
    return Refused(404, "way_closed", _("Scans of this project do not come in by this way."))


def too_large() -> Refused:
    """Return the answer to a file above the limit."""
    megabytes = settings().upload_limit_mb
    return Refused(
        413, "too_large", _("The file is larger than %(megabytes)s MB, the limit here.") % {"megabytes": megabytes}
    )


def telling(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Turn what a view refuses into its answer."""

    def told(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return refused.answer()
        except Unavailable as error:
            return Refused(503, error.code, said(error), AGAIN_LATER).answer()
        except Crowded:
            text = _("Many are sending at this moment. It goes on by itself in a few seconds.")
            return Refused(503, "crowded", text, AGAIN_SOON).answer()
        except NoLength:
            return Refused(411, "no_length", _("Say how long the body is.")).answer()

    return told
