"""What does every release need that takes time to load, and does not differ from one to the next?"""

import codecs
from importlib import import_module

from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.jpeg_coefficients import library
from pipeline.deidentify.text import load_models
from pipeline.deidentify.vocabulary import vocabulary
from pipeline.deidentify.written import constant_values, constants

_LATE_MODULES = ("av.subtitles.stream", "numpy.ma", "numpy.random")
"""What libraries import on first use."""


def load_all() -> None:
    """Load tables, libraries and models now, so that processes that are forked from this one have them."""
    for name in _LATE_MODULES:
        import_module(name)
    for encoding in ("utf-16-le", "utf-16-be"):
        codecs.lookup(encoding)
    for table in (allow_list, vocabulary, constant_values, constants, library):
        table()
    load_models()
