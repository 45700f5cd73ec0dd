"""Where in a DICOM header can an identifier stand? Each place is one function; its name is the name of the place."""

from collections.abc import Callable
from functools import partial

from pydicom import DataElement, Dataset, FileDataset
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from tests.planted.marks import Ink, plain_letters

Place = Callable[[FileDataset, Ink], None]

PERSONS = {
    "patient name": ("OtherPatientNames", "PatientBirthName", "PatientMotherBirthName", "ResponsiblePerson"),
    "referring": ("ReferringPhysicianName", "PhysiciansOfRecord", "RequestingPhysician", "ConsultingPhysicianName"),
    "performing": ("PerformingPhysicianName", "NameOfPhysiciansReadingStudy", "ReviewerName"),
    "operator": ("OperatorsName", "HumanPerformerName", "VerifyingObserverName"),
}
NOTES = (
    *("StudyDescription", "SeriesDescription", "ProtocolName", "ImageComments", "PatientComments", "ReasonForStudy"),
    *("AdditionalPatientHistory", "StageName", "ViewName", "DerivationDescription", "RequestedProcedureDescription"),
    *("PerformedProcedureStepDescription", "Allergies", "MedicalAlerts", "AcquisitionComments", "TextComments"),
    *("VisitComments", "StudyComments", "ContentDescription", "SpecialNeeds", "ClinicalTrialSubjectReadingID"),
)
WRITTEN_BY: dict[str, tuple[Callable[[Ink, str], str], tuple[str, ...]]] = {
    "record number": (Ink.number, ("PatientID", "OtherPatientIDs", "MedicalRecordLocator", "AdmissionID")),
    "accession": (Ink.number, ("AccessionNumber", "FillerOrderNumberImagingServiceRequest", "RequestedProcedureID")),
    "study id": (Ink.number, ("StudyID", "ScheduledProcedureStepID", "PerformedProcedureStepID", "PlateID")),
    "address": (Ink.address, ("PatientAddress", "InstitutionAddress", "RequestingService", "EthnicGroup")),
    "telephone": (Ink.phone, ("PatientTelephoneNumbers", "ReferringPhysicianTelephoneNumbers")),
    "e-mail": (Ink.mail, ("PatientTelecomInformation", "CountryOfResidence", "ResponsibleOrganization")),
    "institution": (Ink.institution, ("InstitutionName", "InstitutionalDepartmentName", "IssuerOfPatientID")),
    "station": (Ink.number, ("StationName", "PerformedStationName", "PerformedLocation", "CurrentPatientLocation")),
    "device": (Ink.serial, ("DeviceSerialNumber", "DetectorID", "GantryID", "DeviceID", "DeviceDescription")),
    "date": (Ink.day, ("StudyDate", "SeriesDate", "AcquisitionDate", "InstanceCreationDate",
                       "DateOfLastCalibration", "LastMenstrualDate", "PerformedProcedureStepStartDate")),
    "time": (Ink.time, ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime", "InstanceCreationTime")),
    "UID": (Ink.uid, ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "InstanceCreatorUID",
                      "DeviceUID", "IrradiationEventUID", "ConcatenationUID")),
    "AE title": (Ink.title, ("RetrieveAETitle", "ScheduledStationAETitle", "PerformedStationAETitle")),
    "position": (Ink.position, ("RegionOfResidence", "Occupation")),
}  # fmt: skip
AMONG_WORDS = ("Manufacturer", "ManufacturerModelName", "SoftwareVersions", "ProcessingFunction", "TransducerData",
               "TransducerType", "BodyPartExamined", "PatientSex", "ConvolutionKernel")  # fmt: skip
CODES = ("BodyPartExamined", "TransducerType", "PatientSex")


def _person(data_set: FileDataset, ink: Ink, *, keyword: str, kind: str) -> None:
    setattr(data_set, keyword, ink.name(keyword, kind))


