{
  # The Nexus prover and verifier as a static library, with one library per larger instruction set (chosen at run time).
  "targets": [
    {
      "target_name": "nexus_stark_avx2",
      "type": "static_library",
      "sources": ["simd/Kernels_avx2.cc"],
      "cflags": ["-O3"],
      "cflags_cc": ["-Wno-maybe-uninitialized", "-Wno-uninitialized"],
      "conditions": [
        ["target_arch=='x64'", { "cflags_cc": ["-mavx2"], "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": ["-mavx2"] } }]
      ]
    },
    {
      "target_name": "nexus_stark_avx512",
      "type": "static_library",
      "sources": ["simd/Kernels_avx512.cc"],
      "cflags": ["-O3"],
      "cflags_cc": ["-Wno-maybe-uninitialized", "-Wno-uninitialized"],
      "conditions": [
        ["target_arch=='x64'", {
          "cflags_cc": ["-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq"],
          "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": ["-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq"] }
        }]
      ]
    },
    {
      "target_name": "nexus_stark",
      "type": "static_library",
      "dependencies": ["nexus_machine", "nexus_stark_avx2", "nexus_stark_avx512"],
      "cflags": ["-O3"],
      "sources": [
        "Batch.cc",
        "Blake2s.cc",
        "Channel.cc",
        "Commit.cc",
        "ComposeConstraints.cc",
        "ComposeExtension.cc",
        "ComposeLookups.cc",
        "Composition.cc",
        "Constraints.cc",
        "Decommit.cc",
        "Fri.cc",
        "Interaction.cc",
        "Keccak.cc",
        "Lookups.cc",
        "Memory.cc",
        "Merkle.cc",
        "Proof.cc",
        "Prover.cc",
        "Queries.cc",
        "Quotients.cc",
        "Samples.cc",
        "Tables.cc",
        "TraceFill.cc",
        "TraceOperations.cc",
        "Twiddles.cc",
        "Verifier.cc",
        "Workers.cc",
        "host_ops.cc",
        "simd/Dispatch.cc",
        "simd/Kernels_scalar.cc"
      ]
    }
  ]
}
