"""What a file of ours can hold: TOML, and JSON as most programs read it, have whole numbers of 64 bits."""

from __future__ import annotations

LARGEST_WHOLE = 2**63 - 1
"""The largest whole number, and so the largest seed, item, count and length that are taken anywhere."""
