"""Which programs does a benchmark start elsewhere: among other programs, or in an installation of ours?"""
