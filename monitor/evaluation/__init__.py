"""How well the monitor tells of what was planted: events replayed as they came, held against the truth about them."""
