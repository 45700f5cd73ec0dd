"""What of the catalogue goes to other systems: final readings and figures, as supervision.export writes them."""
