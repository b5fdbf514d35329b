"""Reviewing: comments, sheets, decisions, and how the work is shared. The contract is docs/review.md."""
