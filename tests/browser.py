"""A real Chromium, driven as a person would drive it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers import absent

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SHOWN_FRAME = """() => {
    const video = document.querySelector('video[data-picture]');
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth; canvas.height = video.videoHeight;
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    const green = [];
    for (let i = 1; i < pixels.length; i += 4) green.push(pixels[i]);
    return [canvas.height, canvas.width, green];
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium, without any traffic of its own, for the time of a `with` block."""
    program = shutil.which("chromium")
    if program is None:
        absent("Chromium (Debian package chromium)")
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def log_in(page: Page, base: str, username: str, password: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{base}/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def shown(page: Page) -> NDArray[np.float32]:
    """Return the picture that the video element shows, (rows, columns)."""
    rows, columns, values = page.evaluate(SHOWN_FRAME)
    return np.array(values, np.float32).reshape(rows, columns)
