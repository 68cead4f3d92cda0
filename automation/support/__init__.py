"""What every room may use. Closed: nothing goes in without a reason."""
