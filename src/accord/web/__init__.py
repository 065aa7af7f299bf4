"""Who may see it, where it is kept, how it looks: the same words as the domain, with Django around them."""
