/** Tiny RV32I guests for tests: an assembler of the few instructions they need, and an ELF writer. */

const i = (opcode: number, funct3: number, rd: number, rs1: number, imm: number) =>
  ((imm << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode) >>> 0
const s = (opcode: number, funct3: number, rs1: number, rs2: number, imm: number) =>
  ((((imm >> 5) & 0x7f) << 25) | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | ((imm & 31) << 7) | opcode) >>> 0

export const addi = (rd: number, rs1: number, imm: number) => i(0x13, 0, rd, rs1, imm)
export const lui = (rd: number, imm20: number) => ((imm20 << 12) | (rd << 7) | 0x37) >>> 0
export const lw = (rd: number, rs1: number, imm: number) => i(0x03, 2, rd, rs1, imm)
export const lh = (rd: number, rs1: number, imm: number) => i(0x03, 1, rd, rs1, imm)
export const sw = (rs2: number, rs1: number, imm: number) => s(0x23, 2, rs1, rs2, imm)
export const rin = (rd: number, rs1: number, imm: number) => i(0x2b, 0, rd, rs1, imm)
export const wou = (rs2: number, rs1: number, imm: number) => s(0x5b, 0, rs1, rs2, imm)
export const jalr = (rd: number, rs1: number, imm: number) => i(0x67, 0, rd, rs1, imm)
export const jumpToSelf = 0x0000006f
export const ecall = 0x00000073
export const mul = 0x02b50533

const x17 = 17
/** System call `code` with what is in x10 and on. */
export const syscall = (code: number) => [addi(x17, 0, code), ecall]
/** Load the address of the output segment into x7. */
export const outputBase = lw(7, 0, 0x84)
/** Write the exit code and stop. */
export const exit = [outputBase, wou(0, 7, 0), ...syscall(0x201)]

export interface Part {
  readonly name: string
  readonly address: number
  readonly words: ReadonlyArray<number>
  /** Segment flags; 5 = code, 4 = constants, 6 = data. */
  readonly flags: number
}

export interface ElfOptions {
  readonly entry?: number
  readonly parts?: ReadonlyArray<Part>
  /** Last word on the whole file. */
  readonly patch?: (elf: Buffer) => void
}

/** An ELF file with this code at 0x88 and these further parts, each a segment and a section. */
export const elf = (code: ReadonlyArray<number>, { entry = 0x88, parts = [], patch }: ElfOptions = {}): Uint8Array => {
  const all: ReadonlyArray<Part> = [{ name: ".text", address: 0x88, words: code, flags: 5 }, ...parts]
  const names = `\0${[...all.map(({ name }) => name), ".shstrtab"].join("\0")}\0`
  const dataAt = 52 + 32 * all.length
  const offsets = all.map((_, k) => dataAt + 4 * all.slice(0, k).reduce((sum, { words }) => sum + words.length, 0))
  const namesAt = dataAt + 4 * all.reduce((sum, { words }) => sum + words.length, 0)
  const sectionsAt = namesAt + names.length
  const out = Buffer.alloc(sectionsAt + 40 * (all.length + 2))
  out.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])
  out.writeUInt16LE(2, 16)
  out.writeUInt16LE(243, 18)
  out.writeUInt32LE(entry, 24)
  out.writeUInt32LE(52, 28)
  out.writeUInt32LE(sectionsAt, 32)
  out.writeUInt16LE(32, 42)
  out.writeUInt16LE(all.length, 44)
  out.writeUInt16LE(40, 46)
  out.writeUInt16LE(all.length + 2, 48)
  out.writeUInt16LE(all.length + 1, 50)
  out.write(names, namesAt, "latin1")
  for (const [k, part] of all.entries()) {
    const offset = offsets[k] ?? 0
    const size = 4 * part.words.length
    for (const [j, word] of part.words.entries()) out.writeUInt32LE(word >>> 0, offset + 4 * j)
    for (const [j, word] of [1, offset, part.address, part.address, size, size, part.flags, 4].entries()) {
      out.writeUInt32LE(word, 52 + 32 * k + 4 * j)
    }
    const header = sectionsAt + 40 * (k + 1)
    out.writeUInt32LE(names.indexOf(`\0${part.name}\0`) + 1, header)
    out.writeUInt32LE(1, header + 4)
    out.writeUInt32LE(part.address, header + 12)
    out.writeUInt32LE(offset, header + 16)
    out.writeUInt32LE(size, header + 20)
  }
  const last = sectionsAt + 40 * (all.length + 1)
  out.writeUInt32LE(names.indexOf(".shstrtab"), last)
  out.writeUInt32LE(3, last + 4)
  out.writeUInt32LE(namesAt, last + 16)
  out.writeUInt32LE(names.length, last + 20)
  patch?.(out)
  return out
}
