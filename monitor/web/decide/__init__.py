"""Making a decision: the form, what it would come to, and making it. Nothing of it is kept between the steps.

The way of a decision: `pages` opens the case -> `forms` says what the action asks of this case -> `reading` takes the
form apart -> the contract's own codec reads it as if it came from its topic -> `check` (the verdict with it, and what
speaks against it) -> `monitor.store.decisions.decide`.
"""
