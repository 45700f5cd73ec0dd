"""By which ways do a project's scans come in, and what can be said of each in programme.toml?

What a way in does stands in flows/sources (what we fetch, and who listens) or in the web application (what is sent by
HTTP); here is only what the programme decides, so that a wrong word is refused at the start.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

AeTitle = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[!-\[\]-~](?:[ -\[\]-~]{0,14}[!-\[\]-~])?$")
]
"""As DICOM has it (PS3.5, 6.2: AE): up to 16 printable characters without backslash; case counts."""
Bucket = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]


class Way(StrEnum):
    """A way in, by the word that stands in programme.toml and with every arrival."""

    WATCHED_FOLDER = "watched_folder"
    S3_INBOX = "s3_inbox"
    DICOM_LISTENER = "dicom_listener"
    DICOMWEB = "dicomweb"
    BROWSER = "browser"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class WatchedFolder(_Entry):
    """A folder that is looked at on the project's schedule; without `folder` the project's own in the inbox.

    The tree of a USB stick, where files arrive by SFTP, or what rclone keeps in step. keep: files are left where they
    are and remembered, for a folder that is an archive, or is kept in step with one.
    """

    kind: Literal[Way.WATCHED_FOLDER]
    folder: Annotated[str, StringConstraints(min_length=1)] | None = None
    keep: bool = False

    @model_validator(mode="after")
    def _own_folder_is_emptied(self) -> "WatchedFolder":
        if self.keep and self.folder is None:
            raise ValueError("keep needs a folder of its own; the project's inbox is emptied")
        return self


class S3Inbox(_Entry):
    """A bucket, or what in it begins with `prefix`, that is emptied on the project's schedule unless kept."""

    kind: Literal[Way.S3_INBOX]
    bucket: Bucket
    prefix: Annotated[str, StringConstraints(max_length=200)] = ""
    keep: bool = False


class Commitment(_Entry):
    """Where to answer a request for storage commitment that was not answered on the association it came by."""

    ae_title: AeTitle
    host: Annotated[str, StringConstraints(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 104


class DicomListener(_Entry):
    """DICOM C-STORE to the called AE title of this project; `calling` names who may send, all where empty."""

    kind: Literal[Way.DICOM_LISTENER]
    ae_title: AeTitle
    calling: tuple[AeTitle, ...] = ()
    commitment: Commitment | None = None


class DicomWeb(_Entry):
    """DICOMweb STOW-RS to the web application, with a token of somebody who may send scans of this project."""

    kind: Literal[Way.DICOMWEB]


class Browser(_Entry):
    """Files chosen on the page "Send scans", resumed where a link broke."""

    kind: Literal[Way.BROWSER]


Source = Annotated[WatchedFolder | S3Inbox | DicomListener | DicomWeb | Browser, Field(discriminator="kind")]

USUAL: tuple[WatchedFolder | Browser, ...] = (
    WatchedFolder(kind=Way.WATCHED_FOLDER),
    Browser(kind=Way.BROWSER),
)
"""What a project has that names no way in."""
