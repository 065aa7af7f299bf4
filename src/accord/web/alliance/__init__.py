"""One course of therapy: its sessions, what is asked, what was answered, how it is read."""
