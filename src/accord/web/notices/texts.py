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
    "confirm": (
        "Please confirm your address",
        "Somebody, probably you, asked for a call, or to be put on a list, and gave this address. It goes on once you have opened this link and pressed the button there. It works once, for 24 hours.\n\n{link}\n\nWas it not you? Then you can leave this message alone: nothing is sent to anybody.",
    ),
    "way-back": (
        "Your link back",
        "Here is the link you asked for. It works once, for an hour.\n\n{link}\n\nDid not ask for it? Then you can leave this message alone: nothing has happened.",
    ),
    "search-news": (
        "There is news for you",
        "Something has changed in what you asked for, or an answer takes longer than it should. See what you can do next:\n\n{link}",
    ),
    "appointment": (
        "Your appointment",
        "It is agreed. The time is in the attached calendar file, and everything else is here:\n\n{link}",
    ),
    "appointment-off": (
        "An appointment is called off",
        "An appointment of yours does not take place. The attached file takes it out of your calendar. What you can do next is here:\n\n{link}",
    ),
    "impression": (
        "How was it?",
        "You met somebody. Six short questions, a minute, for you alone. It helps to answer soon, and once more on the next day.\n\n{link}",
    ),
    "still-waiting": (
        "Are you still waiting?",
        "You asked to be told when there is somebody for you. If that is still so, please open this and press the button there; without a sign from you, your place is given up in 30 days.\n\n{link}",
    ),
    "request": (
        "Somebody has written to you",
        "There is something new among your requests. Please look, and answer soon: somebody waits for you.\n\n{link}",
    ),
    "request-news": (
        "Something has changed among your requests",
        "Something has changed among your requests. Nobody waits for an answer; please look when you can.\n\n{link}",
    ),
    "own-page": (
        "Your own page is ready",
        "You have a page of your own now. This link opens it once, within a day; later the page itself sends you a new one.\n\n{link}",
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

FORGOTTEN = frozenset(
    {"comment", "confirm", "way-back", "search-news", "still-waiting", "impression", "appointment", "appointment-off"}
)
"""Kinds that go to somebody who is not known here otherwise: the message and its address are deleted once it is sent."""
