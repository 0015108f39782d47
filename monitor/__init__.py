"""Matches police incident logs to crime records as they stream in, and says which crimes are missing."""

__version__ = "0.1.0"
