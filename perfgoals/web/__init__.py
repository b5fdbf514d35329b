"""What pages of every app share: figures as text, geometry of plots, addresses of downloads."""
