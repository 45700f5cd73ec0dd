"""How do clips of the library become cards on paper?"""
