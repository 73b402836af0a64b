"""A list of errors that no outage can make grow without bound."""

MAX_DISTINCT = 20
MAX_LENGTH = 300
# A cluster in trouble fills the list with lost connections; what ended the run must still find a place.
MAX_TRANSIENT = 15


class ErrorList:
    """Distinct texts in the order of their first occurrence, each with the number of its occurrences."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def add(self, text: str, transient: bool = False) -> None:
        """`transient` errors are those that the client gets over by itself, such as a lost connection."""
        text = " ".join(text.split())[: MAX_LENGTH - len(" (×999999)")]
        limit = MAX_TRANSIENT if transient else MAX_DISTINCT
        if text in self._times or len(self._times) < limit:
            self._times[text] = self._times.get(text, 0) + 1

    def texts(self) -> list[str]:
        return [text if times == 1 else f"{text} (×{times})" for text, times in self._times.items()]
