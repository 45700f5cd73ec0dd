"""What does an expert say about a scan?"""

from dataclasses import dataclass

LONGEST_COMMENT = 4000


@dataclass(frozen=True)
class ReviewForm:
    """One reading: overall 1-5 (1 no recognisable structure, 3 minimum criteria met, 5 excellent), adequate, advice.

    The comment is free text of at most 4000 characters. ValueError names the field that is not valid.
    """

    overall: int
    adequate: bool
    comment: str = ""

    def __post_init__(self) -> None:
        """Refuse a rating outside 1-5, an answer that is not yes or no, and a comment that is too long."""
        if isinstance(self.overall, bool) or not isinstance(self.overall, int) or not 1 <= self.overall <= 5:
            raise ValueError("overall must be a whole number from 1 to 5")
        if not isinstance(self.adequate, bool):
            raise ValueError("adequate must be yes or no")
        if not isinstance(self.comment, str) or len(self.comment) > LONGEST_COMMENT:
            raise ValueError(f"comment must be text of at most {LONGEST_COMMENT} characters")
        if "\x00" in self.comment:
            raise ValueError("comment must be text without control code 0")
