"""The desks: each gathers from the rooms what one person needs first, and stores nothing."""
