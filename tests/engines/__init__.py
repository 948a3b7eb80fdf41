"""Tests of the exports, in real engines."""
