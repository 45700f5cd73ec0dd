"""What does a device meet that sends by DICOM? flows.sources.dicom_listener puts the parts together."""
