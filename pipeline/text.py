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

    def format(self, **facts: "int | float | str | Text") -> "Text":
        """Return the text with its braces filled by `facts`, each in the language of the sentence.

        Counts and codes only, never header values.
        """
        english = {name: fact.en if isinstance(fact, Text) else fact for name, fact in facts.items()}
        french = {name: fact.fr if isinstance(fact, Text) else fact for name, fact in facts.items()}
        return Text(self.en.format(**english), self.fr.format(**french))
