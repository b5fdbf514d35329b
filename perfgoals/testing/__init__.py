"""What tests and benchmarks need around them: settings, a throw-away PostgreSQL, a Chromium. Never used by the site."""
