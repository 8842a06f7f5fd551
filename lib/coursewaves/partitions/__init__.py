"""Cut a loaded year: one part a course, and what all courses tell together."""
