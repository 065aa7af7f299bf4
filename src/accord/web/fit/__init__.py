"""Finding each other: what therapists offer and who has checked it, and what somebody looks for."""
