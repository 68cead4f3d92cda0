"""What a run came to, for a person at a terminal and for a program."""
