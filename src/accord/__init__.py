"""Accord: the working relationship between a person in psychotherapy and their therapist."""

__version__ = "0.1.0"
