// FRI commitment and proof of work (specs/nexus-prover.md 12 and 8).
#include "Session.h"

namespace pitboss::nexus::stark {

void Session::run_fri() {
  const unsigned top = fri.sizes[0];
  {
    TreeBuilder builder(arena, workers, top);
    for (size_t i = 0; i < fri.sizes.size(); ++i) {
      builder.begin(fri.sizes[i], 4);
      builder.absorb(fri.quotients[i].view().p, 4);
    }
    fri.first = builder.finish();
  }
  proof.first.commitment = fri.first.root();
  channel.mix_root(proof.first.commitment);
  QM31 alpha = channel.draw_felt();

  const auto fold = [&](const SecureColumn& from, SecureColumn& to, const uint32_t* twiddles_of_layer, QM31 factor) {
    const auto w = words(factor);
    workers.ranges(to.size, 64, [&](size_t first, size_t end) {
      k.fold(from.view(2 * first), to.planes(first), twiddles_of_layer + first, w.data(), end - first);
    });
  };
  unsigned log = top - 1;
  SecureColumn current(arena, size_t{1} << log);
  fold(fri.quotients[0], current, twiddles.layer(top, 0, true), alpha);
  size_t next = 1;
  while (log > 1) {
    check();
    report(Stage::kFri, top - log, top);
    TreeBuilder builder(arena, workers, log);
    builder.begin(log, 4);
    builder.absorb(current.view().p, 4);
    fri.trees.push_back(builder.finish());
    FriLayer layer;
    layer.commitment = fri.trees.back().root();
    proof.inner.push_back(layer);
    channel.mix_root(layer.commitment);
    observe("fri_layer_root", to_words(layer.commitment).data(), 8);
    alpha = channel.draw_felt();
    SecureColumn folded(arena, size_t{1} << (log - 1));
    fold(current, folded, twiddles.layer(log + 1, 1, true), alpha);
    fri.layers.push_back(std::move(current));
    current = std::move(folded);
    --log;
    if (next < fri.sizes.size() && fri.sizes[next] - 1 == log) {
      SecureColumn joined(arena, size_t{1} << log);
      fold(fri.quotients[next], joined, twiddles.layer(fri.sizes[next], 0, true), alpha);
      const auto square = words(alpha * alpha);
      workers.ranges(current.size, 64, [&](size_t first, size_t end) {
        k.mix(current.planes(first), joined.view(first), square.data(), end - first);
      });
      ++next;
    }
  }
  proof.last_layer = {current.at(0)};
  channel.mix_felts(proof.last_layer);
  observe("last_layer", proof.last_layer[0]);
  report(Stage::kFri, top, top);
}

void Session::grind() {
  while (Channel::trailing_zeros(channel.preview(proof.nonce)) < kPowBits) ++proof.nonce;
  channel.mix_u64(proof.nonce);
}

}  // namespace pitboss::nexus::stark
