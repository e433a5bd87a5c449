"""The screen in a browser: who is let in, how many, and what of the machine they reach."""
