"""The institute's registry of courses, people and decisions, and the days that follow from it."""
