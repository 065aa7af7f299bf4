"""How every page looks: the base template, the components, the one style sheet."""
