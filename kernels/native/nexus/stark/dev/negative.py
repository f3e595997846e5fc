#!/usr/bin/env python3
"""Replays vectors/nexus/negative.json: bit flips as recorded, structured mutations rebuilt from their names.

negative.py BINARY VECTORS   prints every row whose verdict differs from the strict verifier's, and a summary by reason.
"""
import collections, copy, json, subprocess, sys, tempfile, os

binary, vectors = sys.argv[1:3]
P = 2**31 - 1


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def varint(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def raw(self):
        self.at += 32
        return self.data[self.at - 32 : self.at]

    def many(self, item):
        return [item() for _ in range(self.varint())]

    def secure(self):
        return [self.varint() for _ in range(4)]

    def opening(self):
        return {"hash": self.many(self.raw), "column": self.many(self.varint)}

    def layer(self):
        return {"witness": self.many(self.secure), "opening": self.opening(), "root": self.raw()}


def parse(data):
    r = Reader(data)
    p = {"config": [r.varint() for _ in range(4)], "roots": r.many(r.raw)}
    p["sampled"] = r.many(lambda: r.many(lambda: r.many(r.secure)))
    p["openings"] = r.many(r.opening)
    p["queried"] = r.many(lambda: r.many(r.varint))
    p["nonce"] = r.varint()
    p["first"] = r.layer()
    p["inner"] = r.many(r.layer)
    p["last"], p["last_log"] = r.many(r.secure), r.varint()
    p["claimed"], p["logs"] = r.many(r.secure), r.many(r.varint)
    p["layout"] = [r.varint() for _ in range(7)]
    assert r.at == len(data)
    return p


def varint(v):
    out = b""
    while v >= 128:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def many(items, item):
    return varint(len(items)) + b"".join(map(item, items))


def secure(q):
    return b"".join(map(varint, q))


def opening(o):
    return many(o["hash"], bytes) + many(o["column"], varint)


def layer(l):
    return many(l["witness"], secure) + opening(l["opening"]) + l["root"]


def serialise(p):
    return (b"".join(map(varint, p["config"])) + many(p["roots"], bytes)
            + many(p["sampled"], lambda t: many(t, lambda c: many(c, secure)))
            + many(p["openings"], opening) + many(p["queried"], lambda t: many(t, varint)) + varint(p["nonce"])
            + layer(p["first"]) + many(p["inner"], layer) + many(p["last"], secure) + varint(p["last_log"])
            + many(p["claimed"], secure) + many(p["logs"], varint) + b"".join(map(varint, p["layout"])))


def flip(raw):
    return bytes([raw[0] ^ 1]) + raw[1:]


def mutate(p, name):
    p = copy.deepcopy(p)
    digit = next((int(c) for c in name if c.isdigit()), 0)
    plus = lambda x: (x + 1) % P
    if name == "claimed_sums_swapped_balance":
        p["claimed"][0][0], p["claimed"][1][0] = plus(p["claimed"][0][0]), (p["claimed"][1][0] - 1) % P
    elif name.startswith("root"):
        p["roots"][digit] = flip(p["roots"][digit])
    elif name.startswith("sampled"):
        p["sampled"][digit][0][0][0] = plus(p["sampled"][digit][0][0][0])
    elif name.startswith("queried"):
        values = p["queried"][digit]
        if name.endswith("_extra"):
            values.append(0)
        elif name.endswith("_short"):
            values.pop()
        else:
            values[0] = plus(values[0])
    elif name.startswith("hashwit"):
        hashes = p["openings"][digit]["hash"]
        if name.endswith("_extra"):
            hashes.append(bytes(32))
        else:
            hashes[0] = flip(hashes[0])
    elif name.startswith("colwit"):
        p["openings"][digit]["column"].append(0)
    elif name == "pow+1":
        p["nonce"] += 1
    elif name == "last_layer":
        p["last"][0][0] = plus(p["last"][0][0])
    elif name == "fri_first_wit":
        p["first"]["witness"][0][0] = plus(p["first"]["witness"][0][0])
    elif name == "fri_inner_missing":
        p["inner"].pop()
    elif name == "fri_inner_wit":
        p["inner"][2]["witness"][0][0] = plus(p["inner"][2]["witness"][0][0])
    elif name.startswith("log"):
        p["logs"][digit] += 1
    elif name.startswith("layout"):
        p["layout"][digit] += 4
    elif name.startswith("config"):
        index = {"config_pow_bits": 0, "config_blow": 1, "config_lastdeg": 2, "config_nq": 3}[name]
        p["config"][index] += 1
    elif name != "orig":
        raise KeyError(name)
    return p


with open(f"{vectors}/negative.json") as f:
    rows = json.load(f)
wrong, reasons = 0, collections.Counter()
with tempfile.TemporaryDirectory() as folder:
    for case in ("min", "io", "membr"):
        with open(f"{vectors}/{case}.json") as f:
            meta = json.load(f)
        with open(f"{vectors}/{case}.proof", "rb") as f:
            original = f.read()
        proof = parse(original)
        assert serialise(proof) == original
        mine = [r for r in rows if r["case"] == case]
        files = []
        for i, row in enumerate(mine):
            if "offset" in row:
                data = bytearray(original)
                data[row["offset"]] ^= row["xor"]
            else:
                data = serialise(mutate(proof, row["mutation"]))
            files.append(os.path.join(folder, f"{case}{i}"))
            with open(files[-1], "wb") as f:
                f.write(bytes(data))
        exit_code = sum(v << (8 * i) for i, (_, v) in enumerate(meta["exit_code"]))
        output = bytes(v for _, v in meta["public_output"]).hex()
        out = subprocess.run([binary, "verify", f"{vectors}/guests/{case}.elf", meta["public_input_encoded"], str(exit_code), output, *files],
                             capture_output=True, text=True, check=True).stdout.splitlines()
        assert len(out) == len(mine)
        for row, line in zip(mine, out):
            reasons[(row["strict_verifier"], " ".join(line.split()[:2]))] += 1
            if (row["strict_verifier"] == "ACCEPT") != line.startswith("accepted"):
                wrong += 1
                print("WRONG", row, line)
for (theirs, ours), count in sorted(reasons.items()):
    print(f"{count:4d}  {theirs:32s} {ours}")
print(f"{len(rows)} rows, {wrong} judged differently")
sys.exit(1 if wrong else 0)
