// Constants of the proof system: Tip5 round constants and roots of unity.
//
// Source: specs/nockpow.md, Appendix A. The round constants are stored in Montgomery form (x * 2^64 mod p), which is the
// form the permutation adds them in. Everything here has internal linkage, because the header is compiled into
// translation units with different instruction sets.
#pragma once

#include <cstdint>

namespace pitboss::nockpow {

// 7 rounds of 16 lanes, round-major, Montgomery form.
static constexpr uint64_t kRoundConstants[112] = {
    0x5e8caa078ef4b766ULL, 0x845e2b1b9527aaa0ULL, 0x72b98fd0dc61a27fULL, 0x8ea94dc99dd6176bULL,
    0xdfef38a090a906a0ULL, 0xa2125ec1503b8d24ULL, 0xfc427968019c2a98ULL, 0x763a4f578003d32bULL,
    0xd409acf8b5afdd3fULL, 0x4dc9116f9a3e7df0ULL, 0x2d53725dcfe7d045ULL, 0xeb9af8d4eb30664cULL,
    0x07fcb48ee1b42d6eULL, 0xc2667fbe52129136ULL, 0xeb4283153f0104c1ULL, 0x947d63eba6bcbeefULL,
    0xe1da01d9f5aadb38ULL, 0xe1e423e5d2235ad0ULL, 0xd7d22e81dded7e4aULL, 0xf61d69faa2af4800ULL,
    0x9395d901be0f8562ULL, 0xc5647bf290645a32ULL, 0x8a1b22641b58a7e2ULL, 0xba1bbf7532a0d699ULL,
    0xd72a3d09fe832c16ULL, 0xdb1bc1d2dc60cfc6ULL, 0x6494083a0b199141ULL, 0xd7bdf271ccfcdf05ULL,
    0x64b7350ce811bcf7ULL, 0x2488f27e4c866bb5ULL, 0x4be59c81fff564e4ULL, 0x2f4c4b49c8769036ULL,
    0x58ec16d5fdfd3114ULL, 0x922ae5b85b941248ULL, 0x8a422b85f75a9215ULL, 0xd0204131f372b9f3ULL,
    0x73d7894911b1b106ULL, 0x1976334d18fc78dcULL, 0x7bc71ad9186870c6ULL, 0xf924c6eadfe47edcULL,
    0x90afbcebeba52b04ULL, 0x318ef6f613bfe2d2ULL, 0x9b6293e298c1e090ULL, 0xf777e9bb287cc053ULL,
    0x668089abc2c826d7ULL, 0x00aee9aa0f4b8b91ULL, 0xdac2be2454519e44ULL, 0x61bbddc24f09d975ULL,
    0xcf223188abb1e7a1ULL, 0x4fa0fe6bcb1926f7ULL, 0x54d270c63507a0d3ULL, 0x6270c5c1278d583dULL,
    0xb37dfa74ca05b03cULL, 0x0ba9d02d7cc83607ULL, 0x23fdf8a37086dcffULL, 0x0b2dd3f82cb627beULL,
    0x0932a7ff868540abULL, 0x0f062476193576ceULL, 0x1f5faab4f0562037ULL, 0xfc0bba0f790f50e1ULL,
    0x9eb5701498566743ULL, 0x7f130725c49d81eaULL, 0xbdff0c1faf44465aULL, 0xe44c031949dd3d53ULL,
    0x2fc820ba9f6f8bc7ULL, 0xbb87aa923544c0e2ULL, 0xb1280a4504f7c55dULL, 0xe9f229d450ed29d9ULL,
    0x3d1d816f161f909eULL, 0xe29816025b902a6cULL, 0x85919154ac823dfdULL, 0xa3bb714d9de350d9ULL,
    0x42b358c9ecae4096ULL, 0xbf5db42e8189c579ULL, 0x6fb10ee6a35a9147ULL, 0xd5a40ec83f64a3daULL,
    0x4ab010603c3fa911ULL, 0x3f19325ab8b3b56dULL, 0xefe4ca382925b66bULL, 0xeb0ac21e80583a6aULL,
    0x99988bd3b53a433eULL, 0x4d1b2a120f66b54cULL, 0x35a735e7c8c6ae7fULL, 0x1e8b8e99644752efULL,
    0x96012c533c31ee2cULL, 0x813e5d8dcd167030ULL, 0xf10c6f400295defaULL, 0xb3c462396f08c04dULL,
    0xe5e081bded27e86fULL, 0x54e4040b726341fbULL, 0x210746ff46964550ULL, 0x8966248a7a06c5cbULL,
    0xc64de784d637dbe0ULL, 0xa7ff55526e04ed1fULL, 0xc3dd6725867ff63cULL, 0xba88b74c0411eb86ULL,
    0x73d5a463a96e002dULL, 0xb5ee504135e071edULL, 0xe148d4a0d8fe2170ULL, 0x339570a14b80d45fULL,
    0x37e66a8f45a221a3ULL, 0xeaef8d626fa5e21bULL, 0x06c07a56bf557e53ULL, 0xf64746013091212cULL,
    0x3aba48c2ec31e3f4ULL, 0x9e39b3444e4690b6ULL, 0xa6987c8f2ef3136fULL, 0x1a17f217cfa1e749ULL,
    0x682d5c8234ce76bcULL, 0x16fcda7f98901603ULL, 0x6b66c06c2ff63504ULL, 0xf90a9d15c79834dfULL};

// kRoots[k] is the primitive 2^k-th root of unity the protocol uses; kRoots[k] = kRoots[k+1]^2.
static constexpr uint64_t kRoots[33] = {
    0x0000000000000001ULL, 0xffffffff00000000ULL, 0x0001000000000000ULL, 0xfffffffeff000001ULL,
    0xefffffff00000001ULL, 0x00003fffffffc000ULL, 0x0000008000000000ULL, 0xf80007ff08000001ULL,
    0xbf79143ce60ca966ULL, 0x1905d02a5c411f4eULL, 0x9d8f2ad78bfed972ULL, 0x0653b4801da1c8cfULL,
    0xf2c35199959dfcb6ULL, 0x1544ef2335d17997ULL, 0xe0ee099310bba1e2ULL, 0xf6b2cffe2306baacULL,
    0x54df9630bf79450eULL, 0xabd0a6e8aa3d8a0eULL, 0x81281a7b05f9beacULL, 0xfbd41c6b8caa3302ULL,
    0x30ba2ecd5e93e76dULL, 0xf502aef532322654ULL, 0x4b2a18ade67246b5ULL, 0xea9d5a1336fbc98bULL,
    0x86cdcc31c307e171ULL, 0x4bbaf5976ecfefd8ULL, 0xed41d05b78d6e286ULL, 0x10d78dd8915a171dULL,
    0x59049500004a4485ULL, 0xdfa8c93ba46d2666ULL, 0x7e9bd009b86a0845ULL, 0x400a7f755588e659ULL,
    0x185629dcda58878cULL};

// First column of the circulant MDS matrix: new[i] = sum_j kMds[(i - j) mod 16] * old[j].
static constexpr uint64_t kMds[16] = {61402, 1108,  28750, 33823, 7454,  43244, 53865, 12034,
                                      56951, 27521, 41351, 40901, 12021, 59689, 26798, 17845};

}  // namespace pitboss::nockpow
