"""What can be asked here, and whom."""
