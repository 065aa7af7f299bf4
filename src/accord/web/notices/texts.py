"""What a message says: neutral, without a name, a score or the word therapy, since others may read over a shoulder."""

TEXTS = {
    "check-in": (
        "You have a form to complete",
        "You have a short form to complete. It takes about a minute.\n\n{link}\n\nThis message cannot be answered, and nobody reads replies.",
    ),
    "code": (
        "Your sign-in link",
        "Here is the link you asked for. It works once, for 15 minutes.\n\n{link}\n\nDid not ask for it? Then you can leave this message alone: nothing has happened.",
    ),
    "invite": (
        "Your account is ready",
        "An account has been made for you. Choose a password here:\n\n{link}\n\nThe link works for three days.",
    ),
    "comment": (
        "Your comment is shown",
        "Somebody has read what you wrote, and it is shown now.\n\n{link}\n\nYour address is deleted with this message.",
    ),
    "licence": (
        "A date of yours comes up soon",
        "Something that you stated about yourself ends in a few weeks. Please look whether it has been renewed:\n\n{link}",
    ),
    "flag": ("Please look at your desk now", "Something on your desk needs you to look at it today, please.\n\n{link}"),
    "flag-late": (
        "Something on a desk has waited too long",
        "Something on a colleague's desk has not been looked at in the agreed time. Please look at it, or reach your colleague, now.\n\n{link}",
    ),
}
"""kind -> (subject, text). A test holds every text against a list of words that would give a person away."""

FORGOTTEN = frozenset({"comment"})
"""Kinds that go to somebody who is not known here otherwise: the message and its address are deleted once it is sent."""
