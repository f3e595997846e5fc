/**
 * A guest for benchmarks: a loop over most RV32I instructions with loads and stores of every size, any number of times.
 *
 * Its trace is busier than that of a real guest (few columns are constant), so its times are upper bounds.
 */

const i = (opcode: number, funct3: number, rd: number, rs1: number, imm: number) =>
  ((imm & 0xfff) << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode
const r = (funct7: number, funct3: number, rd: number, rs1: number, rs2: number) =>
  (funct7 << 25) | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | 0x33
const s = (funct3: number, rs1: number, rs2: number, imm: number) =>
  (((imm >> 5) & 0x7f) << 25) | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | ((imm & 31) << 7) | 0x23
const b = (funct3: number, rs1: number, rs2: number, offset: number) => {
  const o = offset & 0x1fff
  const high = ((o >> 12) << 31) | (((o >> 5) & 0x3f) << 25)
  return high | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | (((o >> 1) & 15) << 8) | (((o >> 11) & 1) << 7) | 0x63
}
const u = (opcode: number, rd: number, imm20: number) => (imm20 << 12) | (rd << 7) | opcode

const turn: ReadonlyArray<number> = [
  r(0, 0, 6, 6, 5), // add, xor, or, and, slli, srli, srai
  r(0, 4, 7, 6, 5),
  r(0, 6, 8, 7, 6),
  r(0, 7, 9, 8, 5),
  i(0x13, 1, 10, 7, 3),
  i(0x13, 5, 11, 6, 5),
  i(0x13, 5, 12, 6, 0x407),
  s(2, 31, 6, 0), // sw lw sb lb sh lh
  i(3, 2, 13, 31, 0),
  s(0, 31, 7, 5),
  i(3, 0, 14, 31, 5),
  s(1, 31, 8, 6),
  i(3, 1, 15, 31, 6),
  r(0, 2, 16, 6, 7), // slt sltu sub auipc addi xori
  r(0, 3, 18, 8, 9),
  r(0x20, 0, 19, 6, 8),
  u(0x17, 20, 5),
  i(0x13, 0, 6, 6, 77),
  i(0x13, 4, 5, 5, 0x2a5),
  b(4, 6, 7, 8), // blt bltu over an addi
  i(0x13, 0, 21, 21, 1),
  b(6, 8, 9, 8),
  i(0x13, 0, 22, 22, 1)
]

/** Rows of one turn, at most; branches skip up to two. */
const rowsPerTurn = turn.length + 2

const load = (rd: number, value: number) => [u(0x37, rd, (value + 0x800) >> 12), i(0x13, 0, rd, rd, value & 0xfff)]

/** An ELF whose trace has at most `rows` rows and more than half as many. */
export const elf = (rows: number): Uint8Array => {
  const turns = Math.max(1, Math.floor((rows - 16) / rowsPerTurn))
  const loop = [...turn, i(0x13, 0, 30, 30, -1)]
  loop.push(b(1, 30, 0, -4 * loop.length))
  const end = [0x00000513, 0x08402283, 0x00a2805b, 0x20100893, 0x00000073] // exit code 0, exit
  const data = 0x88 + 4 * (4 + loop.length + end.length)
  const code = [...load(30, turns), ...load(31, data), ...loop, ...end]
  const names = "\0.text\0.data\0.shstrtab\0"
  const dataAt = 116 + 4 * code.length
  const namesAt = dataAt + 64
  const out = Buffer.alloc(namesAt + names.length + 4 * 40)
  out.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])
  const put = (at: number, values: ReadonlyArray<number>) =>
    values.forEach((value, k) => {
      out.writeUInt32LE(value >>> 0, at + 4 * k)
    })
  const sections = namesAt + names.length
  put(16, [2 | (243 << 16), 1, 0x88, 52, sections, 0, 52 | (32 << 16), 2 | (40 << 16), 4 | (3 << 16)])
  put(52, [1, 116, 0x88, 0x88, 4 * code.length, 4 * code.length, 5, 4])
  put(84, [1, dataAt, data, data, 64, 64, 6, 4])
  put(116, code)
  out.write(names, namesAt, "latin1")
  put(sections + 40, [1, 1, 6, 0x88, 116, 4 * code.length, 0, 0, 4, 0])
  put(sections + 80, [7, 1, 3, data, dataAt, 64, 0, 0, 4, 0])
  put(sections + 120, [13, 3, 0, 0, namesAt, names.length, 0, 0, 1, 0])
  return new Uint8Array(out)
}
