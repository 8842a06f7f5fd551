"""Unattended runs: one brings a work folder up to date, and people are told what became of it."""
