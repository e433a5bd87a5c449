"""Boxes over a screen that ask for one thing and give it back."""
