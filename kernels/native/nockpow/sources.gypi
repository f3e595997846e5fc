{
  # The nockpow kernel as a static library, with one library per larger instruction set (chosen at run time).
  "targets": [
    {
      "target_name": "nockpow_avx2",
      "type": "static_library",
      "sources": ["simd_avx2.cc"],
      "cflags": ["-fPIC", "-O3"],
      "cflags_cc": ["-Wno-maybe-uninitialized", "-Wno-uninitialized"],
      "conditions": [
        ["target_arch=='x64'", { "cflags_cc": ["-mavx2", "-mfma"], "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": ["-mavx2", "-mfma"] } }]
      ]
    },
    {
      "target_name": "nockpow_avx512",
      "type": "static_library",
      "sources": ["simd_avx512.cc"],
      "cflags": ["-fPIC", "-O3"],
      "cflags_cc": ["-Wno-maybe-uninitialized", "-Wno-uninitialized"],
      "conditions": [
        ["target_arch=='x64'", {
          "cflags_cc": ["-mavx2", "-mfma", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mavx512vbmi", "-mavx512ifma"],
          "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": ["-mavx2", "-mfma", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mavx512vbmi", "-mavx512ifma"] }
        }]
      ]
    },
    {
      "target_name": "nockpow",
      "type": "static_library",
      "dependencies": ["nockpow_avx2", "nockpow_avx512"],
      "cflags": ["-fPIC", "-O3"],
      "sources": [
        "commit.cc",
        "composition.cc",
        "constraints.cc",
        "constraints_compute.cc",
        "constraints_memory.cc",
        "dispatch.cc",
        "expression.cc",
        "host_ops.cc",
        "low_degree.cc",
        "noun.cc",
        "number.cc",
        "program.cc",
        "proof.cc",
        "proof_codec.cc",
        "prover.cc",
        "puzzle.cc",
        "search.cc",
        "simd_scalar.cc",
        "tip5.cc",
        "trace.cc",
        "trace_mega.cc",
        "verifier.cc"
      ]
    }
  ]
}
