"""What cannot wait: flags, who answers them, and whom a person can call now."""
