"""Who is competent, how sure are we, and what is to be done next? The software proposes, a person signs."""
