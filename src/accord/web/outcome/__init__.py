"""IS IT HELPING, on screens: change in words, the expected course where it is switched on, whom to reach out to."""
