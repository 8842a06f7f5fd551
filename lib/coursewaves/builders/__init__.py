"""Make the forms of the questionnaires, ready to be put on a platform or printed (¶11)."""
