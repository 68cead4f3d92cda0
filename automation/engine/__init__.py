"""Where the Pulumi engine comes from, and how its command line is run."""
