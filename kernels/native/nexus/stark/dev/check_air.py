#!/usr/bin/env python3
"""Compares the 683 constraints of the C++ code with air.json (an independent form of the same AIR) at pseudo-random points.

check_air.py BINARY air.json [SEED ...]
"""
import json, subprocess, sys

P = 2**31 - 1
binary, path, seeds = sys.argv[1], sys.argv[2], [int(s) for s in sys.argv[3:]] or [1, 2, 12345]


def cmul(x, y):
    return ((x[0] * y[0] - x[1] * y[1]) % P, (x[0] * y[1] + x[1] * y[0]) % P)


def mul(x, y):
    ll, hh = cmul(x[:2], y[:2]), cmul(x[2:], y[2:])
    lh, hl = cmul(x[:2], y[2:]), cmul(x[2:], y[:2])
    return ((ll[0] + 2 * hh[0] - hh[1]) % P, (ll[1] + hh[0] + 2 * hh[1]) % P, (lh[0] + hl[0]) % P, (lh[1] + hl[1]) % P)


def add(x, y):
    return tuple((a + b) % P for a, b in zip(x, y))


def sub(x, y):
    return tuple((a - b) % P for a, b in zip(x, y))


def base(k):
    return (k % P, 0, 0, 0)


def evaluate(e, cells):
    if isinstance(e, int):
        return base(e)
    if isinstance(e, str):
        return cells[e]
    op, a, b = e[0], evaluate(e[1], cells), evaluate(e[2], cells)
    return mul(a, b) if op == "*" else add(a, b) if op == "+" else sub(a, b)


with open(path) as f:
    air = json.load(f)
relations = [r[0] for r in air["relations"]]
counts = [(27, 273, 208), (1, 8, 1), (5, 3, 3), (8, 10, 11)] + [(1, 1, 1)] * 5
logs = [8, 5, 8, 4, 4, 4, 5, 7, 8]
bad = 0
for seed in seeds:
    state = seed

    def one():
        global state
        state = state * 48271 % P
        return state

    def secure():
        return tuple(one() for _ in range(4))

    sampled = []
    for tree in range(3):
        columns = []
        for c in range(9):
            count = counts[c][tree] * (4 if tree == 2 else 1)
            for i in range(count):
                two = (tree == 1 and c == 0 and (i < 4 or i == 82)) or (tree == 2 and i + 4 >= count)
                columns.append([secure() for _ in range(2 if two else 1)])
        sampled.append(columns)
    random = {name: (secure(), secure()) for name in relations}
    claimed = [secure() for _ in range(9)]

    units = [base(1), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)]
    expected, at = [], [0, 0, 0]
    for c, component in enumerate(air["components"]):
        pre, main, sums = counts[c]
        cells = {}
        for i in range(pre):
            cells[f"p{i}"] = sampled[0][at[0] + i][0]
        for i in range(main):
            column = sampled[1][at[1] + i]
            cells[f"m{i}"] = column[0]
            if len(column) > 1:
                cells[f"n{i}"] = column[1]

        def column_sum(k, sample):
            total = base(0)
            for d in range(4):
                column = sampled[2][at[2] + 4 * k + d]
                total = add(total, mul(column[min(sample, len(column) - 1)], units[d]))
            return total

        for constraint in component["constraints"]:
            expected.append(evaluate(constraint["e"], cells))
        shift = mul(claimed[c], base(pow(2, P - 1 - logs[c], P)))
        for k, fraction in enumerate(component["fractions"]):
            z, alpha = random[fraction["rel"]]
            numerator, denominator = base(0), base(1)
            for term in fraction["terms"]:
                value, weight = sub(base(0), z), base(1)
                for element in term["tuple"]:
                    value = add(value, mul(weight, evaluate(element, cells)))
                    weight = mul(weight, alpha)
                numerator = add(mul(numerator, value), mul(evaluate(term["num"], cells), denominator))
                denominator = mul(denominator, value)
            before = column_sum(k - 1, 0) if k else base(0)
            delta = sub(column_sum(k, 1), before)
            if k == sums - 1:
                delta = add(sub(delta, column_sum(k, 0)), shift)
            expected.append(sub(mul(delta, denominator), numerator))
        at = [at[0] + pre, at[1] + main, at[2] + 4 * sums]

    out = subprocess.run([binary, "air", str(seed)], capture_output=True, text=True, check=True).stdout
    got = [tuple(map(int, line.split())) for line in out.splitlines()]
    assert len(got) == len(expected) == 683, (len(got), len(expected))
    for i, (a, b) in enumerate(zip(got, expected)):
        if a != b:
            bad += 1
            print(f"seed {seed}: constraint {i} differs")
print(f"683 constraints at {len(seeds)} points, {bad} differ")
sys.exit(1 if bad else 0)
