/**
 * The `nexus` commands: proofs of the Nexus zkVM by hand.
 */
import * as Settings from "../../../config/Settings.ts"
import type { CommandSpec } from "../../cli/CommandSpec.ts"
import { branch, leaf } from "../../cli/CommandSpec.ts"
import * as Nexus from "./Settings.ts"

const { common } = Settings
const section = "nexus"

export const nexus: CommandSpec = branch(
  {
    name: "nexus",
    about: {
      en: "proofs of the Nexus zkVM by hand: prove, verify, run, inspect, guest import",
      zh: "手动进行 Nexus zkVM 证明：证明、验证、运行、查看、导入客户程序"
    },
    details: [
      {
        en: "An independent implementation of the proof that Nexus CLI 0.10.18 submits, byte for byte; see docs/nexus-prover.md. The guest is an RV32I ELF file; without --elf it is our own, the Fibonacci of (n, a, b).",
        zh: "对 Nexus CLI 0.10.18 所提交证明的独立实现，逐字节相同；见 docs/nexus-prover.md。客户程序为 RV32I ELF 文件；不给 --elf 时使用内置的斐波那契程序 (n, a, b)。"
      }
    ]
  },
  [
    leaf({
      name: "prove",
      path: "nexus prove",
      about: { en: "prove one run of a guest; any exit code", zh: "证明客户程序的一次运行；退出码不限" },
      examples: [
        "pitboss nexus prove --inputs 9,1,1 --out proof.bin --json",
        "pitboss nexus prove --elf guest.elf --public 0409010100000000 --mode lean --threads 2 --out proof.bin"
      ],
      section,
      settings: { ...Nexus.prove, ...common },
      load: () => import("./Prove.ts").then((module) => module.run)
    }),
    leaf({
      name: "verify",
      path: "nexus verify",
      about: { en: "judge a proof; exit code 3 when it is refused", zh: "验证证明；拒绝时退出码为 3" },
      examples: ["pitboss nexus verify --inputs 9,1,1 --proof proof.bin"],
      section,
      settings: { ...Nexus.verify, ...common },
      load: () => import("./Verify.ts").then((module) => module.run)
    }),
    leaf({
      name: "run",
      path: "nexus run",
      about: { en: "run a guest in the machine, without a proof", zh: "在虚拟机中运行客户程序，不生成证明" },
      examples: ["pitboss nexus run --inputs 9,1,1"],
      section,
      settings: { ...Nexus.run, ...common },
      load: () => import("./Run.ts").then((module) => module.run)
    }),
    leaf({
      name: "inspect",
      path: "nexus inspect",
      about: { en: "what proving a run would take", zh: "查看证明一次运行所需的资源" },
      examples: ["pitboss nexus inspect --inputs 12000,1,1"],
      section,
      settings: { ...Nexus.inspect, ...common },
      load: () => import("./Inspect.ts").then((module) => module.run)
    }),
    branch({ name: "guest", about: { en: "the network's guest program", zh: "网络的客户程序" } }, [
      leaf({
        name: "import",
        path: "nexus guest import",
        about: {
          en: "keep the network's guest, found in the installed official program or given as ELF",
          zh: "导入网络的客户程序：从已安装的官方程序中提取，或直接给出 ELF"
        },
        examples: ["pitboss nexus guest import ~/.nexus/bin/nexus-network"],
        section,
        settings: { ...Nexus.guestImport, ...common },
        args: [{ name: "file", about: { en: "official program or ELF file", zh: "官方程序或 ELF 文件" } }],
        load: () => import("./GuestImport.ts").then((module) => module.run)
      })
    ])
  ]
)
