# Our guest: the wrapping u32 Fibonacci of (n, a, b), proved by the local prover.
#
# Reads the tuple (specs/nexus-prover.md 2.2: postcard varints, COBS, 0x00, padding), runs the loop 0..=n of
# (a, b) = (b, a + b), logs b in decimal (ecall 0x200) and writes it to the public output after the exit word. Exit code 0, or
# 1 with output 0 when the input is not such a tuple. Own work; shares nothing with the network's guest but the statement's
# shape. Provable by construction: code at 0x88, read only as code; every exit and output byte written; no stack, no M.
#
# Registers: s0 read index, s1 input length, s2 left in COBS block, s3 input segment, s4 n, s5 a, s6 b, s7 output segment.

        .option norvc
        .option norelax

        .macro  rin rd, base            # word of the public input
        .insn   i 0x2b, 0, \rd, \base, 0
        .endm
        .macro  wou value, base, offset # word of the output
        .insn   s 0x5b, 0, \value, \offset(\base)
        .endm

        .section .text
        .globl  _start
_start:
        lw      s3, 0x80(zero)          # 0 in pass 1, the segment's address in pass 2
        lw      s7, 0x84(zero)
        rin     s1, s3                  # length in bytes
        addi    s3, s3, 4
        li      s0, 0
        jal     t0, raw                 # first COBS code
        beqz    a0, malformed
        addi    s2, a0, -1
        jal     ra, varint
        mv      s4, a1
        jal     ra, varint
        mv      s5, a1
        jal     ra, varint
        mv      s6, a1
        bnez    s2, malformed           # the block must end with the third number
        jal     t0, raw
        bnez    a0, malformed           # terminator

        li      t1, -1
loop:                                   # n + 1 turns, 5 steps each
        add     t2, s5, s6
        mv      s5, s6
        mv      s6, t2
        addi    s4, s4, -1
        bne     s4, t1, loop

        wou     s6, s7, 4

# Decimal text of s6: subtract powers of ten, skip leading zeros.
        la      t1, powers
        la      t2, text
        mv      t3, t2                  # write position
        mv      a1, s6
next_power:
        lw      t4, 0(t1)
        li      t5, '0'
subtract:
        bltu    a1, t4, digit
        sub     a1, a1, t4
        addi    t5, t5, 1
        j       subtract
digit:
        addi    t1, t1, 4
        li      t6, '0'
        bne     t5, t6, emit
        bne     t3, t2, emit            # a zero inside the number
        li      t6, 1
        bne     t4, t6, next_power      # a leading zero, but not the last digit
emit:
        sb      t5, 0(t3)
        addi    t3, t3, 1
        li      t6, 1
        bne     t4, t6, next_power

        li      a7, 0x200               # log
        li      a0, 1
        mv      a1, t2
        sub     a2, t3, t2
        ecall
        li      a0, 0
        j       exit

malformed:
        wou     zero, s7, 4
        li      a0, 1
exit:
        wou     a0, s7, 0
        li      a7, 0x201
        ecall

# a0 = next byte of the segment (link t0); past the end: malformed.
raw:
        bgeu    s0, s1, malformed
        andi    t1, s0, -4
        add     t1, t1, s3
        rin     a0, t1
        slli    t1, s0, 3               # shifts use the low five bits: 8 * (s0 & 3)
        srl     a0, a0, t1
        andi    a0, a0, 0xff
        addi    s0, s0, 1
        jr      t0

# a0 = next byte after COBS (link t2): a block's data, then the zero between two blocks.
byte:
        beqz    s2, block
        addi    s2, s2, -1
        jal     t0, raw
        beqz    a0, malformed           # no zero inside a block
        jr      t2
block:
        jal     t0, raw
        beqz    a0, malformed           # the message ended too early
        addi    s2, a0, -1
        li      a0, 0
        jr      t2

# a1 = next u32 (link ra): 7 bits per byte, least significant first, at most five bytes.
varint:
        li      a1, 0
        li      a2, 0
        li      a3, 0x80
more:
        jal     t2, byte
        andi    t1, a0, 0x7f
        sll     t1, t1, a2
        or      a1, a1, t1
        li      t1, 28
        bne     a2, t1, bounded
        sltiu   t1, a0, 0x10            # the fifth byte holds four bits
        beqz    t1, malformed
bounded:
        addi    a2, a2, 7
        bgeu    a0, a3, more
        jr      ra

        .section .rodata
        .balign 4
powers:
        .word   1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1

        .section .data
        .balign 4
text:
        .zero   12
