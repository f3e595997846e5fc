// Queries and decommitments (specs/nexus-prover.md 13).
#include "Queries.h"

#include <algorithm>
#include <map>

#include "Session.h"

namespace pitboss::nexus::stark {

namespace {

using LayerQueries = std::map<unsigned, std::vector<uint32_t>>;  // layer -> positions with own columns

// Hashes that a verifier cannot compute from the queried nodes, from the top layer down.
std::vector<Digest> hash_witness(const Tree& tree, const LayerQueries& queries) {
  std::vector<Digest> out;
  std::vector<uint32_t> above;
  for (unsigned layer = tree.top() + 1; layer-- > 0;) {
    std::vector<uint32_t> visited;
    for (const uint32_t node : above) visited.push_back(node / 2);
    if (const auto own = queries.find(layer); own != queries.end()) {
      visited.insert(visited.end(), own->second.begin(), own->second.end());
    }
    std::sort(visited.begin(), visited.end());
    visited.erase(std::unique(visited.begin(), visited.end()), visited.end());
    if (layer != tree.top()) {
      for (const uint32_t node : visited) {
        for (const uint32_t child : {2 * node, 2 * node + 1}) {
          if (!std::binary_search(above.begin(), above.end(), child)) out.push_back(tree.node(layer + 1, child));
        }
      }
    }
    above = std::move(visited);
  }
  return out;
}

void open_fri(FriLayer& layer, const Tree& tree, const LayerQueries& queries,
              const std::map<unsigned, const SecureColumn*, std::greater<>>& columns) {
  LayerQueries pairs;
  for (const auto& [log, column] : columns) {
    const auto& wanted = queries.at(log);
    pairs[log] = whole_pairs(wanted);
    for (const uint32_t position : pairs[log]) {
      if (!std::binary_search(wanted.begin(), wanted.end(), position)) layer.witness.push_back(column->at(position));
    }
  }
  layer.decommitment.hash_witness = hash_witness(tree, pairs);
}

}  // namespace

void Session::answer_queries() {
  const unsigned top = fri.sizes[0];
  const auto queries = draw_queries(channel, top);
  observe("queries", queries.data(), queries.size());
  LayerQueries by_layer;
  for (unsigned log = 0; log <= top; ++log) by_layer[log] = fold_queries(queries, top - log);

  {
    std::map<unsigned, const SecureColumn*, std::greater<>> columns;
    for (size_t i = 0; i < fri.sizes.size(); ++i) columns[fri.sizes[i]] = &fri.quotients[i];
    open_fri(proof.first, fri.first, by_layer, columns);
  }
  for (size_t i = 0; i < fri.layers.size(); ++i) {
    const unsigned log = top - 1 - static_cast<unsigned>(i);
    open_fri(proof.inner[i], fri.trees[i], by_layer, {{log, &fri.layers[i]}});
  }
  fri = {};

  // Trees 0..2: values by size, position, column; columns of one component follow each other inside a size.
  proof.decommitments.resize(kTrees);
  proof.queried.resize(kTrees);
  struct Opened {
    unsigned log;
    std::array<std::vector<std::vector<M31>>, 3> values;  // by tree, column, position
  };
  std::vector<Opened> opened(kComponents);
  for (unsigned c = 0; c < kComponents; ++c) {
    const unsigned log = sizes[c];
    const auto& positions = by_layer[log + 1];
    std::vector<Buffer<uint32_t>> weights;
    for (const uint32_t position : positions) weights.push_back(base_weights(*this, log, position_point(log + 1, position)));
    const auto open = [&](Column column) {
      std::vector<M31> out;
      for (const auto& w : weights) {
        uint32_t value = 0;
        k.dot_base(w.data(), column, 0, size_t{1} << log, &value);
        out.push_back(M31(value));
      }
      return out;
    };
    opened[c].log = log + 1;
    for (unsigned tree = 0; tree < 3; ++tree) {
      auto& values = opened[c].values[tree];
      values.resize(columns(tree, c));
      if (c == kMain && tree == 2) {
        interaction->restart();
        for (unsigned column = 0; column < interaction_columns(kMain); ++column) {
          const bool last = column + 1 == interaction_columns(kMain);
          if (!last) interaction->advance();
          const ConstPlanes planes = (last ? interaction->last() : interaction->sum()).view();
          parallel(4, [&](size_t d) { values[4 * column + d] = open({planes.p[d], false}); });
          report(Stage::kQueries, column + 1, interaction_columns(kMain));
        }
        continue;
      }
      parallel(values.size(), [&](size_t i) {
        const auto index = static_cast<unsigned>(i);
        values[i] = open(c == kMain ? main.column(tree == 0 ? pre_cell(index) : main_cell(index))
                                    : Column{small_column(tree, c, i), false});
      });
    }
  }
  for (unsigned tree = 0; tree < 3; ++tree) {
    LayerQueries wanted;
    for (unsigned layer = trees[tree].top() + 1; layer-- > 0;) {
      for (size_t at = 0; at < by_layer[layer].size(); ++at) {
        for (const Opened& component : opened) {
          if (component.log != layer) continue;
          wanted[layer] = by_layer[layer];
          for (const auto& column : component.values[tree]) proof.queried[tree].push_back(column[at]);
        }
      }
    }
    proof.decommitments[tree].hash_witness = hash_witness(trees[tree], wanted);
  }
  const unsigned log = sizes.composition();
  for (const uint32_t position : by_layer[log + 1]) {
    const SecurePoint p = lift(position_point(log + 1, position));
    for (int d = 0; d < 4; ++d) proof.queried[3].push_back(evaluate_at(composition.view().p[d], log, p).a);
  }
  proof.decommitments[3].hash_witness = hash_witness(trees[3], {{log + 1, by_layer[log + 1]}});
}

}  // namespace pitboss::nexus::stark
