import json
import unittest

from payload import Identity, decode, encode

OURS = Identity("run-1", "p\"hase", "c-pub")


class Payload(unittest.TestCase):
    def test_is_padded_to_the_size_asked_for(self) -> None:
        for size in (150, 256, 4096):
            self.assertEqual(len(encode(OURS, 7, 123456789, size)), size)

    def test_is_never_cut(self) -> None:
        self.assertEqual(json.loads(encode(OURS, 7, 1, 1))["seq"], 7)

    def test_is_read_back(self) -> None:
        self.assertEqual(decode(OURS, encode(OURS, 42, 1, 256)), (42, 1))

    def test_of_another_run_phase_or_publisher_is_not_ours(self) -> None:
        for other in (Identity("x", OURS.phase, OURS.publisher), Identity(OURS.run, "x", OURS.publisher), Identity(OURS.run, OURS.phase, "x")):
            self.assertIsNone(decode(OURS, encode(other, 0, 1, 256)))

    def test_that_nobody_can_read_is_not_ours(self) -> None:
        good = json.loads(encode(OURS, 0, 1, 1))
        for seq in (True, "0", 0.0, None, [0]):
            self.assertIsNone(decode(OURS, json.dumps({**good, "seq": seq}).encode()))
            self.assertIsNone(decode(OURS, json.dumps({**good, "intended_us": seq}).encode()))
        for payload in (b"", b"\xff\xfe", b"[]", b"null", b"{", b"[" * 100_000):
            self.assertIsNone(decode(OURS, payload))


if __name__ == "__main__":
    unittest.main()
