"""Evaluate training courses by survey waves."""
