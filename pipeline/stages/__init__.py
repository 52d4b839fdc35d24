"""The five stages: read, map, validate, post, report. None knows another."""
