#!/usr/bin/env python3
"""Runs the shared Python oracle over a fixed list of inputs and writes what it computed, one JSON line per proof.

The list is a function of nothing but the version and the index (SHA-256 of a label, reduced mod p), so any
implementation can regenerate it: 50 inputs per proof version, indices 0..9 at length 64, the others cycling
through 1, 2, 4, 8, 16, 32. Lines already in the file are kept, so the run may be stopped and resumed.

usage: oracle_run.py <nockpow-oracle directory> <results.jsonl>
"""
import hashlib, json, os, sys

P = 2**64 - 2**32 + 1
VERSIONS = (0, 1, 2, 3, 5)
PER_VERSION = 50
SMALL = (1, 2, 4, 8, 16, 32)


def limbs(version, index, what):
    return tuple(int.from_bytes(hashlib.sha256(f'pitboss-nockpow/{version}/{index}/{what}/{k}'.encode()).digest()[:8], 'little') % P
                 for k in range(5))


def length(index):
    return 64 if index < 10 else SMALL[index % len(SMALL)]


def main():
    oracle, out = sys.argv[1], sys.argv[2]
    sys.path.insert(0, oracle)
    from prove import prove, pow_digest
    from proof import proof_noun
    from noun import jam
    done = set()
    if os.path.exists(out):
        done = {(r['version'], r['index']) for r in map(json.loads, open(out))}
    order = [(v, i) for i in range(10, PER_VERSION) for v in VERSIONS] + [(v, i) for i in range(10) for v in VERSIONS]
    for v, i in order:
        if (v, i) in done:
            continue
        commitment, nonce, n = limbs(v, i, 'commitment'), limbs(v, i, 'nonce'), length(i)
        objs, hashes = prove(v, commitment, nonce, n)
        data = jam(proof_noun(v, objs))
        row = {'version': v, 'index': i, 'len': n, 'commitment': [str(x) for x in commitment], 'nonce': [str(x) for x in nonce],
               'digest': [str(x) for x in pow_digest(v, hashes)], 'bytes': len(data), 'sha256': hashlib.sha256(data).hexdigest()}
        with open(out, 'a') as f:
            f.write(json.dumps(row) + '\n')


if __name__ == '__main__':
    main()
