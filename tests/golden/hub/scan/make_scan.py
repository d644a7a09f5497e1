"""Makes pickles of every protocol and tells, by Python's own unpickler, what each imports.

Python 3.11.7, standard library only: python3 make_scan.py
`expected.json` holds for each file, in base64, its bytes, and the imports that pickle._Unpickler.find_class was asked for. Nothing is run: the
imports are recorded, and objects that stand for them take their place. The payloads name commands but call none.
"""

import base64
import collections
import datetime
import io
import json
import pickle


class Stand:
    """Stands for whatever a pickle imports and makes."""

    def __init__(self, *a, **k):
        pass

    def __call__(self, *a, **k):
        return Stand()

    def __setstate__(self, state):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def __setitem__(self, key, value):
        pass

    def add(self, item):
        pass


class Recorder(pickle._Unpickler):
    """Python's own unpickler, written in Python, with the imports recorded."""

    def __init__(self, data):
        super().__init__(io.BytesIO(data), fix_imports=False)
        self.found = []

    def find_class(self, module, name):
        self.found.append([module, name])
        return Stand

    def persistent_load(self, pid):
        return Stand()


class Runs:
    def __reduce__(self):
        import os

        return os.system, ("echo never run",)


class Evaluates:
    def __reduce__(self):
        return eval, ("1 + 1",)


class Nested:
    def __reduce__(self):
        return pickle.loads, (b"N.",)


class Plain:
    pass


OBJECTS = {
    "numbers": [1, -1, 2**40, 2**100, 1.5, True, None, "text", b"bytes", bytearray(b"mutable"), {1, 2}, frozenset([3]), (), (1,), (1, 2), (1, 2, 3)],
    "ordered": collections.OrderedDict(a=1, b=[2, 3]),
    "repeated": [collections.OrderedDict(), collections.OrderedDict(), datetime.date(2026, 1, 2)],
    "own-class": Plain(),
    "runs": {"weights": [0.5] * 20, "extra": Runs()},
    "evaluates": [Evaluates()],
    "nested": Nested(),
    "long": ["x" * 70000, Runs()],
}

BY_HAND = {
    "instance": b"(S'echo never run'\nios\nsystem\n.",
    "object": b"(cos\nsystem\nS'echo never run'\no.",
    "memoized-names": b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93.",
    "names-by-put": b"\x80\x02X\x02\x00\x00\x00osq\x05X\x06\x00\x00\x00systemr\x07\x00\x00\x00" + b"h\x05j\x07\x00\x00\x00\x93.",
    "names-by-text-lines": b"V\\u006fs\np5\n0Vsystem\np6\n0g5\ng6\n\x93.",
    "names-by-quotes": b"S'o\\x73'\nS\"sys\\164em\"\n\x93.",
    "popped-decoy": b"\x80\x04\x8c\x05torch\x8c\x06Tensor00\x8c\x02os\x8c\x06system\x93.",
    "duplicated": b"\x80\x04\x8c\x02os2\x8c\x06system\x93.",
    "mark-and-pop": b"\x80\x04\x8c\x02os(\x8c\x05torchN1\x8c\x06system\x93.",
    "dotted": b"\x80\x04\x8c\x05torch\x8c\x17serialization.os.system\x93.",
    "two-in-a-row": b"\x80\x02N.\x80\x02cos\nsystem\n.",
}


def main():
    cases = []
    for name, value in OBJECTS.items():
        for protocol in [4] if name == "long" else range(6):
            cases.append((f"{name}-{protocol}", pickle.dumps(value, protocol=protocol)))
    cases += list(BY_HAND.items())
    out = []
    for name, data in cases:
        found, rest = [], data
        while rest:
            recorder = Recorder(rest)
            recorder.load()
            found += recorder.found
            rest = rest[consumed(rest) :]
        unique = sorted({(m, n) for m, n in found})
        out.append({"name": name, "pickle": base64.b64encode(data).decode(), "imports": [list(x) for x in unique]})
    with open("expected.json", "w", newline="\n") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


def consumed(data):
    import pickletools

    end = 0
    for opcode, _, position in pickletools.genops(io.BytesIO(data)):
        end = position + 1
    return end


main()
