"""What Keras cannot do."""


class LackingError(Exception):
    """What Keras lacks: a message that reads on from "Keras", and what to write instead."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure
