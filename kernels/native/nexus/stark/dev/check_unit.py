#!/usr/bin/env python3
"""Compares transforms, trees, transcript and Keccak with vectors/nexus/unit.json and with slow definitions, per instruction set.

check_unit.py BINARY VECTORS
"""
import hashlib, json, os, random, subprocess, sys

binary, vectors = sys.argv[1:3]
P = 2**31 - 1
with open(f"{vectors}/unit.json") as f:
    unit = json.load(f)


def run(n, values, simd):
    env = dict(os.environ, PITBOSS_SIMD=simd)
    out = subprocess.run([binary, "unit"], input=" ".join(map(str, [n, *values])), capture_output=True, text=True, env=env, check=True)
    return out.stdout.splitlines()


def point(e):
    result, step = (1, 0), (2, 1268011823)
    while e:
        if e & 1:
            result = ((result[0] * step[0] - result[1] * step[1]) % P, (result[0] * step[1] + result[1] * step[0]) % P)
        step = ((step[0] * step[0] - step[1] * step[1]) % P, 2 * step[0] * step[1] % P)
        e >>= 1
    return result


def bitrev(i, n):
    return int(format(i, f"0{n}b")[::-1], 2)


def evaluate(coefficients, n, position):
    natural, half = bitrev(position, n), 1 << (n - 1)
    x, y = point((1 << (30 - n)) + (natural % half) * (1 << (32 - n)))
    factors = [y if natural < half else P - y]
    while 1 << len(factors) < len(coefficients):
        factors.append(x)
        x = (2 * x * x - 1) % P
    values = list(coefficients)
    for factor in factors:
        values = [(values[i] + values[i + 1] * factor) % P for i in range(0, len(values), 2)]
    return values[0]


def root(values, n):
    layer = None
    for log in range(n, -1, -1):
        nodes = []
        for i in range(1 << log):
            message = b"" if layer is None else layer[2 * i] + layer[2 * i + 1]
            if log >= n - 2:
                message += values[i].to_bytes(4, "little")
            nodes.append(hashlib.blake2s(message).digest())
        layer = nodes
    return layer[0].hex()


for simd in ("scalar", "avx2", "avx512"):
    fft = unit["fft"]
    lines = run(4, fft["bitrev_evals_log4"], simd)
    assert list(map(int, lines[0].split())) == fft["coeffs"], simd
    assert list(map(int, lines[1].split())) == fft["lde_log5"], simd
    assert lines[3] == unit["channel"][0][1] and lines[4] == unit["channel"][1][1], simd
    assert list(map(int, lines[5].split())) == unit["channel"][3][1], simd
    assert lines[6] == unit["keccak256_empty"], simd
    random.seed(7)
    for n in range(3, 13):
        values = [random.choice((0, 1, P - 1, random.randrange(P))) for _ in range(1 << n)]
        lines = run(n, values, simd)
        coefficients, extended = (list(map(int, line.split())) for line in lines[:2])
        for position in random.sample(range(1 << n), 4):
            assert evaluate(coefficients, n, position) == values[position], (simd, n)
        for position in random.sample(range(2 << n), 4):
            assert evaluate(coefficients, n + 1, position) == extended[position], (simd, n)
        assert lines[2] == root(values, n), (simd, n)
print("transforms, trees, transcript and Keccak agree for scalar, avx2 and avx512")
