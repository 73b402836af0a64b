import unittest

from errors import MAX_DISTINCT, MAX_LENGTH, ErrorList


class Errors(unittest.TestCase):
    def test_repeats_are_counted_not_listed(self) -> None:
        errors = ErrorList()
        for text in ("a", "b", "a", "a"):
            errors.add(text)
        self.assertEqual(errors.texts(), ["a (×3)", "b"])

    def test_stay_within_their_bounds(self) -> None:
        errors = ErrorList()
        for i in range(1000):
            for _ in range(3):
                errors.add(f"{i}" * 500)
        self.assertEqual(len(errors.texts()), MAX_DISTINCT)
        self.assertLessEqual(max(map(len, errors.texts())), MAX_LENGTH)

    def test_keep_a_place_for_what_ended_the_run(self) -> None:
        errors = ErrorList()
        for i in range(1000):
            errors.add(f"connection {i} lost", transient=True)
        errors.add("drain ended")
        self.assertIn("drain ended", errors.texts())


if __name__ == "__main__":
    unittest.main()
