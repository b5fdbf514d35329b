"""Writes and whole jobs: typed keyword arguments, never a request."""
