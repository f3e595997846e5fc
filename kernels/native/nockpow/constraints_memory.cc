// Memory table: columns and constraints (specs/nockpow.md sections 5.1, 5.3, 5.4, 6.2, 6.5).
#include "constraint_writer.h"

namespace pitboss::nockpow {

void write_memory(Writer& w, bool legacy) {
  using enum Kind;
  const auto V = [&](const char* n) { return w.v(n); };
  const auto W = [&](const std::string& n) { return w.w(n); };
  const auto N = [&](const char* n) { return w.w(n, true); };

  for (const char* c : {"pad", "axis", "axis-ioz", "axis-flag", "leaf-l", "leaf-r", "op-l", "op-r", "count", "count-inv",
                        "dmult", "mult", "mult-lc", "mult-rc"}) {
    w.column(c);
  }
  if (legacy) w.pelt_column("input");
  for (const char* n : {"parent", "lc", "rc"}) {
    for (const char* part : {"-size", "-dyck", "-leaf"}) w.pelt_column(std::string(n) + part);
  }
  w.pelt_column("inv");
  for (const char* c : {"ln", "nc", "kvs", "kvs-ioz", "kvsf", "decode-mset", "op0-mset", "data-k"}) w.pelt_column(c);
  for (const char* t : {"memory-nc", "memory-kvs", "memory-decode-mset", "memory-op0-mset"}) w.terminal(t);
  w.widths(14, legacy ? 33 : 30, 24);

  const Expr one = w.number(1), two = w.number(2);
  const Expr3 one3 = w.one3();
  const Expr pad = V("pad"), npad = one - pad;
  const Expr3 z = w.challenge("z"), alf = w.challenge("alf"), ai = w.challenge("inv-alf");

  w.pelt(boundary, "mem-ln-init", W("ln") - z);
  w.pelt(boundary, "mem-nc-input", W("nc") - w.dyn("memory-nc"));
  w.pelt(boundary, "mem-kvs-input", W("kvs") - w.dyn("memory-kvs"));
  w.pelt(boundary, "mem-decode-starts-at-0", W("decode-mset"));
  w.pelt(boundary, "mem-op0-mset-starts-at-0", W("op0-mset"));

  w.pelt(terminal, "mem-kvs-empty", W("kvs"));
  w.pelt(terminal, "mem-decode-mset-output", W("decode-mset") - w.dyn("memory-decode-mset"));
  w.pelt(terminal, "mem-op0-mset-output", W("op0-mset") - w.dyn("memory-op0-mset"));

  w.mega(row, "mem-pad-binary", pad * npad);
  const Ion lc = w.ion("lc"), rc = w.ion("rc"), parent = w.ion("parent");
  const Expr3 rs2 = rc.size * rc.size;
  w.pelt(row, "mem-cons-size", pad * (parent.size - lc.size * rc.size));
  w.pelt(row, "mem-cons-dyck", pad * (parent.dyck - (rc.dyck + rs2 * (ai * ai) + lc.dyck * rs2 * ai)));
  w.pelt(row, "mem-cons-leaf", pad * (parent.leaf - (rc.leaf + lc.leaf * rc.size)));
  for (const bool left : {true, false}) {
    const std::string x = left ? "l" : "r", c = left ? "lc" : "rc";
    const Ion& child = left ? lc : rc;
    const Expr op = w.v("op-" + x), atom = one - op;
    w.pelt(row, "mem-" + c + "-size-when-atom", pad * (atom * (child.size - alf)));
    w.pelt(row, "mem-" + c + "-dyck-when-atom", atom * child.dyck);
    w.pelt(row, "mem-" + c + "-leaf-when-atom", atom * (w.lift(w.v("leaf-" + x)) - child.leaf));
    if (!legacy) w.mega(row, "mem-leaf-" + x + "-zero-when-" + c + "-not-atom", op * w.v("leaf-" + x));
  }
  w.pelt(row, "mem-sizes-cannot-hit-one",
         one3 - (parent.size - one3) * (lc.size - one3) * (rc.size - one3) * W("inv"));
  for (const char* n : {"parent", "lc", "rc"}) {
    for (const char* part : {"-size", "-dyck", "-leaf"}) {
      const std::string name = std::string(n) + part;
      w.pelt(row, "mem-" + name + "-zero-in-pad", npad * W(name));
    }
  }
  const Expr axis = V("axis"), ioz = V("axis-ioz"), flag = V("axis-flag"), nflag = one - flag;
  w.mega(row, "mem-axis-and-inverse-0", axis * nflag);
  w.mega(row, "mem-axis-and-inverse-1", ioz * nflag);
  w.mega(row, "mem-axis-and-inverse-2", flag - axis * ioz);
  w.mega(row, "mem-axis-zero-in-pad", npad * axis);
  const Expr ol = V("op-l"), orr = V("op-r"), nl = one - ol, nr = one - orr;
  w.mega(row, "mem-op-l-binary", ol * nl);
  w.mega(row, "mem-op-r-binary", orr * nr);
  w.mega(row, "mem-op-l-zero-in-pad", npad * ol);
  w.mega(row, "mem-op-r-zero-in-pad", npad * orr);
  w.mega(row, "mem-count-inverse", one - V("count") * V("count-inv"));
  const Expr3 k = W("kvs"), ki = W("kvs-ioz"), kf = W("kvsf");
  w.pelt(row, "mem-kvs-ioz-system-0", k * (kf - one3));
  w.pelt(row, "mem-kvs-ioz-system-1", ki * (kf - one3));
  w.pelt(row, "mem-kvs-ioz-system-2", kf - k * ki);
  w.pelt(row, "mem-pad-kvsf-relation", pad * (one3 - kf));
  const Expr dm = V("dmult");
  w.mega(row, "mem-axis-nonzero-dmult-zero", flag * dm);
  w.mega(row, "mem-dmult-is-binary", dm * (one - dm));
  w.mega(row, legacy ? "mem-axis-nonzero-dmult-zero" : "mem-dmult-zero-in-padding", npad * dm);
  w.mega(row, "mem-axis-zero-mult-zero", V("mult") * nflag);
  w.mega(row, "mem-axis-zero-mult-lc-zero", V("mult-lc") * nflag);
  w.mega(row, "mem-axis-zero-mult-rc-zero", V("mult-rc") * nflag);
  w.mega(row, "mem-mult-zero-in-pad", npad * V("mult"));
  w.mega(row, "mem-mult-lc-zero-in-pad", npad * V("mult-lc"));
  w.mega(row, "mem-mult-rc-zero-in-pad", npad * V("mult-rc"));

  w.mega(transition, "mem-pad-stay-pad", npad * w.v("pad", true));
  // count' = pad (count + 1) + (1 - pad) (count - 1), with the products of pad and count cancelled: the degree is 1.
  w.mega(transition, "mem-count-update", w.v("count", true) - (V("count") - one + two * pad));
  w.pelt(transition, "mem-line-number-update", N("ln") - W("ln") * z);
  const Expr3 nc = W("nc"), znc = z * nc, zznc = z * znc;
  w.pelt(transition, "mem-node-count-update",
         N("nc") - ((nl * nr) * nc + (ol * nr + orr * nl) * znc + (ol * orr) * zznc));
  const Expr lax = two * axis, rax = two * axis + flag;
  const auto with_axis = [&](const Ion& i, Expr a) { return w.compress({"j", "k", "l", "m"}, {i.size, i.dyck, i.leaf, w.lift(a)}); };
  const Expr3 cl = with_axis(lc, lax), cr = with_axis(rc, rax), cp = with_axis(parent, axis);
  w.pelt(transition, "mem-kvs-update",
         (N("kvs") + W("ln") * cp) - (k + ol * (znc * cl) + (nl * orr) * (znc * cr) + (ol * orr) * (zznc * cr)));
  const Expr3 gam = w.challenge("gam"), bet = w.challenge("bet"), input = w.challenge("input");
  const Expr3 decode = w.compress({"j", "k", "l", "m", "n", "o", "w", "x", "y"},
                                  {parent.size, parent.dyck, parent.leaf, lc.size, lc.dyck, lc.leaf, rc.size, rc.dyck, rc.leaf});
  w.comp(transition, "mem-decode-mset-update", (N("decode-mset") - W("decode-mset")) * (gam - decode) - w.lift(nflag * dm));
  const Expr3 bm = bet - (input + cp), bl = bet - (input + cl), br = bet - (input + cr);
  const Expr3 dep = (N("op0-mset") - W("op0-mset")) * bm * bl;
  w.comp(transition, "mem-op0-mset-update-comp",
         dep * br - (V("mult") * (bl * br) + (nl * V("mult-lc")) * (bm * br) + (nr * V("mult-rc")) * (bm * bl)));

  const Expr3 p1 = w.compress({"j", "k", "l", "m"}, {W("ln"), nc, k, ki});
  const Expr3 p2 = w.compress({"n", "o", "w", "x"}, {W("ln"), nc, k, ki});
  w.pelt(extra, "data-constraint-1", W("data-k") - p1 * p2 * (p1 + p2) * ki);
}

}  // namespace pitboss::nockpow
