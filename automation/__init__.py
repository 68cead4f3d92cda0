"""How a stack of this project lives and dies: made, proved and destroyed by one command."""
