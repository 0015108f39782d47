class UserError(Exception):
    """Something the user can put right. Its text is one sentence that says what to change; the CLI prints it and exits 2."""
