"""The life of a table: the transition table, its guards and effects. ``projects.workflow`` applies it."""
