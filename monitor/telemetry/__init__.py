"""What operators see of the monitor itself: metrics and logs."""
