from hypothesis import settings

# Two processes on two cores make single examples slow now and then; that is no failure.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
