"""Deploy a stack of this project, prove that it works, destroy it: in one command."""
