"""Shipped models: one folder each. A resource package; it holds files, not code."""
