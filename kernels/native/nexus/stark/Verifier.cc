#include "Verifier.h"

#include <map>
#include <new>

#include "Batch.h"
#include "Circle.h"
#include "Constraints.h"
#include "Decommit.h"
#include "Queries.h"
#include "Quotients.h"

namespace pitboss::nexus::stark {

namespace {

struct Rejected {
  Verdict verdict;
  std::string message;
  unsigned index = 0;
};

size_t tree_columns(unsigned tree, unsigned c) {
  return tree == 0 ? pre_columns(c) : tree == 1 ? main_columns(c) : 4 * size_t{interaction_columns(c)};
}

size_t samples_of(unsigned tree, unsigned c, size_t column) {
  if (tree == 2 && column + 4 >= tree_columns(2, c)) return 2;
  const bool next = column < 4 || column == col::IsPadding;
  return tree == 1 && c == kMain && next ? 2 : 1;
}

void check_shape(const Proof& p) {
  const auto require = [](bool ok, const char* what) {
    if (!ok) throw Rejected{Verdict::kShape, what};
  };
  require(p.commitments.size() == kTrees, "the proof does not have four commitments");
  require(p.sampled.size() == kTrees, "the proof does not have samples of four trees");
  require(p.decommitments.size() == kTrees && p.queried.size() == kTrees, "the proof does not open four trees");
  require(p.claimed_sums.size() == kComponents, "the proof does not have nine claimed sums");
  require(p.log_sizes.size() == kComponents, "the proof does not have nine log sizes");
  require(p.last_layer.size() == 1 && p.last_layer_log == 0, "the last FRI layer is not one coefficient");
  for (unsigned tree = 0; tree < 3; ++tree) {
    size_t at = 0;
    for (unsigned c = 0; c < kComponents; ++c) {
      for (size_t i = 0; i < tree_columns(tree, c); ++i, ++at) {
        require(at < p.sampled[tree].size() && p.sampled[tree][at].size() == samples_of(tree, c, i),
                "the sampled values do not have the shape of the columns");
      }
    }
    require(at == p.sampled[tree].size(), "there are samples of too many columns");
  }
  require(p.sampled[3].size() == 4, "the composition does not have four columns");
  for (const auto& column : p.sampled[3]) require(column.size() == 1, "the composition is not sampled once");
}

LogSizes check_sizes(const Proof& p, const VerifierLimits& limits) {
  LogSizes fixed, out;
  for (unsigned c = 0; c < kComponents; ++c) {
    const uint32_t log = p.log_sizes[c];
    const bool ok = c == kMain  ? log >= 8 && log <= limits.max_log_rows
                    : c == kRam ? log >= 4 && log <= limits.max_log_memory
                                : log == fixed[c];
    if (!ok) {
      throw Rejected{Verdict::kSizes, "log size " + std::to_string(log) + " of component " + std::to_string(c) +
                                          " is impossible or beyond the limits"};
    }
    out.log[c] = log;
  }
  if (p.inner.size() != out.composition() - 1) {
    throw Rejected{Verdict::kShape, "the number of FRI layers does not fit the log sizes"};
  }
  return out;
}

// The public part of the claim, laid out as the proof says (15.3).
Statement statement_of(const Claim& claim, const Layout& layout, const LogSizes& sizes) {
  const uint64_t input_length = (claim.public_input.size() + 3) / 4 * 4;
  const uint64_t entries = 8 + claim.image.rom.bytes.size() + claim.image.ram.bytes.size() + 4 + input_length + 4 +
                           claim.output.size();
  if (claim.image.program.size() > uint64_t{1} << sizes[kMain] || entries > uint64_t{1} << sizes[kRam]) {
    throw Rejected{Verdict::kStatement, "the program or its memory does not fit the proof's log sizes"};
  }
  Statement out;
  for (const uint32_t word : claim.image.program) out.program.push_back(traced_word(word));
  const auto bytes = [](std::vector<MemoryByte>& list, uint32_t address, std::span<const uint8_t> values) {
    for (size_t i = 0; i < values.size(); ++i) list.push_back({static_cast<uint32_t>(address + i), values[i]});
  };
  const auto word = [&](std::vector<MemoryByte>& list, uint32_t address, uint32_t value) {
    std::array<uint8_t, 4> raw;
    for (unsigned i = 0; i < 4; ++i) raw[i] = static_cast<uint8_t>(value >> (8 * i));
    bytes(list, address, raw);
  };
  word(out.initial, kLocationWords, layout.public_input);
  word(out.initial, kLocationWords + 4, layout.exit_code);
  bytes(out.initial, claim.image.rom.base, claim.image.rom.bytes);
  bytes(out.initial, claim.image.ram.base, claim.image.ram.bytes);
  word(out.initial, layout.public_input, static_cast<uint32_t>(input_length));
  std::vector<uint8_t> padded(claim.public_input.begin(), claim.public_input.end());
  padded.resize(input_length, 0);
  bytes(out.initial, layout.public_input + 4, padded);
  word(out.exit, layout.exit_code, claim.exit_code);
  bytes(out.output, layout.public_output, claim.output);
  return out;
}

// Root of tree 0 for public data.
Digest preprocessed_root(const Statement& statement, const LogSizes& sizes, const std::atomic<bool>& stop) {
  Arena arena(UINT64_MAX);
  Workers workers(1);
  std::vector<unsigned> logs;
  unsigned top = 0;
  std::map<unsigned, size_t, std::greater<>> classes;
  for (unsigned c = 0; c < kComponents; ++c) {
    logs.push_back(sizes[c]);
    logs.push_back(sizes[c] + 1);
    top = std::max(top, sizes[c] + 1);
    classes[sizes[c] + 1] += pre_columns(c);
  }
  const Twiddles twiddles(arena, top, logs);
  MainTable main(arena, sizes[kMain], false);
  main.fill_preprocessed(statement.program);
  TreeBuilder builder(arena, workers, top);
  const auto parallel = [&](size_t count, const std::function<void(size_t)>& body) {
    if (stop.load(std::memory_order_relaxed)) throw Rejected{Verdict::kCancelled, "cancelled"};
    workers.run(count, body);
  };
  for (const auto& [log, count] : classes) {
    builder.begin(log, count);
    Batch batch(arena, twiddles, builder, log, count, parallel, [](size_t) {});
    for (unsigned c = 0; c < kComponents; ++c) {
      if (sizes[c] + 1 != log) continue;
      if (c == kMain) {
        for (unsigned i = 0; i < kPreColumns; ++i) main.expand(pre_cell(i), batch.add());
        continue;
      }
      const SmallTable table = preprocessed_table(arena, c, sizes[c], statement);
      for (const auto& column : table.pre) std::copy_n(column.data(), column.size(), batch.add());
    }
    batch.flush();
  }
  return builder.finish().root();
}

// ---- the queried part ----

// Values of all quotient columns at the query positions of their size, from the opened columns (11).
std::vector<QM31> quotient_values(const SizeClass& size_class, const std::vector<uint32_t>& positions, const Proof& proof,
                                  std::array<size_t, kTrees>& at, QM31 random) {
  std::vector<QM31> out;
  for (const uint32_t position : positions) {
    std::map<std::pair<unsigned, size_t>, M31> value;
    for (const ColumnRef& ref : size_class.columns) value[{ref.tree, ref.index}] = proof.queried[ref.tree][at[ref.tree]++];
    const BasePoint p = position_point(size_class.log, position);
    QM31 acc{};
    for (const SampleGroup& group : size_class.groups) {
      const QM31 y = group.point.y, x = group.point.x;
      const QM31 c = conjugate(y) - y;
      QM31 alpha = qm31(1), numerator{};
      for (size_t i = 0; i < group.columns.size(); ++i) {
        alpha = alpha * random;
        const QM31 sample = group.values[i];
        const QM31 a = conjugate(sample) - sample, b = sample * c - a * y;
        numerator = numerator + alpha * (c * value[{group.columns[i].tree, group.columns[i].index}] - (a * p.y + b));
      }
      const CM31 real_x{x.a - p.x, x.b}, real_y{y.a - p.y, y.b};
      const CM31 d = real_x * y.high() - real_y * x.high();
      acc = acc * alpha + numerator * lift(inverse(d));
    }
    out.push_back(acc);
  }
  return out;
}

// Rebuilds whole pairs from queried values and witness; returns one (even, odd) per pair.
std::vector<std::array<QM31, 2>> rebuild_pairs(const std::vector<uint32_t>& positions, const std::vector<QM31>& values,
                                               const std::vector<QM31>& witness, size_t& used, const Rejected& missing) {
  std::vector<std::array<QM31, 2>> out;
  size_t at = 0;
  for (const uint32_t position : whole_pairs(positions)) {
    QM31 value;
    if (at < positions.size() && positions[at] == position) {
      value = values[at++];
    } else {
      if (used == witness.size()) throw missing;
      value = witness[used++];
    }
    if ((position & 1) == 0) out.push_back({});
    out.back()[position & 1] = value;
  }
  return out;
}

QM31 fold_pair(const std::array<QM31, 2>& pair, M31 divisor, QM31 alpha) {
  return pair[0] + pair[1] + alpha * ((pair[0] - pair[1]) * inverse(divisor));
}

void append(std::vector<M31>& out, const std::vector<std::array<QM31, 2>>& pairs) {
  for (const auto& pair : pairs) {
    for (const QM31& x : pair) out.insert(out.end(), {x.a, x.b, x.c, x.d});
  }
}

void require_opened(const Digest& root, const OpenedTree& tree, const Decommitment& decommitment, Rejected rejected) {
  const Opening result = check_opening(root, tree, decommitment);
  if (result == Opening::kOk) return;
  rejected.message += result == Opening::kRoot    ? " does not lead to its root"
                      : result == Opening::kShort ? " has too few values or hashes"
                                                  : " has too many values or hashes";
  throw rejected;
}

void check_queries(const Proof& proof, const LogSizes& sizes, SecurePoint oods, QM31 random, QM31 first_alpha,
                   const std::vector<QM31>& alphas, const std::vector<uint32_t>& queries) {
  const unsigned top = sizes.composition() + 1;
  const auto classes = size_classes(sizes, oods, proof.sampled);
  for (unsigned tree = 0; tree < kTrees; ++tree) {
    OpenedTree opened;
    for (const SizeClass& size_class : classes) {
      size_t columns = 0;
      for (const ColumnRef& ref : size_class.columns) columns += ref.tree == tree ? 1 : 0;
      if (columns == 0) continue;
      opened.top = std::max(opened.top, size_class.log);
      opened.columns[size_class.log] = columns;
      opened.queries[size_class.log] = fold_queries(queries, top - size_class.log);
    }
    opened.values = proof.queried[tree];
    require_opened(proof.commitments[tree], opened, proof.decommitments[tree],
                   {Verdict::kTree, "the decommitment of tree " + std::to_string(tree), tree});
  }

  // First layer: pairs of every size, folded once with the alpha of the layer that they join.
  const Rejected first_failed{Verdict::kFriFirst, "the first FRI layer"};
  struct Column {
    unsigned log;
    std::vector<uint32_t> positions;
    std::vector<std::array<QM31, 2>> pairs;
  };
  std::vector<Column> columns;
  {
    OpenedTree opened;
    opened.top = top;
    std::array<size_t, kTrees> at{};
    size_t used = 0;
    for (const SizeClass& size_class : classes) {
      Column column{size_class.log, fold_queries(queries, top - size_class.log), {}};
      const auto values = quotient_values(size_class, column.positions, proof, at, random);
      column.pairs = rebuild_pairs(column.positions, values, proof.first.witness, used,
                                   {Verdict::kFriFirst, "the first FRI layer has too few witness values"});
      opened.columns[size_class.log] = 4;
      opened.queries[size_class.log] = whole_pairs(column.positions);
      append(opened.values, column.pairs);
      columns.push_back(std::move(column));
    }
    if (used != proof.first.witness.size()) throw Rejected{Verdict::kFriFirst, "the first FRI layer has too many witness values"};
    require_opened(proof.first.commitment, opened, proof.first.decommitment, first_failed);
  }
  const auto fold_column = [&](const Column& column, QM31 alpha) {
    std::vector<QM31> out;
    const auto pairs = fold_queries(column.positions, 1);
    for (size_t i = 0; i < pairs.size(); ++i) {
      out.push_back(fold_pair(column.pairs[i], position_point(column.log, 2 * pairs[i]).y, alpha));
    }
    return out;
  };

  std::vector<QM31> values = fold_column(columns[0], first_alpha);
  size_t next = 1;
  unsigned log = top - 1;
  for (unsigned i = 0; i < proof.inner.size(); ++i) {
    const FriLayer& layer = proof.inner[i];
    const std::string title = "inner FRI layer " + std::to_string(i);
    const auto positions = fold_queries(queries, top - log);
    size_t used = 0;
    const auto pairs =
        rebuild_pairs(positions, values, layer.witness, used, {Verdict::kFriInner, title + " has too few witness values", i});
    if (used != layer.witness.size()) throw Rejected{Verdict::kFriInner, title + " has too many witness values", i};
    OpenedTree opened;
    opened.top = log;
    opened.columns[log] = 4;
    opened.queries[log] = whole_pairs(positions);
    append(opened.values, pairs);
    require_opened(layer.commitment, opened, layer.decommitment, {Verdict::kFriInner, title, i});
    const auto folded = fold_queries(positions, 1);
    values.clear();
    for (size_t k = 0; k < folded.size(); ++k) {
      // The line domain's x at position 2k is the x of the circle domain one size up at position 4k.
      values.push_back(fold_pair(pairs[k], position_point(log + 1, 4 * folded[k]).x, alphas[i]));
    }
    --log;
    if (next < columns.size() && columns[next].log - 1 == log) {
      const auto joined = fold_column(columns[next++], alphas[i]);
      const QM31 square = alphas[i] * alphas[i];
      for (size_t k = 0; k < values.size(); ++k) values[k] = values[k] * square + joined[k];
    }
  }
  for (const QM31& value : values) {
    if (!(value == proof.last_layer[0])) throw Rejected{Verdict::kFriLast, "the folded values differ from the last FRI layer"};
  }
}

void check(const Proof& proof, const LogSizes& sizes, const Claim& claim, const std::atomic<bool>& stop) {
  QM31 balance{};
  for (const QM31& sum : proof.claimed_sums) balance = balance + sum;
  if (!(balance == QM31{})) throw Rejected{Verdict::kClaimedSums, "the claimed sums do not add up to zero"};
  if (preprocessed_root(statement_of(claim, proof.layout, sizes), sizes, stop) != proof.commitments[0]) {
    throw Rejected{Verdict::kStatement, "the proof is about another program, input, exit code or output"};
  }

  Channel channel;
  for (unsigned c = 0; c < kComponents; ++c) channel.mix_u64(sizes[c]);
  channel.mix_root(proof.commitments[0]);
  channel.mix_root(proof.commitments[1]);
  Randomness randomness;
  for (auto& element : randomness.relation) {
    const auto [z, alpha] = channel.draw_two();
    element = {z, alpha};
  }
  channel.mix_root(proof.commitments[2]);
  const QM31 composition_random = channel.draw_felt();
  channel.mix_root(proof.commitments[3]);
  const QM31 t = channel.draw_felt(), square = t * t, scale = inverse(qm31(1) + square);
  const SecurePoint oods{(qm31(1) - square) * scale, (t + t) * scale};

  std::array<QM31, kComponents> inverse_v;
  for (unsigned c = 0; c < kComponents; ++c) inverse_v[c] = inverse(vanishing(sizes[c], oods));
  QM31 composed{};
  for_each_constraint({proof.sampled, proof.claimed_sums, sizes, randomness}, [&](unsigned c, QM31 value) {
    composed = composed * composition_random + value * inverse_v[c];
  });
  const auto& parts = proof.sampled[3];
  if (!(composed == from_coordinates(parts[0][0], parts[1][0], parts[2][0], parts[3][0]))) {
    throw Rejected{Verdict::kConstraints, "the constraints do not give the composition value at the sampled point"};
  }

  std::vector<QM31> flat;
  for (const auto& tree : proof.sampled) {
    for (const auto& column : tree) flat.insert(flat.end(), column.begin(), column.end());
  }
  channel.mix_felts(flat);
  const QM31 quotient_random = channel.draw_felt();
  channel.mix_root(proof.first.commitment);
  const QM31 first_alpha = channel.draw_felt();
  std::vector<QM31> alphas;
  for (const FriLayer& layer : proof.inner) {
    channel.mix_root(layer.commitment);
    alphas.push_back(channel.draw_felt());
  }
  channel.mix_felts(proof.last_layer);
  channel.mix_u64(proof.nonce);
  if (Channel::trailing_zeros(channel.digest()) < kPowBits) {
    throw Rejected{Verdict::kProofOfWork, "the nonce does not have enough proof of work"};
  }
  const auto queries = draw_queries(channel, sizes.composition() + 1);
  check_queries(proof, sizes, oods, quotient_random, first_alpha, alphas, queries);
}

}  // namespace

const char* name(Verdict verdict) {
  static constexpr const char* kNames[] = {"accepted",      "cancelled", "too-long",    "malformed",    "config",
                                           "shape",         "sizes",     "claimed-sums", "statement",   "constraints",
                                           "proof-of-work", "tree",      "fri-first",   "fri-inner",    "fri-last"};
  return kNames[static_cast<unsigned>(verdict)];
}

Verification verify(std::span<const uint8_t> bytes, const Claim& claim, const VerifierLimits& limits,
                    const std::atomic<bool>& stop) {
  Verification out;
  try {
    if (bytes.size() > limits.max_bytes) {
      throw Rejected{Verdict::kTooLong, "the proof is longer than " + std::to_string(limits.max_bytes) + " bytes"};
    }
    ParseFailure failure;
    const auto proof = parse(bytes, failure);
    if (!proof) throw Rejected{failure.config ? Verdict::kConfig : Verdict::kMalformed, failure.message};
    check_shape(*proof);
    out.sizes = check_sizes(*proof, limits);
    out.layout = proof->layout;
    check(*proof, out.sizes, claim, stop);
    out.message = "the proof is valid";
  } catch (const Rejected& rejected) {
    out.verdict = rejected.verdict;
    out.index = rejected.index;
    out.message = rejected.message;
  } catch (const std::bad_alloc&) {
    out.verdict = Verdict::kSizes;
    out.message = "the system has not enough memory to check a proof of this size";
  }
  return out;
}

}  // namespace pitboss::nexus::stark
