#include "authentication/known_indexes.h"

#include <fmt/format.h>

namespace gatehouse::authentication {

// Lengths keep apart what would read the same when joined.
std::string KnownIndexes::key_of(const Tenant& tenant, std::string_view kind,
                                 std::span<const std::string> texts) {
    std::string key = fmt::format("{} {} {}", tenant.account.value(), tenant.region.value(), kind);
    for (const std::string& text : texts) key += fmt::format(" {}:{}", text.size(), text);
    return key;
}

PolicyIndexPtr KnownIndexes::find(const std::string& key) const {
    const auto known = known_.lock();
    const auto found = known->find(key);
    return found == known->end() ? nullptr : found->second.lock();
}

void KnownIndexes::remember(const std::string& key, const PolicyIndexPtr& index) {
    if (key.size() > text_bytes_max) return;
    const auto known = known_.lock();
    if (known->size() >= known_max) {
        std::erase_if(*known, [](const auto& entry) { return entry.second.expired(); });
    }
    if (known->size() < known_max) known->insert_or_assign(key, index);
}

}  // namespace gatehouse::authentication
