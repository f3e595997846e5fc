// Compute table: columns and constraints (specs/nockpow.md sections 5.2 to 5.4, 6.3, 6.5).
#include "constraint_writer.h"

namespace pitboss::nockpow {
namespace {

constexpr const char* kIons[18] = {"s",     "f",     "e",     "sf1-s", "sf1-f", "sf1-e", "sf2-s", "sf2-f", "sf2-e",
                                   "sf3-s", "sf3-f", "sf3-e", "f-h",   "f-t",   "f-th",  "f-tt",  "f-tth", "f-ttt"};
constexpr const char* kMega[6] = {"ln", "sfcons-inv", "opc", "stack-kv", "decode-mset", "op0-mset"};

// The compute table's own shapes.
class Compute {
 public:
  Compute(Writer& writer, bool old) : w(writer), legacy(old) {}

  void write() {
    columns();
    edges();
    flags();
    shapes();
    op0_to_op2();
    op3_to_op5();
    op6_to_op9();
    generated();
    transitions();
  }

 private:
  using enum Kind;
  Writer& w;
  bool legacy;

  Expr V(const std::string& n) { return w.v(n); }
  Expr3 W(const std::string& n) { return w.w(n); }
  Expr3 N(const std::string& n) { return w.w(n, true); }
  Expr3 C(const char* n) { return w.challenge(n); }
  Expr one() { return w.number(1); }
  Expr3 one3() { return w.one3(); }
  Expr pad() { return V("pad"); }
  Expr npad() { return one() - pad(); }
  Expr op(int i) { return V("op" + std::to_string(i)); }
  Expr ops(std::initializer_list<int> ix) {
    auto it = ix.begin();
    Expr r = op(*it++);
    for (; it != ix.end(); ++it) r = r + op(*it);
    return r;
  }
  Expr3 jkl(const std::string& n) { return w.compress_ion({"j", "k", "l"}, w.ion(n)); }
  Expr3 program(const std::string& prefix) {
    return C("m") * jkl(prefix + "s") + C("n") * jkl(prefix + "f") + C("o") * jkl(prefix + "e");
  }

  void cons(const std::string& name, const std::string& p, const std::string& l, const std::string& r, Expr sel) {
    const Ion P = w.ion(p), L = w.ion(l), R = w.ion(r);
    const Expr3 ai = C("inv-alf"), r2 = R.size * R.size;
    w.pelt(row, name + "-size", sel * (P.size - L.size * R.size));
    w.pelt(row, name + "-dyck", sel * (P.dyck - (R.dyck + L.dyck * r2 * ai + r2 * (ai * ai))));
    w.pelt(row, name + "-leaf", sel * (P.leaf - (L.leaf * R.size + R.leaf)));
  }
  void eq(const std::string& name, const std::string& l, const std::string& r, Expr sel) {
    for (const char* part : {"-size", "-leaf", "-dyck"}) w.pelt(row, name + part, sel * (W(l + part) - W(r + part)));
  }
  void zero_ions(const std::string& name, const std::string& i, Expr sel) {
    for (const char* q : {"-s", "-f", "-e"}) {
      w.pelt(row, name + q + "-size", sel * (W(i + q + "-size") - one3()));
      w.pelt(row, name + q + "-leaf", sel * W(i + q + "-leaf"));
      w.pelt(row, name + q + "-dyck", sel * W(i + q + "-dyck"));
    }
  }
  void atom_result(const std::string& o, int code) {
    w.pelt(row, o + "-e-size-1", op(code) * (W("e-size") - C("alf")));
    w.pelt(row, o + "-e-dyck-0", op(code) * W("e-dyck"));
  }

  void columns() {
    w.column("pad");
    for (int i = 0; i < 10; i++) w.column("op" + std::to_string(i));
    for (const char* i : kIons) {
      for (const char* part : {"-size", "-leaf", "-dyck"}) w.pelt_column(std::string(i) + part);
    }
    w.pelt_column("fcons-inv");
    for (const char* m : kMega) w.pelt_column(m);
    for (const char* i : {"s", "f", "e"}) {
      for (const char* part : {"-size", "-leaf", "-dyck"}) w.terminal(std::string("compute-") + i + part);
    }
    w.terminal("compute-decode-mset");
    w.terminal("compute-op0-mset");
    w.widths(11, 165, 18);
  }

