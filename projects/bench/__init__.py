"""How fast the house is, measured against the ordinary way and against the barest one, all in one run.

One module per subject with ``run(report)``; ``manage.py bench`` calls them. Nothing here is used by the site.
"""
