"""The error that is the user's to mend."""


class UserError(Exception):
    """Something only the user can put right; its text is one sentence with the place, the reason and the way out.

    Every other exception is a bug of ours.
    """
