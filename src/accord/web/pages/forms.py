"""Articles, comments and replies as they come from a page."""

import re

from django import forms

WHICH = r"((very )?(last|next|first|second|weekly|regular|earlier|previous|recent|own|time in|work in) )"
# A reply must never confirm who is a client: neither by naming it nor by speaking of what the two did together.
TELLING = re.compile(
    r"\b(as (a|my|our) (client|patient)|my (client|patient)"
    rf"|our {WHICH}?(session|appointment|work|therapy|treatment|meeting)s?"
    rf"|your {WHICH}?(session|appointment|therapy|treatment|therapist)s?"
    r"|when (you|we) (came|met|worked)|see you (on|next|at|soon))\b",
    re.IGNORECASE,
)


class ArticleForm(forms.Form):
    """One article."""

    title = forms.CharField(label="Title", max_length=120, error_messages={"required": "give it a title"})
    text = forms.CharField(
        label="Text",
        required=False,
        max_length=30_000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="Markdown: a blank line between paragraphs, ## before a heading, - before a point, "
        "[words](https://address) for a link. Nobody’s story, please, also not in disguise.",
    )
    comments_open = forms.BooleanField(
        label="Readers may comment (you read each one before it is shown)", required=False
    )


class CommentForm(forms.Form):
    """What a reader says."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="It is shown. It need not be your own name.",
        error_messages={"required": "write a name; any name is fine"},
    )
    email = forms.EmailField(
        label="E-mail",
        help_text="Not published. It tells you when your comment is shown, once.",
        error_messages={"required": "write an address, or nobody can tell you when it is shown"},
    )
    text = forms.CharField(
        label="Comment",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "write what you would like to say"},
    )
    website = forms.CharField(label="Leave this empty", required=False)

    def clean_website(self) -> str:
        """A field that people do not see; programs fill in what they find."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError("leave this field empty")
        return ""


class ReplyForm(forms.Form):
    """A member's public answer to a comment."""

    reply = forms.CharField(
        label="Reply",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Everyone reads it. Write as to a stranger: it must not show whether you know this person.",
    )

    def clean_reply(self) -> str:
        reply: str = self.cleaned_data["reply"].strip()
        if found := TELLING.search(reply):
            raise forms.ValidationError(
                f"‘{found.group(0)}’ could show that this person is a client here; say it without those words"
            )
        return reply
