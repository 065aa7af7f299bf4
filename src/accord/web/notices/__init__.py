"""Messages that wait to be sent, and the worker that sends them."""
