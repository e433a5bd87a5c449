"""What a prompt is, for every front end, without a screen."""
