"""Which organisation and projects does the demonstration have?"""

from storage.settings import settings

PROJECTS = ("masisi", "hodeidah", "bentiu")

PROGRAMME = """\
# Who takes part in this installation. Checked at every start; an unknown key is an error that names the nearest one.
# All keys: docs/how-to/programme.md

[[organisations]]
code = "demonstration"
name = "Demonstration organisation"

[[projects]]
code = "masisi"
organisation = "demonstration"
name = "Masisi (demonstration)"
country = "DR Congo"
schedule = "*/2 * * * *"

[[projects]]
code = "hodeidah"
organisation = "demonstration"
name = "Hodeidah (demonstration)"
country = "Yemen"
schedule = "*/2 * * * *"

[[projects]]
code = "bentiu"
organisation = "demonstration"
name = "Bentiu (demonstration)"
country = "South Sudan"
schedule = "*/2 * * * *"
"""


def write_programme() -> None:
    """Write the demonstration's programme.toml where there is none."""
    here = settings()
    if not here.programme_file.exists():
        here.programme_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        here.programme_file.write_text(PROGRAMME, encoding="utf-8")
