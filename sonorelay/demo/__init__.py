"""The demonstration programme: real and simulated scans, invented people, simulated reviews, marked as such."""

from sonorelay.demo.load import fill, load
from sonorelay.demo.people import print_accounts
from sonorelay.demo.programme import write_programme

__all__ = ["fill", "load", "print_accounts", "write_programme"]
