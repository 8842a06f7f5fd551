"""How things stand on a day: pages beside the reports, and commands' tables."""
