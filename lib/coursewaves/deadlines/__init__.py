"""What the regulation wants by when, and what is due on a day (¶5, ¶10, ¶13, ¶21, ¶22)."""
