"""Reads: querysets and small results, each in a fixed number of queries."""