def _written(data_set: FileDataset, ink: Ink, *, keyword: str, by: Callable[[Ink, str], str]) -> None:
    setattr(data_set, keyword, by(ink, keyword))


def _note(data_set: FileDataset, ink: Ink, *, keyword: str) -> None:
    setattr(data_set, keyword, ink.note(keyword))


def _among_words(data_set: FileDataset, ink: Ink, *, keyword: str) -> None:
    told = ink.put("patient name", keyword, plain_letters(ink.word()))
    setattr(data_set, keyword, told.upper() if keyword in CODES else f"Vivid CX50 {told} 1.2")


def patient_name_in_its_groups(data_set: FileDataset, ink: Ink) -> None:
    place = "PatientName groups"
    ideographic, phonetic = ink.put("patient name", place, "渡邉花"), ink.put("patient name", place, "わたなべはな")
    data_set.PatientName = f"{ink.name(place)}^{ink.put('patient name', place, ink.word())}={ideographic}={phonetic}"


def birth_date(data_set: FileDataset, ink: Ink) -> None:
    data_set.PatientBirthDate = ink.day("PatientBirthDate", "birth date")


def age_over_90(data_set: FileDataset, ink: Ink) -> None:
    data_set.PatientAge = ink.put("age", "PatientAge", f"{ink.rng.integers(91, 118):03}Y")


def acquisition_date_time(data_set: FileDataset, ink: Ink) -> None:
    data_set.AcquisitionDateTime = ink.day("AcquisitionDateTime") + ink.time("AcquisitionDateTime") + "+0200"


def sop_instance_uid(data_set: FileDataset, ink: Ink) -> None:
    data_set.SOPInstanceUID = ink.uid("SOPInstanceUID")
    data_set.file_meta.MediaStorageSOPInstanceUID = ink.uid("file meta SOP instance")


def image_type(data_set: FileDataset, ink: Ink) -> None:
    data_set.ImageType = ["ORIGINAL", "PRIMARY", ink.put("free text", "ImageType", plain_letters(ink.word()).upper())]


def numbers_that_are_none(data_set: FileDataset, ink: Ink) -> None:
    data_set.SeriesNumber = ink.put("record number", "SeriesNumber", ink.digits(9))
    data_set.InstanceNumber = ink.put("record number", "InstanceNumber", ink.digits(8))
    data_set.MechanicalIndex = "0." + ink.put("record number", "MechanicalIndex", ink.digits(12))


def nested_sequences(data_set: FileDataset, ink: Ink) -> None:
    request, step, code = Dataset(), Dataset(), Dataset()
    code.CodeValue = ink.put("free text", "code value in a code in a step in a request", f"CV{ink.digits(6)}")
    code.CodingSchemeDesignator, code.CodeMeaning = "99LOCAL", ink.note("code meaning, three deep")
    step.ScheduledProtocolCodeSequence, step.ScheduledPerformingPhysicianName = (
        [code],
        ink.name("two deep", "performing"),
    )
    step.ScheduledProcedureStepStartDate = ink.day("date, two deep")
    request.ScheduledProcedureStepSequence, request.AccessionNumber = [step], ink.number("one deep", "accession")
    data_set.RequestAttributesSequence = [request]
    other = Dataset()
    other.PatientID, other.TypeOfPatientID = ink.number("OtherPatientIDsSequence"), "TEXT"
    data_set.OtherPatientIDsSequence = [other, Dataset()]


def references(data_set: FileDataset, ink: Ink) -> None:
    image, equipment = Dataset(), Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = data_set.SOPClassUID, ink.uid("referenced image")
    data_set.ReferencedImageSequence = [image]
    equipment.Manufacturer, equipment.InstitutionName = "ACME", ink.institution("contributing equipment")
    equipment.StationName, equipment.ContributionDateTime = ink.number("contributing station"), ink.day("contribution")
    data_set.ContributingEquipmentSequence = [equipment]
    before, changed = Dataset(), Dataset()
    changed.PatientName, changed.PatientID = ink.name("original attributes"), ink.number("original attributes")
    before.ModifiedAttributesSequence, before.SourceOfPreviousValues = [changed], ink.institution("previous values")
    data_set.OriginalAttributesSequence = [before]


