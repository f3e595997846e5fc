// ELF loading by the rules of specs/nexus-prover.md 2.1.
#include "Elf.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pitboss::nexus {

namespace {

constexpr uint32_t kMaxProgramHeaders = 64;
constexpr uint32_t kMaxSections = 1024;
constexpr uint32_t kMaxSectionName = 255;
constexpr uint32_t kExecutable = 1;
constexpr uint32_t kLoad = 1;
constexpr uint32_t kNote = 4;

struct FileRange {
  uint64_t start;
  uint64_t end;
};

// What the listed sections say about file offsets.
struct Sections {
  uint64_t code_end = 0;  // the highest end of .text*, .init* and .fini*; their starts are not tested
  std::vector<FileRange> rom, metadata, ram;
};

struct Word {
  uint32_t address;
  uint32_t value;
};

class File {
 public:
  explicit File(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool holds(uint64_t offset, uint64_t count) const { return offset <= bytes_.size() && count <= bytes_.size() - offset; }
  // The caller has asked holds() first.
  uint32_t u16(uint64_t offset) const { return bytes_[offset] | static_cast<uint32_t>(bytes_[offset + 1]) << 8; }
  uint32_t u32(uint64_t offset) const { return u16(offset) | u16(offset + 2) << 16; }
  uint8_t u8(uint64_t offset) const { return bytes_[offset]; }
  uint64_t size() const { return bytes_.size(); }
  // A NUL-terminated string; empty when it does not end inside the file.
  std::string_view text(uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const auto* begin = reinterpret_cast<const char*>(bytes_.data() + offset);
    const std::string_view rest(begin, bytes_.size() - offset);
    const auto end = rest.find('\0');
    return end == std::string_view::npos ? std::string_view{} : rest.substr(0, end);
  }

 private:
  std::span<const uint8_t> bytes_;
};

bool listed(std::string_view section) {
  static constexpr std::string_view kPrefixes[] = {".text", ".data", ".sdata", ".rodata", ".init",
                                                   ".fini", ".bss",  ".sbss",  ".got",    ".note.nexus-precompiles"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes), [&](auto prefix) { return section.starts_with(prefix); });
}

Result<Sections> read_sections(const File& file) {
  const uint64_t table = file.u32(32);
  const uint32_t entry_size = file.u16(46);
  const uint32_t count = file.u16(48);
  const uint32_t names_index = file.u16(50);
  if (count > kMaxSections) return Error{Fault::kElfLimit, 48, kMaxSections};
  if (count == 0) return Sections{};
  if (entry_size < 40) return Error{Fault::kElfFormat, 46};
  if (!file.holds(table, static_cast<uint64_t>(entry_size) * count)) return Error{Fault::kElfTruncated, table};
  if (names_index >= count) return Error{Fault::kElfFormat, 50};
  const uint64_t names = file.u32(table + static_cast<uint64_t>(names_index) * entry_size + 16);
  std::map<std::string, FileRange, std::less<>> by_name;  // a repeated name: the last one wins
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t header = table + static_cast<uint64_t>(i) * entry_size;
    const auto section = file.text(names + file.u32(header));
    if (!listed(section)) continue;
    if (section.size() > kMaxSectionName) return Error{Fault::kElfLimit, header, kMaxSectionName};
    const uint64_t start = file.u32(header + 16);
    by_name.insert_or_assign(std::string(section), FileRange{start, start + file.u32(header + 20)});
  }
  Sections out;
  for (const auto& [section, range] : by_name) {
    const bool text = section.starts_with(".text");
    if (text || section.starts_with(".init") || section.starts_with(".fini")) {
      out.code_end = std::max(out.code_end, range.end);
    }
    if (section.starts_with(".rodata")) {
      out.rom.push_back(range);
    } else if (section.starts_with(".note.nexus-precompiles")) {
      out.metadata.push_back(range);
    } else if (!text) {
      out.ram.push_back(range);
    }
  }
  return out;
}

enum class Class : uint8_t { kInstruction, kRom, kMetadata, kRam, kDropped };

Class classify(const Sections& sections, bool executable, uint64_t offset) {
  const auto inside = [&](const std::vector<FileRange>& ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [&](auto r) { return offset >= r.start && offset < r.end; });
  };
  if (executable && offset < sections.code_end) return Class::kInstruction;
  if (inside(sections.rom)) return Class::kRom;
  if (inside(sections.metadata)) return Class::kMetadata;
  return inside(sections.ram) ? Class::kRam : Class::kDropped;
}

