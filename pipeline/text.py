"""What does the software say, in French and in English?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """The same sentence in both languages; braces are filled by `format`."""

    en: str
    fr: str

    def say(self, language: str) -> str:
        """Return the French sentence for any `fr` locale, the English one for all others."""
        return self.fr if language.startswith("fr") else self.en

    def format(self, **facts: int | float | str) -> "Text":
        """Return the text with its braces filled by `facts`; counts and codes only, never header values."""
        return Text(self.en.format(**facts), self.fr.format(**facts))
