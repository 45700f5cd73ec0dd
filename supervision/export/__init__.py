"""Readings and figures for other systems: DICOM SR, FHIR R4B and DHIS2; nothing in them identifies anybody."""
