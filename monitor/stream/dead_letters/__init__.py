"""Messages that could not be read: when there are too many of them, and what to do with each.

`limit` counts, `stops` keeps partitions from being read on, `watch` says so. The rest is for operators, who come with
kafka-python: `letters` reads the topic, `replaying` sends letters again, `safe` makes bytes fit for a terminal.
"""
