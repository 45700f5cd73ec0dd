"""From which address does a request come, when proxies stand before us?

Only a proxy that the settings name is believed, and of what it passes on only as much as trusted proxies wrote:
whoever asks can write anything into the header, but not behind the last one that is trusted.
"""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.http import HttpRequest

from storage.settings import settings

Networks = tuple[IPv4Network | IPv6Network, ...]


def address_of(request: HttpRequest) -> str:
    """Return the address nearest to us that is no trusted proxy."""
    trusted = _networks(settings().trusted_proxies)
    nearest = str(request.META.get("REMOTE_ADDR", ""))
    passed_on = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    while passed_on and _is_in(nearest, trusted):
        before = passed_on.pop()
        if not _is_address(before):
            break
        nearest = before
    return nearest


@lru_cache(maxsize=4)
def _networks(listed: str) -> Networks:
    return tuple(ip_network(one.strip()) for one in listed.split(",") if one.strip())


def _is_in(address: str, networks: Networks) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
