"""Who there is: practices, their members, their clients, and how each of them signs in."""
