#include "policy/resource_index.h"

#include <unordered_map>

namespace gatehouse::policy {
namespace {

// Also true of slots: what stands there is not known yet.
bool is_wildcard(GlobUnit unit) {
    return unit > 255;
}

std::string bytes_of_units(GlobView units) {
    std::string bytes;
    bytes.reserve(units.size());
    for (const GlobUnit unit : units) bytes += static_cast<char>(unit);
    return bytes;
}

// The literal runs of a glob, in order; the first and last may touch its ends.
struct Runs {
    std::string front;
    std::string back;
    std::vector<std::string> inner;
};

Runs runs_of(GlobView glob) {
    const auto first = std::ranges::find_if(glob, is_wildcard);
    const auto last = std::ranges::find_if(glob.rbegin(), glob.rend(), is_wildcard).base();
    Runs runs;
    runs.front = bytes_of_units({glob.begin(), first});
    runs.back = bytes_of_units({last, glob.end()});
    for (auto begin = first; begin != last;) {
        const auto end = std::find_if(begin, last, is_wildcard);
        if (end != begin) runs.inner.push_back(bytes_of_units({begin, end}));
        begin = end == last ? last : end + 1;
    }
    return runs;
}

}  // namespace

struct ResourceIndex::Compared {
    Runs runs;
    Entry entry;
};

ResourceIndex::ResourceIndex(std::vector<Pattern> patterns) {
    std::vector<std::pair<std::string, Entry>> front;
    std::vector<Compared> compared;
    for (const Pattern& pattern : patterns) {
        const GlobView glob = pattern.glob;
        const auto wildcard = std::ranges::find_if(glob, is_wildcard);
        if (wildcard == glob.end()) {
            front.push_back({bytes_of_units(glob), {pattern.statement, 0, Kind::Exact}});
        } else if (wildcard + 1 == glob.end() && *wildcard == any_run) {
            front.push_back(
                {bytes_of_units({glob.begin(), wildcard}), {pattern.statement, 0, Kind::Open}});
        } else {
            if (inner_ == nullptr) inner_ = std::make_unique<Inner>();
            compared.push_back(
                {runs_of(glob), {pattern.statement, inner_->store(glob), Kind::Compare}});
        }
    }
    if (inner_ != nullptr) add_compared(std::move(compared), front);
    front_ = LiteralTrie<Entry, TrieDirection::Forward>(std::move(front));
}

// Files each pattern under the literal run that the fewest share; at equal counts the front, then
// the end, then the longest run inside.
void ResourceIndex::add_compared(std::vector<Compared> compared,
                                 std::vector<std::pair<std::string, Entry>>& front) {
    std::unordered_map<std::string_view, std::size_t> fronts, backs, inners;
    for (const Compared& each : compared) {
        ++fronts[each.runs.front];
        ++backs[each.runs.back];
        for (const std::string& run : each.runs.inner) ++inners[run];
    }
    std::vector<std::pair<std::string, Entry>> back, anywhere;
    for (const Compared& each : compared) {
        std::string_view best;
        std::size_t best_count = ~std::size_t{0};
        auto* home = &front;
        const auto consider = [&](std::string_view run, std::size_t count, auto& list) {
            if (run.empty() || count >= best_count) return;
            best = run;
            best_count = count;
            home = &list;
        };
        consider(each.runs.front, fronts[each.runs.front], front);
        consider(each.runs.back, backs[each.runs.back], back);
        for (const std::string& run : each.runs.inner) consider(run, inners[run], anywhere);
        if (best.empty()) {
            inner_->others.push_back(each.entry);
        } else {
            home->push_back({std::string(best), each.entry});
        }
    }
    inner_->back = LiteralTrie<Entry, TrieDirection::Backward>(std::move(back));
    inner_->anywhere = LiteralTrie<Entry, TrieDirection::Forward>(std::move(anywhere));
}

std::uint32_t ResourceIndex::Inner::store(GlobView glob) {
    const auto first = std::ranges::find_if(glob, is_wildcard);
    const auto last = std::ranges::find_if(glob.rbegin(), glob.rend(), is_wildcard).base();
    StoredGlob stored;
    stored.bytes = static_cast<std::uint32_t>(bytes.size());
    stored.prefix_length = static_cast<std::uint32_t>(first - glob.begin());
    stored.suffix_length = static_cast<std::uint32_t>(glob.end() - last);
    bytes += bytes_of_units({glob.begin(), first});
    bytes += bytes_of_units({last, glob.end()});
    stored.units = static_cast<std::uint32_t>(units.size());
    if (last - first > 1 || *first != any_run) units.insert(units.end(), first, last);
    stored.unit_count = static_cast<std::uint32_t>(units.size()) - stored.units;
    stored.has_slot = policy::has_slot(glob);
    globs.push_back(stored);
    return static_cast<std::uint32_t>(globs.size() - 1);
}

bool ResourceIndex::Inner::compare(std::uint32_t glob, std::string_view name,
                                   SlotTexts slots) const noexcept {
    const StoredGlob& stored = globs[glob];
    const std::size_t ends = std::size_t{stored.prefix_length} + stored.suffix_length;
    if (name.size() < ends) return false;
    const char* ends_text = bytes.data() + stored.bytes;
    if (!equal_bytes(ends_text + stored.prefix_length,
                     name.data() + name.size() - stored.suffix_length, stored.suffix_length) ||
        !equal_bytes(ends_text, name.data(), stored.prefix_length)) {
        return false;
    }
    if (stored.unit_count == 0) return true;
    const GlobView middle = GlobView(units).subspan(stored.units, stored.unit_count);
    const std::string_view between = name.substr(stored.prefix_length, name.size() - ends);
    return stored.has_slot ? matches(middle, slots, between) : matches(middle, between);
}

std::size_t ResourceIndex::Inner::memory_bytes() const {
    return sizeof(*this) + back.memory_bytes() + anywhere.memory_bytes() +
           others.capacity() * sizeof(Entry) + globs.capacity() * sizeof(StoredGlob) +
           units.capacity() * sizeof(GlobUnit) + bytes.capacity();
}

std::size_t ResourceIndex::memory_bytes() const {
    return front_.memory_bytes() + (inner_ == nullptr ? 0 : inner_->memory_bytes());
}

}  // namespace gatehouse::policy
