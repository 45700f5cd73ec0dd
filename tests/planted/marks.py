"""Which identifiers are planted, of which class and where, and which texts must then be found nowhere?

Everything is invented by seed. Letters and numbers are drawn so that no text is part of what every released file holds.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

SYLLABLES = (
    "ka",
    "vu",
    "mbi",
    "nza",
    "zi",
    "bwa",
    "ngo",
    "lu",
    "tshi",
    "mwa",
    "ju",
    "fo",
    "re",
    "xa",
    "qui",
    "dé",
    "ñu",
    "ô",
)
STREETS = ("Avenue", "Rue", "Boulevard", "Route")
MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MONTHS_FR = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
# all acts fall within one year and no birth in the ten before it: a date that a key has moved is never a planted one
FIRST_ACT, LAST_BIRTH = date(2023, 1, 2), date(2004, 12, 28)


@dataclass(frozen=True)
class Mark:
    """One planted identifier: its class, its place, and the texts that would each give it away.

    plain: whether the bytes of the input show it, which they do not where the place is compressed.
    """

    kind: str
    place: str
    texts: tuple[str, ...]
    plain: bool = True


@dataclass
class Ink:
    """Hands out fresh identifiers and remembers where each was put."""

    rng: np.random.Generator
    marks: list[Mark] = field(default_factory=list)

    def put(self, kind: str, place: str, *texts: str, plain: bool = True) -> str:
        """Remember that these texts stand at `place`; return the first."""
        self.marks.append(Mark(kind, place, texts, plain))
        return texts[0]

    def digits(self, count: int) -> str:
        """Return that many digits, the first no zero."""
        return str(self.rng.integers(1, 10)) + "".join(str(digit) for digit in self.rng.integers(0, 10, count - 1))

    def word(self) -> str:
        """Return a name of 7 to 14 letters, now and then with an accent."""
        made = ""
        while len(made) < 7:
            made += SYLLABLES[int(self.rng.integers(len(SYLLABLES)))]
        return made.capitalize()

    def name(self, place: str, kind: str = "patient name", *, plain: bool = True) -> str:
        """Return 'Family^Given' of which neither part may be found."""
        family, given = self.word(), self.word()
        self.put(kind, place, family, given, plain=plain)
        return f"{family}^{given}"

    def person(self, place: str, kind: str = "patient name", *, plain: bool = True) -> str:
        """Return 'Given FAMILY' as people write it."""
        family, given = self.name(place, kind, plain=plain).split("^")
        return f"{given} {family.upper()}"

    def number(self, place: str, kind: str = "record number", *, plain: bool = True) -> str:
        """Return a number as registers use them."""
        form = int(self.rng.integers(3))
        made = (f"REC-{self.digits(7)}", self.digits(9), f"{self.digits(4)}/{self.digits(5)}K")[form]
        return self.put(kind, place, made, plain=plain)

    def day(self, place: str, kind: str = "date") -> str:
        """Return a day as YYYYMMDD, none of whose spellings may be found."""
        found = self._day(birth=kind == "birth date")
        self.put(kind, place, *spelled(found))
        return found.strftime("%Y%m%d")

    def written_day(self, place: str, kind: str = "birth date", *, plain: bool = True) -> str:
        """Return a day in one of the spellings that people use."""
        ways = spelled(self._day(birth=kind == "birth date"))
        chosen = ways[int(self.rng.integers(len(ways)))]
        self.put(kind, place, chosen, *ways, plain=plain)
        return chosen

    def _day(self, *, birth: bool) -> date:
        if birth:
            return LAST_BIRTH - timedelta(days=int(self.rng.integers(0, 30000)))
        return FIRST_ACT + timedelta(days=int(self.rng.integers(0, 360)))

    def time(self, place: str) -> str:
        """Return a time of day to the microsecond."""
        hour, minute, second = (int(self.rng.integers(10, high)) for high in (24, 60, 60))
        clock = f"{hour:02}{minute:02}{second:02}"
        return self.put("time", place, f"{clock}.{self.digits(6)}", clock)

    def uid(self, place: str, serial: str | None = None) -> str:
        """Return a UID that holds a date, a time and a device's serial number."""
        day, serial = self._day(birth=False).strftime("%Y%m%d"), serial or self.digits(9)
        return self.put("UID", place, f"1.2.840.113663.1500.{serial}.3.1.{day}.{self.digits(6)}", serial, day)

    def serial(self, place: str, *, plain: bool = True) -> str:
        """Return a device's serial number."""
        return self.put("device serial", place, f"SN{self.digits(4)}Q{self.digits(4)}", plain=plain)

    def address(self, place: str, *, plain: bool = True) -> str:
        """Return a street with its number and a town."""
        street, town = self.word(), self.word()
        whole = f"{self.digits(3)} {STREETS[int(self.rng.integers(4))]} {street}, {town}"
        return self.put("address", place, whole, street, town, plain=plain)

    def phone(self, place: str, *, plain: bool = True) -> str:
        """Return a telephone number, in groups or not."""
        number = self.digits(9)
        grouped = f"+243 {number[:3]} {number[3:6]} {number[6:]}"
        whole = grouped if self.rng.random() < 0.5 else f"0{number}"
        return self.put("telephone", place, whole, grouped, number, plain=plain)

    def mail(self, place: str, *, plain: bool = True) -> str:
        """Return an address of electronic mail."""
        user = f"{plain_letters(self.word().lower())}{self.digits(3)}"
        return self.put("e-mail", place, f"{user}@kin-hosp.cd", user, plain=plain)

    def institution(self, place: str, *, plain: bool = True) -> str:
        """Return the name of a hospital."""
        told = self.word()
        return f"Hôpital {self.put('institution', place, told, plain=plain)}"

    def title(self, place: str) -> str:
        """Return an application entity title, at most 16 characters."""
        return self.put("AE title", place, f"AE{plain_letters(self.word()).upper()[:7]}{self.digits(4)}")

    def position(self, place: str, *, plain: bool = True) -> str:
        """Return a place on Earth as ISO 6709 writes it."""
        south, east = f"-{self.rng.uniform(2, 9):.5f}", f"+{self.rng.uniform(100, 179):.5f}"
        return self.put("position", place, f"{south}{east}/", south[1:], east[1:], plain=plain)

    def note(self, place: str, *, plain: bool = True) -> str:
        """Return free text of the field in which somebody is named."""
        way = int(self.rng.integers(4))
        if way == 0:
            return f"Foie et rein droit de {self.person(place, 'free text', plain=plain)}, voir {self.number(place)}"
        if way == 1:
            return f"LV function, seen by Dr {self.put('free text', place, self.word(), plain=plain)} at bedside"
        if way == 2:
            return f"née le {self.written_day(place, plain=plain)}, rein gauche"
        return f"call {self.phone(place, plain=plain)} for liver cine"


def plain_letters(text: str) -> str:
    """Return the text without its accents."""
    return text.translate(str.maketrans("éñôÉÑÔ", "enoENO"))


def spelled(day: date) -> tuple[str, ...]:
    """Return a day in the spellings that devices and people use, in both languages."""
    y, m, d = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    english, french = MONTHS_EN[day.month - 1], MONTHS_FR[day.month - 1]
    return (
        f"{y}{m}{d}", f"{y}-{m}-{d}", f"{d}/{m}/{y}", f"{m}/{d}/{y}", f"{d}.{m}.{y}", f"{y}.{m}.{d}", f"{d}-{m}-{y}",
        f"{y}/{m}/{d}", f"{y}:{m}:{d}", f"{d} {english[:3]} {y}", f"{d}-{english[:3]}-{y}", f"{english} {day.day}, {y}",
        f"{day.day} {french} {y}", f"{english[:3]} {day.day}, {y}",
    )  # fmt: skip
