"""From records to `responses`: which course, wave and person each form belongs to, and which of them counts."""
