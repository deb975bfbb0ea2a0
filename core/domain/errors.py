"""Errors that the user can fix."""

from typing import Any

from core.messages.catalogue import say, say_count


class UserError(Exception):
    """An error that the user can fix; its text is one sentence with the place, the reason and the way out. Every other
    exception is a bug.

    Attributes:
        code: the template of the sentence, which identifies the error in any language.
        fields: the values of the template's fields.
    """

    def __init__(self, template: str, /, **fields: object) -> None:
        super().__init__(template)
        self.code = template
        self.fields: dict[str, Any] = fields
        self._many: str | None = None

    @staticmethod
    def of_count(one: str, many: str, /, count: int, **fields: object) -> "UserError":
        """An error whose wording depends on a count, which is also its field `count`."""
        error = UserError(one, count=count, **fields)
        error._many = many
        return error

    def __str__(self) -> str:
        if self._many is None:
            return say(self.code, **self.fields)
        return say_count(self.code, self._many, **self.fields)
