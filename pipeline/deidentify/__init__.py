"""What of a scan may leave for review, with nobody in it to be recognised?

Geometry removes (everything outside a confidently known sector), an allow-list keeps (header), separate code checks the
written file (blackness, text, bytes); any doubt withholds. Works on untrusted bytes: call it inside a child process.
"""

from pipeline.deidentify.identity import Identity, identify
from pipeline.deidentify.release import Output, Release, deidentify
from pipeline.deidentify.text import TextReader
from pipeline.key import Key

__all__ = ["Identity", "Key", "Output", "Release", "TextReader", "deidentify", "identify"]
