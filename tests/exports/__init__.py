"""Builders of exports: the same answers, written as each platform writes them."""
