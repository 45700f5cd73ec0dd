"""How do a field box and headquarters exchange what each knows? See docs/decisions/0013-two-sides.md."""
