"""How much may one scan ask for, and which exceptions mean that its bytes are at fault?"""

import struct
import zlib

MOST_PIXELS = 1 << 25  # one frame: 8K is 33.2 million
MOST_FRAMES = 36_000  # twenty minutes at 30 frames per second
MOST_INFLATED = 384 << 20  # bytes of a deflated data set, held in memory
MOST_FRAGMENTS = 1 << 18

# What libraries raise on bytes that they cannot make sense of; `dataset.MALFORMED_DICOM` adds pydicom's own.
# A programming error of ours would be caught as well, therefore it stands only around calls into those libraries,
# and what is raised instead drops the cause: it may quote header values.
MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
