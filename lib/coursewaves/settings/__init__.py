"""The work folder and what an institute decides in ``coursewaves.yml``."""
