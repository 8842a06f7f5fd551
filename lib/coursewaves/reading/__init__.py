"""Read table files strictly: bytes go in, sound records and their problems come out."""
