"""Who did what and when: written by every action, read by nobody in passing."""
