class UserError(Exception):
    """Something the user can put right: one sentence that says what to change. The CLI prints it and exits 2."""
