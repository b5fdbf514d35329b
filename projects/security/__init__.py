"""Login, sessions, passwords, second factor: what stands before every page."""
