#!/usr/bin/env python3
"""Compares stark-dev with the test vectors and names the first stage that differs.

compare.py BINARY VECTORS [cases|fuzz|all] [simd ...]   (simd: scalar avx2 avx512; default: what the CPU has)
Every program is proven lean and fast, with one thread and with two.
"""
import json, os, subprocess, sys, tempfile

binary, vectors, what = sys.argv[1], sys.argv[2], (sys.argv[3] if len(sys.argv) > 3 else "all")
simds = sys.argv[4:] or [""]


def prove(elf, public, private, mode, threads, simd, stages=False):
    env = dict(os.environ)
    if simd:
        env["PITBOSS_SIMD"] = simd
    with tempfile.NamedTemporaryFile() as out:
        args = [binary, "prove", elf, public, private, mode, str(threads), out.name] + (["stages"] if stages else [])
        run = subprocess.run(args, capture_output=True, text=True, env=env)
        if run.returncode != 0:
            return None, run.stderr.strip(), b""
        with open(out.name, "rb") as f:
            return run.stdout.split("keccak ")[-1].split()[0], run.stdout, f.read()


def first_difference(case, elf, public, private):
    with open(f"{vectors}/{case}.stages.json") as f:
        stages = json.load(f)
    with open(f"{vectors}/{case}.json") as f:
        expected = json.load(f)
    wanted = {}
    for i, v in enumerate(expected["claimed_sum"]):
        wanted[f"claimed{i}"] = ("words", v)
    wanted["composition_random"] = ("words", stages["composition_random"])
    for d in range(4):
        wanted[f"composition_coeffs{d}"] = ("digest", stages["composition_coeff_digest"][d])
    wanted["oods_t"] = ("words", stages["oods_t"])
    wanted["quotient_random"] = ("words", stages["quotient_random"])
    for size, entry in stages["quotients"].items():
        for d in range(4):
            wanted[f"quotient{size}.{d}"] = ("digest", entry["digest"][d])
    wanted["last_layer"] = ("words", stages["last_layer"])
    wanted["queries"] = ("words", stages["queries"])
    _, text, _ = prove(elf, public, private, "lean", 1, simds[0], True)
    for line in text.splitlines():
        if not line.startswith("stage "):
            continue
        _, name, digest, *words = line.split()
        if name in wanted:
            kind, value = wanted[name]
            if (digest != value) if kind == "digest" else (list(map(int, words))[: len(value)] != value):
                return name
    return "serialisation or decommitment"


programs = []
if what in ("cases", "all"):
    for case in ("min", "io", "io_noinput", "alu", "membr"):
        with open(f"{vectors}/{case}.json") as f:
            meta = json.load(f)
        guest = "io" if case.startswith("io") else case
        programs.append((case, f"{vectors}/guests/{guest}.elf", meta["public_input_encoded"], meta["private_input"], meta["proof_keccak256"], f"{vectors}/{case}.proof"))
if what in ("fuzz", "all"):
    with open(f"{vectors}/fuzz/manifest.json") as f:
        for e in json.load(f):
            programs.append((e["elf"], f"{vectors}/fuzz/{e['elf']}", e["public_input"], e["private_input"], e["proof_keccak256"], None))

bad = runs = 0
for name, elf, public, private, keccak, reference in programs:
    for simd in simds:
        for mode in ("lean", "fast"):
            for threads in (1, 2):
                runs += 1
                got, text, data = prove(elf, public, private, mode, threads, simd)
                if got != keccak or (reference and open(reference, "rb").read() != data):
                    bad += 1
                    where = first_difference(name, elf, public, private) if reference and got else text
                    print(f"DIFFERENT {name} {mode} threads={threads} {simd}: {where}")
print(f"{len(programs)} programs, {runs} proofs, {bad} different")
sys.exit(1 if bad else 0)
