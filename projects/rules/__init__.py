"""The rules a target table is checked by, and what a reviewer is told about them. Pure."""
