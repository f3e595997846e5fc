// BLAKE2s of many messages at once (spec 1.5); part of Kernels.inl.

void compress(Lanes (&h)[8], const Lanes (&m)[16], uint64_t bytes, bool last) {
  Lanes v[16];
  for (int i = 0; i < 8; ++i) v[i] = h[i], v[i + 8] = Lanes::all(kBlakeIv[i]);
  v[12] = v[12] ^ Lanes::all(static_cast<uint32_t>(bytes));
  v[13] = v[13] ^ Lanes::all(static_cast<uint32_t>(bytes >> 32));
  if (last) v[14] = v[14] ^ Lanes::all(0xffffffffu);
  const auto mix = [&v](int a, int b, int c, int d, Lanes x, Lanes y) {
    v[a] = Lanes::wrap_add(Lanes::wrap_add(v[a], v[b]), x);
    v[d] = (v[d] ^ v[a]).template rotr<16>();
    v[c] = Lanes::wrap_add(v[c], v[d]);
    v[b] = (v[b] ^ v[c]).template rotr<12>();
    v[a] = Lanes::wrap_add(Lanes::wrap_add(v[a], v[b]), y);
    v[d] = (v[d] ^ v[a]).template rotr<8>();
    v[c] = Lanes::wrap_add(v[c], v[d]);
    v[b] = (v[b] ^ v[c]).template rotr<7>();
  };
#pragma GCC unroll 10
  for (int r = 0; r < 10; ++r) {
    const auto& s = kBlakeSigma[r];
    mix(0, 4, 8, 12, m[s[0]], m[s[1]]);
    mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(2, 6, 10, 14, m[s[4]], m[s[5]]);
    mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(0, 5, 10, 15, m[s[8]], m[s[9]]);
    mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(2, 7, 8, 13, m[s[12]], m[s[13]]);
    mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  for (int i = 0; i < 8; ++i) h[i] = h[i] ^ v[i] ^ v[i + 8];
}

void start(Lanes (&h)[8]) {
  for (int w = 0; w < 8; ++w) h[w] = Lanes::all(w == 0 ? kBlakeIv[0] ^ kBlakeParameter : kBlakeIv[w]);
}

void absorb(uint32_t* state, size_t stride, const uint32_t* const* message, size_t from, size_t to, uint64_t bytes,
            bool first, bool last) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.absorb(state, stride, message, from, to, bytes, first, last);
  }
  for (size_t i = from; i < to; i += kLanes) {
    Lanes h[8], m[16];
    if (first) start(h);
    if (!first) {
      for (int w = 0; w < 8; ++w) h[w] = Lanes::load(state + w * stride + i);
    }
    for (int k = 0; k < 16; ++k) m[k] = message[k] == nullptr ? Lanes::all(0) : Lanes::load(message[k] + i);
    compress(h, m, bytes, last);
    for (int w = 0; w < 8; ++w) h[w].store(state + w * stride + i);
  }
}

void absorb_children(const uint32_t* child, size_t child_stride, uint32_t* state, size_t stride, size_t from, size_t to,
                     bool last) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.absorb_children(child, child_stride, state, stride, from, to, last);
  }
  for (size_t i = from; i < to; i += kLanes) {
    Lanes h[8], m[16];
    start(h);
    for (int w = 0; w < 8; ++w) {
      const uint32_t* p = child + w * child_stride + 2 * i;
      Lanes::deinterleave(Lanes::load(p), Lanes::load(p + kLanes), m[w], m[8 + w]);
    }
    compress(h, m, 64, last);
    for (int w = 0; w < 8; ++w) h[w].store(state + w * stride + i);
  }
}
