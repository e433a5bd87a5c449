"""Widgets and small dialogs that only the secondary screens use."""
