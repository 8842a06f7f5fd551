"""A year that was loaded: its tables, what they were made from, and questions to them in SQL."""