def region_extras(data_set: FileDataset, ink: Ink) -> None:
    region = data_set.SequenceOfUltrasoundRegions[0] if "SequenceOfUltrasoundRegions" in data_set else Dataset()
    region.add_new(0x00186FF0, "UN", ink.number("unknown attribute in a region").encode())
    region.add_new(0x00091002, "LO", ink.person("private attribute in a region"))
    data_set.SequenceOfUltrasoundRegions = [region]


def private_texts(data_set: FileDataset, ink: Ink) -> None:
    block = data_set.private_block(0x0029, ink.put("institution", "private creator", f"{ink.word()} PACS"), create=True)
    block.add_new(1, "LO", ink.person("private LO"))
    block.add_new(2, "UN", b"\x00\x01" + ink.number("private UN in UTF-16").encode("utf-16-le"))
    block.add_new(3, "OB", b"\x07\x00" + ink.mail("private OB").encode().ljust(40, b"\0"))
    block.add_new(4, "DA", ink.day("private DA"))
    block.add_new(5, "PN", ink.name("private PN"))
    block.add_new(6, "UI", ink.uid("private UI"))
    block.add_new(7, "UT", f"<patient><gps>{ink.position('private XML')}</gps>{ink.person('private XML')}</patient>")


def private_sequences(data_set: FileDataset, ink: Ink) -> None:
    inner, item = Dataset(), Dataset()
    inner.PatientName, inner.PatientBirthDate = ink.name("private sequence, two deep"), ink.day("private sequence")
    item.add_new(0x00310010, "LO", "DEEP")
    item.add_new(0x00311001, "SQ", [inner])
    block = data_set.private_block(0x0031, "DEEP", create=True)
    block.add_new(1, "SQ", [item])


def orphan_private(data_set: FileDataset, ink: Ink) -> None:
    data_set[0x00091001] = DataElement(0x00091001, "UN", ink.person("private without creator").encode())


def unknown_bytes(data_set: FileDataset, ink: Ink) -> None:
    data_set.add_new(0x00181FF1, "UN", ink.note("unknown public attribute").encode())
    data_set.add_new(0x00321FF0, "UN", ink.person("unknown public attribute, UTF-16").encode("utf-16-be"))


def overlay(data_set: FileDataset, ink: Ink) -> None:
    data_set.add_new(0x60000010, "US", 8)
    data_set.add_new(0x60000011, "US", 8)
    data_set.add_new(0x60000022, "LO", ink.person("overlay description"))
    data_set.add_new(0x60001500, "LO", ink.person("overlay label"))
    data_set.add_new(0x60003000, "OW", ink.number("overlay data").encode().ljust(24, b"\0"))
    data_set.add_new(0x60004000, "LT", ink.note("overlay comments"))


def curve(data_set: FileDataset, ink: Ink) -> None:
    data_set.add_new(0x50000022, "LO", ink.person("curve description"))
    data_set.add_new(0x50002500, "LO", ink.number("curve label"))
    data_set.add_new(0x50003000, "OW", ink.person("curve data").encode().ljust(32, b"\0"))


def icon(data_set: FileDataset, ink: Ink) -> None:
    small = Dataset()
    small.Rows = small.Columns = 8
    small.PixelData = ink.person("icon image").encode().ljust(64, b"\0")
    small["PixelData"].VR = "OB"
    data_set.IconImageSequence = [small]