Result<Segment> to_segment(const std::vector<Word>& words, uint32_t limit) {
  Segment out;
  if (words.empty()) return out;
  const auto [low, high] =
      std::minmax_element(words.begin(), words.end(), [](const Word& x, const Word& y) { return x.address < y.address; });
  const uint64_t span = static_cast<uint64_t>(high->address) + 4 - low->address;
  if (span > limit) return Error{Fault::kElfLimit, low->address, limit};
  out.base = low->address;
  out.bytes.resize(span);
  for (const auto& word : words) {
    for (unsigned i = 0; i < 4; ++i) out.bytes[word.address - out.base + i] = static_cast<uint8_t>(word.value >> (8 * i));
  }
  return out;
}

std::optional<Error> check_header(const File& file) {
  if (!file.holds(0, 52)) return Error{Fault::kElfTruncated, 0};
  if (file.u32(0) != 0x464c457f) return Error{Fault::kElfFormat, 0};
  if (file.u8(4) != 1) return Error{Fault::kElfFormat, 4};    // ELFCLASS32
  if (file.u8(5) != 1) return Error{Fault::kElfFormat, 5};    // little-endian
  if (file.u16(16) != 2) return Error{Fault::kElfFormat, 16};  // ET_EXEC
  if (file.u16(18) != 243) return Error{Fault::kElfFormat, 18};  // EM_RISCV
  return std::nullopt;
}

}  // namespace

Result<Image> load_elf(std::span<const uint8_t> bytes, uint32_t max_image_bytes) {
  const File file(bytes);
  if (const auto bad = check_header(file)) return *bad;
  const auto sections = read_sections(file);
  if (!sections) return sections.error();

  const uint64_t table = file.u32(28);
  const uint32_t entry_size = file.u16(42);
  const uint32_t count = file.u16(44);
  if (count > kMaxProgramHeaders) return Error{Fault::kElfLimit, 44, kMaxProgramHeaders};
  if (count > 0 && entry_size < 32) return Error{Fault::kElfFormat, 42};
  if (!file.holds(table, static_cast<uint64_t>(entry_size) * count)) return Error{Fault::kElfTruncated, table};

  Image out;
  out.entry = file.u32(24);
  out.base = UINT32_MAX;
  std::vector<Word> code, rom, ram;
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t header = table + static_cast<uint64_t>(i) * entry_size;
    const uint32_t type = file.u32(header);
    if (type != kLoad && type != kNote) continue;
    const uint64_t offset = file.u32(header + 4);
    const uint64_t address = file.u32(header + 8);
    const uint64_t size = file.u32(header + 20);
    const bool executable = (file.u32(header + 24) & kExecutable) != 0;
    if (address % 4 != 0) return Error{Fault::kElfUnaligned, address};
    total += size;
    if (total > max_image_bytes) return Error{Fault::kElfLimit, address, max_image_bytes};
    const uint64_t words = (size + 3) / 4;
    if (words > 0 && !file.holds(offset, 4 * words)) return Error{Fault::kElfTruncated, offset};
    if (address + 4 * words > (1ull << 32)) return Error{Fault::kLayoutOverflow, address};
    if (executable) out.base = std::min(out.base, static_cast<uint32_t>(address));
    for (uint64_t o = 0; o < 4 * words; o += 4) {
      const Word word{static_cast<uint32_t>(address + o), file.u32(offset + o)};
      switch (classify(*sections, executable, offset + o)) {
        case Class::kInstruction: code.push_back(word); break;
        case Class::kRom: rom.push_back(word); break;
        case Class::kRam: ram.push_back(word); break;
        case Class::kMetadata:
        case Class::kDropped: break;
      }
    }
  }
  if (code.empty()) return Error{Fault::kCodeEmpty};
  for (size_t i = 0; i < code.size(); ++i) {
    if (code[i].address != out.base + 4 * i) return Error{Fault::kCodeGap, code[i].address};
    out.program.push_back(code[i].value);
  }
  auto rom_image = to_segment(rom, max_image_bytes);
  if (!rom_image) return rom_image.error();
  auto ram_image = to_segment(ram, max_image_bytes);
  if (!ram_image) return ram_image.error();
  out.rom = std::move(*rom_image);
  out.ram = std::move(*ram_image);
  return out;
}

}  // namespace pitboss::nexus
