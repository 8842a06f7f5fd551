"""Know, mask and replace what identifies a person."""
