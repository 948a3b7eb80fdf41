"""Data, not code: every style with its limits, price rule, aliases and sheet layout; the edit tools."""
