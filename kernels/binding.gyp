{
  # Two products: build/Release/pitboss.node (small pure calls) and build/Release/pitboss-host (the kernel host).
  # C++20, baseline instruction set; code for larger ones sits in targets of its own with its own flags.
  "includes": ["native/nockpow/sources.gypi", "native/nexus/stark/sources.gypi"],
  "target_defaults": {
    "include_dirs": ["native"],
    "cflags_cc!": ["-std=gnu++17", "-fno-exceptions", "-fno-rtti", "-std=gnu++20"],
    "cflags_cc": ["-std=c++20", "-fexceptions", "-Wall", "-Wextra", "-Wno-unused-parameter", "-fstack-protector-strong"],
    "cflags": ["-fdata-sections", "-ffunction-sections"],
    "defines": ["_FILE_OFFSET_BITS=64"],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++20",
      "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
      "MACOSX_DEPLOYMENT_TARGET": "11.0"
    },
    "msvs_settings": {
      "VCCLCompilerTool": { "ExceptionHandling": 1, "AdditionalOptions": ["/std:c++20"] }
    }
  },
  "targets": [
    {
      "target_name": "nexus_machine",
      "type": "static_library",
      "sources": [
        "native/nexus/guest/FibElf.cc",
        "native/nexus/machine/Elf.cc",
        "native/nexus/machine/Fault.cc",
        "native/nexus/machine/Instruction.cc",
        "native/nexus/machine/Plan.cc",
        "native/nexus/machine/Rows.cc",
        "native/nexus/machine/Run.cc",
        "native/nexus/machine/Sha256.cc"
      ]
    },
    {
      "target_name": "pitboss-host",
      "type": "executable",
      "dependencies": ["nexus_stark", "nexus_machine", "nockpow"],
      "sources": [
        "native/host/main.cc",
        "native/host/Ops.cc",
        "native/host/PeakMemory.cc",
        "native/host/Server.cc",
        "native/nexus/machine/HostOps.cc"
      ],
      "conditions": [
        ["OS=='linux'", { "ldflags": ["-pthread", "-static-libstdc++", "-static-libgcc", "-Wl,--gc-sections", "-Wl,-z,relro,-z,now"] }]
      ]
    },
    {
      "target_name": "pitboss",
      "dependencies": ["nockpow"],
      "sources": ["native/addon/addon.cc", "native/nockpow/addon_nockpow.cc", "native/nockpow/addon_noun.cc"]
    }
  ]
}
