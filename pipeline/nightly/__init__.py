"""Nightly: takes files as they arrive, runs each once, and says what came of it."""
