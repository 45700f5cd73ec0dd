"""How does a whole project leave, arrive elsewhere, and how is it proved? See docs/decisions/0024."""
