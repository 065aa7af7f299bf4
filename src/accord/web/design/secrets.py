"""Addresses that open something are cut before a line is logged."""

import logging
import re

SECRET = re.compile(r"(/c/|/my/enter/|/account/password/reset/key/)[^/\s'\"]+")


class Cut(logging.Filter):
    """A log outlives the link and is read by others than its owner."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = SECRET.sub(r"\1…", record.getMessage()), ()
        return True
