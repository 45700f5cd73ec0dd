"""Where does a field box reach headquarters?"""
