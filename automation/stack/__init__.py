"""The life of a stack: configuration, creation, deployment, destroy, leftovers."""
