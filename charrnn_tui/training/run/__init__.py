"""One run: its loop, data, evaluation, checkpoint and files."""
