"""Frozen records that all other packages share. Imports nothing of ours."""
