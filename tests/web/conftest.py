"""What do the tests of the pages share? The small world, somebody signed in, and a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # pytest reads this file before Django is loaded
    from django.test import Client

    from tests.web.world import World


@pytest.fixture
def world(db: None) -> "World":
    from tests.web.world import make_world

    return make_world()


@pytest.fixture
def signed_in(world: "World") -> "Callable[[str], Client]":
    """Give a client in which this person is signed in."""
    from django.test import Client

    def sign_in(name: str) -> "Client":
        client = Client()
        client.force_login(world.people[name], backend="web.sign_in.OwnPeople")
        return client

    return sign_in


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """Run one Chromium for the tests of a module; its event loop must be gone before Prefect's tests begin."""
    from tests import browser

    with browser.chromium() as running:
        yield running


@pytest.fixture
def live_world(transactional_db: None) -> "World":
    """Make the world where the server's own threads see it."""
    from tests.web.world import make_world

    return make_world()


@pytest.fixture
def window(chromium, live_server, live_world: "World", tmp_path: Path) -> Iterator[Callable[..., object]]:
    """Open pages in the browser as somebody; a page that writes an error to its console fails the test."""
    from django.conf import settings as django_settings
    from django.test import Client

    contexts, problems = [], []

    def open_as(name: str | None, path: str = "/", *, width: int = 1366, height: int = 768, **more: object):
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB", **more)
        context.set_default_timeout(15_000)
        contexts.append(context)
        if name:
            client = Client()
            client.force_login(live_world.people[name], backend="web.sign_in.OwnPeople")
            cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        page.problems = problems
        page.goto(live_server.url + path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not problems
