"""What the domain asks of storage. Each Protocol's docstrings are its contract; memory and Postgres both keep it, and one suite checks both."""
