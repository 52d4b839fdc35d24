"""What a run is made of: its job, what it prepares, its record, its summary."""
