"""What other programs store here by DICOMweb: STOW-RS, DICOM PS3.18 section 10.5."""
