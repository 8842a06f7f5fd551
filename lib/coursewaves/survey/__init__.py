"""A survey's design: instrument files go in, one `Survey` comes out."""
