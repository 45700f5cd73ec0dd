"""What is known of scans, people and reviews: Django models, and the few sentences that change them."""
