"""Frozen dataclasses that all other packages share. Imports nothing of ours."""
