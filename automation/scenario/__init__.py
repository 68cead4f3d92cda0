"""A scenario: the messages to send, and the fate that each must meet."""
