"""What a report is about: one course, programme, direction or centre, counted and gated, then seen by one reader."""
