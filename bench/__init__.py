"""Measures what the project promises, beside a floor taken in the same run."""
