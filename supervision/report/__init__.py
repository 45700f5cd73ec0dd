"""What does a programme tell the people who answer for it, and in which shape?"""
