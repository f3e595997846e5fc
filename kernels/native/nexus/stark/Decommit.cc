#include "Decommit.h"

#include <algorithm>

#include "Blake2s.h"

namespace pitboss::nexus::stark {

Opening check_opening(const Digest& root, const OpenedTree& tree, const Decommitment& decommitment) {
  size_t value_at = 0, hash_at = 0, column_at = 0;
  std::map<uint32_t, Digest> above;
  for (unsigned layer = tree.top + 1; layer-- > 0;) {
    static const std::vector<uint32_t> kNone;
    const auto own = tree.queries.find(layer);
    const auto& queries = own == tree.queries.end() ? kNone : own->second;
    const auto counted = tree.columns.find(layer);
    const size_t columns = counted == tree.columns.end() ? 0 : counted->second;
    std::vector<uint32_t> visited = queries;
    for (const auto& [node, _] : above) visited.push_back(node / 2);
    std::sort(visited.begin(), visited.end());
    visited.erase(std::unique(visited.begin(), visited.end()), visited.end());
    std::map<uint32_t, Digest> here;
    for (const uint32_t node : visited) {
      std::vector<uint8_t> message;
      if (layer != tree.top) {
        for (const uint32_t child : {2 * node, 2 * node + 1}) {
          const auto known = above.find(child);
          if (known == above.end() && hash_at == decommitment.hash_witness.size()) return Opening::kShort;
          const Digest& digest = known != above.end() ? known->second : decommitment.hash_witness[hash_at++];
          message.insert(message.end(), digest.begin(), digest.end());
        }
      }
      const bool queried = std::binary_search(queries.begin(), queries.end(), node);
      const auto& source = queried ? tree.values : decommitment.column_witness;
      size_t& at = queried ? value_at : column_at;
      if (source.size() - at < columns) return Opening::kShort;
      for (size_t i = 0; i < columns; ++i) {
        const uint32_t value = source[at++].v;
        for (int k = 0; k < 4; ++k) message.push_back(static_cast<uint8_t>(value >> (8 * k)));
      }
      here.emplace(node, blake2s(message));
    }
    above = std::move(here);
  }
  if (value_at != tree.values.size() || hash_at != decommitment.hash_witness.size() ||
      column_at != decommitment.column_witness.size()) {
    return Opening::kLong;
  }
  return above.begin()->second == root ? Opening::kOk : Opening::kRoot;
}

}  // namespace pitboss::nexus::stark
