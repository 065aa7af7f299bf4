"""The public side: why the relationship matters, who works here, where help is now."""
