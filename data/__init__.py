"""Shipped corpora and their licences. A resource package; it holds files, not code."""
