#include "policy/packed_glob.h"

#include <algorithm>

#include "policy/glob_match.h"

namespace gatehouse::policy {
namespace {

class PackedGlobReader {
public:
    explicit PackedGlobReader(std::string_view bytes) : rest_(bytes) {}

    bool at_end() const { return rest_.empty(); }
    GlobUnit unit() const {
        const auto byte = static_cast<std::uint8_t>(rest_.front());
        switch (byte) {
            case packed_any_run: return any_run;
            case packed_any_one: return any_one;
            case packed_never: return never;
            default: return byte;
        }
    }
    void advance() { rest_.remove_prefix(1); }

private:
    std::string_view rest_;
};

}  // namespace

std::optional<PackedGlobText> pack_glob(GlobView glob) {
    PackedGlobText packed;
    packed.bytes.reserve(glob.size());
    for (const GlobUnit unit : glob) {
        if (unit >= first_slot || (unit >= packed_never && unit <= packed_any_run)) {
            return std::nullopt;
        }
        packed.bytes += static_cast<char>(unit == any_run   ? packed_any_run
                                          : unit == any_one ? packed_any_one
                                          : unit == never   ? packed_never
                                                            : unit);
    }
    packed.prefix_length = static_cast<std::size_t>(
        std::ranges::find_if(glob, [](GlobUnit unit) { return unit > 255; }) - glob.begin());
    return packed;
}

bool rest_matches(std::string_view rest, std::string_view text) noexcept {
    if (rest.size() == 1 && static_cast<std::uint8_t>(rest.front()) == packed_any_run) return true;
    return matches_text(PackedGlobReader(rest), text);
}

}  // namespace gatehouse::policy