  void edges() {
    const Expr3 z = C("z");
    w.mega(boundary, "pad-starts-at-0", pad());
    w.pelt(boundary, "opc-starts-at-z", z - W("opc"));
    w.pelt(boundary, "ln-starts-at-z", z - W("ln"));
    w.pelt(boundary, "op0-decode-starts-at-0", W("decode-mset"));
    w.pelt(boundary, "op0-mset-starts-at-0", W("op0-mset"));
    w.pelt(boundary, "kv-store-starts-with-input", W("stack-kv") - z * program(""));
    for (const char* i : {"s", "f", "e"}) {
      for (const char* part : {"-size", "-dyck", "-leaf"}) {
        const std::string name = std::string(i) + part;
        w.pelt(boundary, "compute-" + name + "-input", W(name) - w.dyn("compute-" + name));
      }
    }
    w.pelt(terminal, "stack-kv-end-0", W("stack-kv"));
    w.pelt(terminal, "compute-decode-mset-output", W("decode-mset") - w.dyn("compute-decode-mset"));
    w.pelt(terminal, "compute-op0-mset-output", W("op0-mset") - w.dyn("compute-op0-mset"));
  }

  void flags() {
    const Expr3 si = W("sfcons-inv");
    const Expr n9 = one() - op(9);
    for (int i = 0; i < 10; i++) w.mega(row, "op" + std::to_string(i), op(i) * (one() - op(i)));
    w.mega(row, "opflags-add-to-one", npad() - ops({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    w.pelt(row, "f-h-size-opcode", n9 * W("f-h-size") - ops({0, 1, 2, 3, 4, 5, 6, 7, 8}) * C("alf"));
    Expr code = op(1);
    for (int i = 2; i < 9; i++) code = code + w.number(static_cast<u64>(i)) * op(i);
    w.pelt(row, "f-h-leaf-opcode", n9 * W("f-h-leaf") - w.lift(code));
    w.pelt(row, "f-h-dyck-opcode", n9 * W("f-h-dyck"));
    w.pelt(row, "fcons-inv", w.lift(npad()) - W("f-h-size") * W("f-th-size") * W("f-tt-size") * W("fcons-inv"));
    const Expr3 diff = C("a") * (W("sf1-e-size") - W("sf2-e-size")) + C("b") * (W("sf1-e-dyck") - W("sf2-e-dyck")) +
                       C("c") * (W("sf1-e-leaf") - W("sf2-e-leaf")) + (one3() - W("e-leaf"));
    w.pelt(row, "sfcons-inv",
           op(8) * (W("s-size") * W("sf2-e-size") * si) + op(9) * (W("sf1-e-size") * W("sf2-e-size") * si) +
               op(5) * (si * diff) + pad() * (si * (C("z") - W("ln"))) + ops({1, 2, 4, 6, 7}) * si -
               w.lift(one() - (op(0) + op(3))));
    w.mega(row, "pad-binary", pad() * npad());
  }

  void shapes() {
    cons("f-fh-ft-cons", "f", "f-h", "f-t", npad());
    cons("ft-fth-ftt-cons", "f-t", "f-th", "f-tt", ops({2, 5, 6, 7, 8}));
    cons("ftt-ftth-fttt-cons", "f-tt", "f-tth", "f-ttt", op(6));
    const Expr short_formula = ops({0, 1, 3, 4, 9}), n6 = one() - op(6);
    for (const std::string t : {"f-th", "f-tt"}) {
      w.pelt(row, t + "-zero-size", npad() * (short_formula * (one3() - W(t + "-size"))));
      w.pelt(row, t + "-zero-leaf", short_formula * W(t + "-leaf"));
      w.pelt(row, t + "-zero-dyck", short_formula * W(t + "-dyck"));
    }
    for (const std::string t : {"f-tth", "f-ttt"}) {
      w.pelt(row, t + "-zero-size", npad() * (n6 * (W(t + "-size") - one3())));
      w.pelt(row, t + "-zero-leaf", n6 * W(t + "-leaf"));
      w.pelt(row, t + "-zero-dyck", n6 * W(t + "-dyck"));
    }
    zero_ions("sf1-zero", "sf1", ops({0, 1}));
    zero_ions("sf2-zero", "sf2", ops({0, 1, 3, 4}));
    zero_ions("sf3-zero", "sf3", ops({0, 1, 3, 4, 5, 6, 7, 8, 9}));
  }

  void op0_to_op2() {
    const Expr3 si = W("sfcons-inv"), ftl = W("f-t-leaf");
    w.pelt(row, "op0-f-t-size-1", op(0) * (W("f-t-size") - C("alf")));
    w.pelt(row, "op0-f-t-dyck-0", op(0) * W("f-t-dyck"));
    const Expr3 q = one3() - (ftl - one3()) * si;
    for (const char* part : {"-size", "-leaf", "-dyck"}) {
      w.pelt(row, std::string("op0-axis-1") + part, op(0) * ((W(std::string("s") + part) - W(std::string("e") + part)) * q));
    }
    eq("op1-e-f-t", "e", "f-t", op(1));
    eq("op2-sf1-s", "sf1-s", "s", op(2));
    eq("op2-sf1-f-f-th", "sf1-f", "f-th", op(2));
    eq("op2-sf2-s-s", "sf2-s", "s", op(2));
    eq("op2-sf2-f-f-tt", "sf2-f", "f-tt", op(2));
    eq("op2-sf3-s-sf1-e", "sf3-s", "sf1-e", op(2));
    eq("op2-sf3-f-sf2-e", "sf3-f", "sf2-e", op(2));
    eq("op2-e-sf3-e", "e", "sf3-e", op(2));
  }

  void op3_to_op5() {
    const Expr3 si = W("sfcons-inv"), alf = C("alf");
    atom_result("op3", 3);
    w.pelt(row, "op3-e-leaf", op(3) * (si * (alf - W("sf1-e-size")) + W("e-leaf") - one3()));
    eq("op3-sf1-s-s", "sf1-s", "s", op(3));
    eq("op3-sf1-f-f-t", "sf1-f", "f-t", op(3));
    atom_result("op4", 4);
    w.pelt(row, "op4-e-leaf-0", op(4) * (W("e-leaf") - (one3() + W("sf1-e-leaf"))));
    w.pelt(row, "op4-sf1-e-size-1", op(4) * (W("sf1-e-size") - alf));
    w.pelt(row, legacy ? "op4-sf1-e-size-1" : "op4-sf1-dyck-0", op(4) * W("sf1-e-dyck"));
    eq("op4-sf1-s-s", "sf1-s", "s", op(4));
    eq("op4-sf1-f-f-t", "sf1-f", "f-t", op(4));
    atom_result("op5", 5);
    const Expr3 unequal = one3() - W("e-leaf");
    for (const char* part : {"-size", "-dyck", "-leaf"}) {
      w.pelt(row, std::string("op5-e-leaf-sf1") + part,
             op(5) * (unequal * (W(std::string("sf1-e") + part) - W(std::string("sf2-e") + part))));
    }
    w.pelt(row, "op5-e-leaf-binary", op(5) * (W("e-leaf") * unequal));
    eq("op5-sf1-s-s", "sf1-s", "s", op(5));
    eq("op5-sf1-f-f-th", "sf1-f", "f-th", op(5));
    eq("op5-sf2-s-s", "sf2-s", "s", op(5));
    eq("op5-sf2-f-f-tt", "sf2-f", "f-tt", op(5));
  }

  void op6_to_op9() {
    eq("op6-sf1-s-s", "sf1-s", "s", op(6));
    const Expr3 test = W("sf2-e-leaf"), other = one3() - test;
    for (const std::string part : {"-size", "-leaf", "-dyck"}) {
      w.pelt(row, "op6-sf1-f-e-leaf-tth" + part,
             op(6) * (W("sf1-f" + part) - (test * W("f-ttt" + part) + other * W("f-tth" + part))));
    }
    eq("op6-sf1-e-e", "sf1-e", "e", op(6));
    w.pelt(row, "op6-sf2-e-size-1", op(6) * (W("sf2-e-size") - C("alf")));
    w.pelt(row, "op6-sf2-e-dyck-0", op(6) * W("sf2-e-dyck"));
    w.pelt(row, "op6-sf2-e-leaf-binary", op(6) * (test * other));
    eq("op6-sf2-e-s", "sf2-s", "s", op(6));
    eq("op6-sf2-f-f-th", "sf2-f", "f-th", op(6));
    eq("op7-sf1-s-sf2-e", "sf1-s", "sf2-e", op(7));
    eq("op7-sf1-f-f-tt", "sf1-f", "f-tt", op(7));
    eq("op7-sf1-e-e", "sf1-e", "e", op(7));
    eq("op7-sf2-s-s", "sf2-s", "s", op(7));
    eq("op7-sf2-f-f-th", "sf2-f", "f-th", op(7));
    cons("op8-cons", "sf1-s", "sf2-e", "s", op(8));
    eq("op8-sf1-f-f-tt", "sf1-f", "f-tt", op(8));
    eq("op8-sf1-e-e", "sf1-e", "e", op(8));
    eq("op8-sf2-s-s", "sf2-s", "s", op(8));
    eq("op8-sf2-f-f-th", "sf2-f", "f-th", op(8));
    cons("op9-cons", "e", "sf1-e", "sf2-e", op(9));
    eq("autocons-sf1-s-s", "sf1-s", "s", op(9));
    eq("autocons-sf1-f-f-h", "sf1-f", "f-h", op(9));
    eq("autocons-sf2-s-s", "sf2-s", "s", op(9));
    eq("autocons-sf2-f-f-t", "sf2-f", "f-t", op(9));
  }

  void generated() {
    const Expr3 si = W("sfcons-inv");
    const Expr3 t = W("f-t-leaf") - one3(), check = si * t - one3();
    w.pelt(row, "gen-nock-0-1", op(0) * (si * check));
    w.pelt(row, "gen-nock-0-2", op(0) * (t * check));
    const Expr3 a = C("alf") - W("sf1-e-size"), check3 = si * a - one3();
    w.pelt(row, legacy ? "gen-nock-0-1" : "gen-nock-3-1", op(3) * (si * check3));
    w.pelt(row, legacy ? "gen-nock-0-2" : "gen-nock-3-2", op(3) * (a * check3));
    for (int i = 0; i < 10; i++) w.mega(row, "op" + std::to_string(i) + "-zero-during-padding", pad() * op(i));
    for (const char* i : kIons) {
      for (const char* part : {"-size", "-leaf", "-dyck"}) {
        const std::string name = std::string(i) + part;
        w.pelt(row, name + "-zero-during-padding", pad() * W(name));
      }
    }
    w.pelt(row, "fcons-inv-zero-during-padding", pad() * W("fcons-inv"));
  }

  Expr3 decode(const char* a, const char* b, const char* c) {
    const Ion A = w.ion(a), B = w.ion(b), D = w.ion(c);
    return C("gam") - w.compress({"j", "k", "l", "m", "n", "o", "w", "x", "y"},
                                 {A.size, A.dyck, A.leaf, B.size, B.dyck, B.leaf, D.size, D.dyck, D.leaf});
  }

  void transitions() {
    const Expr3 z = C("z"), z2 = z * z, z3 = z2 * z, opc = W("opc"), si = W("sfcons-inv");
    w.pelt(transition, "ln-inc", npad() * (N("ln") - W("ln") * z));
    w.pelt(transition, "ln-dec", pad() * (W("ln") - N("ln") * z));
    w.mega(transition, "pad-stay-one", pad() * (w.v("pad", true) - pad()));
    w.pelt(transition, "opc-counter",
           npad() * (N("opc") - (ops({0, 1}) * opc + z * (ops({3, 4}) * opc) + z2 * (ops({5, 6, 7, 8, 9}) * opc) +
                                 z3 * (op(2) * opc))));
    w.comp(transition, "stack-update",
           W("stack-kv") + ops({2, 3, 4, 5, 6, 7, 8, 9}) * (program("sf1-") * (opc * z)) +
               ops({2, 5, 6, 7, 8, 9}) * (program("sf2-") * (opc * z2)) + op(2) * (program("sf3-") * (opc * z3)) -
               program("") * W("ln") - N("stack-kv"));
    const Expr3 k0 = decode("f", "f-h", "f-t"), k1 = decode("f-t", "f-th", "f-tt"), k2 = decode("f-tt", "f-tth", "f-ttt");
    const Expr3 k12 = k1 * k2;
    w.comp(transition, "decode-multiset-update",
           (N("decode-mset") - W("decode-mset")) * k0 * k12 -
               (npad() * k12 + ops({2, 5, 6, 7, 8}) * (k0 * k2) + op(6) * (k0 * k1)));
    const Expr3 t = W("f-t-leaf") - one3(), step = N("op0-mset") - W("op0-mset");
    const Expr3 seen = w.compress_ion({"a", "b", "c"}, w.ion("s")) + C("m") * W("f-t-leaf") + jkl("e");
    w.pelt(transition, "op0-multiset-update",
           op(0) * ((one3() - W("f-t-leaf")) * (step * (C("bet") - seen) - one3())));
    w.pelt(transition, "op0-multiset-no-update", (w.lift(one() - op(0)) + (one3() - t * si)) * step);
    for (const char* n : {"opc", "stack-kv", "decode-mset", "op0-mset"}) {
      w.pelt(transition, std::string(n) + "-padding", pad() * (W(n) - N(n)));
    }
  }
};

}  // namespace

void write_compute(Writer& w, bool legacy) { Compute(w, legacy).write(); }

}  // namespace pitboss::nockpow