def signatures_and_encrypted(data_set: FileDataset, ink: Ink) -> None:
    signature, envelope = Dataset(), Dataset()
    signature.CertificateOfSigner = f"CN={ink.person('certificate')},".encode() + b" " * 3
    signature.DigitalSignatureUID, signature.DigitalSignatureDateTime = ink.uid("signature"), ink.day("signature")
    data_set.DigitalSignaturesSequence = [signature]
    envelope.EncryptedContentTransferSyntaxUID = "1.2.840.10008.1.2.1"
    envelope.EncryptedContent = ink.number("encrypted attributes").encode().ljust(16, b"\0")
    data_set.EncryptedAttributesSequence = [envelope]


def colour_profile(data_set: FileDataset, ink: Ink) -> None:
    data_set.ICCProfile = b"\0\0\0\x80appl" + ink.person("colour profile").encode().ljust(120, b"\0")


def sound_and_waves(data_set: FileDataset, ink: Ink) -> None:
    data_set.add_new(0x50000100, "UN", ink.note("curve group, unknown").encode())
    wave, channel = Dataset(), Dataset()
    channel.ChannelLabel = ink.put("patient name", "channel label of an ECG", plain_letters(ink.word()))
    wave.ChannelDefinitionSequence, wave.MultiplexGroupLabel = [channel], plain_letters(ink.word())[:16]
    ink.put("patient name", "group label of an ECG", wave.MultiplexGroupLabel)
    data_set.WaveformSequence = [wave]


def trailing_padding(data_set: FileDataset, ink: Ink) -> None:
    data_set.add_new(0xFFFCFFFC, "OB", ink.person("trailing padding").encode().ljust(48, b"\0"))


def file_meta(data_set: FileDataset, ink: Ink) -> None:
    meta = data_set.file_meta
    meta.SourceApplicationEntityTitle = ink.title("file meta source AE")
    meta.SendingApplicationEntityTitle = ink.title("file meta sending AE")
    meta.ReceivingApplicationEntityTitle = ink.title("file meta receiving AE")
    meta.ImplementationVersionName = ink.put("device serial", "file meta version", f"DEV{ink.digits(9)}")
    meta.ImplementationClassUID = ink.uid("file meta implementation")
    meta.PrivateInformationCreatorUID = ink.uid("file meta private creator")
    meta.PrivateInformation = ink.person("file meta private").encode().ljust(48, b"\0")


def preamble(data_set: FileDataset, ink: Ink) -> None:
    data_set.preamble = ink.person("preamble").encode()[:100].ljust(128, b"\0")


def broken_values(data_set: FileDataset, ink: Ink) -> None:
    """Texts where the standard asks for numbers and dates, as devices write them."""
    for tag, kind, made in (
        (0x00101020, "DS", ink.person("size that is a name")),
        (0x00080023, "DA", ink.person("date that is a name")),
        (0x00280303, "CS", ink.number("code that is a number")),
        (0x00189073, "FD", ink.put("record number", "bytes of a double", ink.digits(8))),
    ):
        raw = made.encode()
        raw += b" " * (len(raw) % 2)
        little = data_set.file_meta.TransferSyntaxUID.is_little_endian
        implicit = data_set.file_meta.TransferSyntaxUID.is_implicit_VR
        data_set[tag] = RawDataElement(Tag(tag), kind, len(raw), raw, 0, implicit, little)


PLACES: dict[str, Place] = {
    **{word: partial(_person, keyword=word, kind=kind) for kind, words in PERSONS.items() for word in words},
    **{word: partial(_note, keyword=word) for word in NOTES},
    **{word: partial(_written, keyword=word, by=by) for by, words in WRITTEN_BY.values() for word in words},
    **{word: partial(_among_words, keyword=word) for word in AMONG_WORDS},
    **{
        place.__name__: place
        for place in (
            *(patient_name_in_its_groups, birth_date, age_over_90, acquisition_date_time, sop_instance_uid, image_type),
            *(numbers_that_are_none, nested_sequences, references, region_extras, private_texts, private_sequences),
            *(orphan_private, unknown_bytes, overlay, curve, icon, signatures_and_encrypted, colour_profile),
            *(sound_and_waves, trailing_padding, file_meta, preamble, broken_values),
        )
    },
}
