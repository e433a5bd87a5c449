"""Files on disk: where they live, atomic writes, appended rows."""
