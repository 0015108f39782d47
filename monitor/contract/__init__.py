"""The wire: what comes in, what goes out, and how bytes become either."""
