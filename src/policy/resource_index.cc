#include "policy/resource_index.h"

#include <unordered_map>

namespace gatehouse::policy {
namespace {

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

// `*` first and a ':' before the next wildcard: see ResourceIndex::overrunning_.
bool is_overrun(GlobView glob, const Runs& runs) {
    return glob.front() == any_run &&
           (runs.inner.empty() ? runs.back : runs.inner.front()).contains(':');
}

std::string common_prefix(std::string a, std::string_view b) {
    const auto [end, other] = std::ranges::mismatch(a, b);
    a.erase(end, a.end());
    return a;
}

}  // namespace

struct ResourceIndex::Compared {
    Runs runs;
    Entry entry;
};

ResourceIndex::ResourceIndex(std::vector<Pattern> patterns) : has_patterns_(!patterns.empty()) {
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
            Runs runs = runs_of(glob);
            const Entry entry{pattern.statement, store(glob), Kind::Compare};
            if (is_overrun(glob, runs)) {
                const std::string& need = runs.inner.empty() ? runs.back : runs.inner.front();
                overrun_needs_ =
                    overrunning_.empty() ? need : common_prefix(std::move(overrun_needs_), need);
                overrunning_.push_back(entry);
            } else {
                compared.push_back({std::move(runs), entry});
            }
        }
    }
    add_compared(std::move(compared), front);
    front_ = LiteralTrie<Entry, TrieDirection::Forward>(std::move(front));
    globs_.shrink_to_fit();
    units_.shrink_to_fit();
    bytes_.shrink_to_fit();
    overrunning_.shrink_to_fit();
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
            others_.push_back(each.entry);
        } else {
            home->push_back({std::string(best), each.entry});
        }
    }
    back_ = LiteralTrie<Entry, TrieDirection::Backward>(std::move(back));
    anywhere_ = LiteralTrie<Entry, TrieDirection::Forward>(std::move(anywhere));
}

std::uint32_t ResourceIndex::store(GlobView glob) {
    const auto first = std::ranges::find_if(glob, is_wildcard);
    const auto last = std::ranges::find_if(glob.rbegin(), glob.rend(), is_wildcard).base();
    StoredGlob stored;
    stored.bytes = static_cast<std::uint32_t>(bytes_.size());
    stored.prefix_length = static_cast<std::uint32_t>(first - glob.begin());
    stored.suffix_length = static_cast<std::uint32_t>(glob.end() - last);
    bytes_ += bytes_of_units({glob.begin(), first});
    bytes_ += bytes_of_units({last, glob.end()});
    stored.units = static_cast<std::uint32_t>(units_.size());
    if (last - first > 1 || *first != any_run) units_.insert(units_.end(), first, last);
    stored.unit_count = static_cast<std::uint32_t>(units_.size()) - stored.units;
    globs_.push_back(stored);
    return static_cast<std::uint32_t>(globs_.size() - 1);
}

bool ResourceIndex::compare(std::uint32_t glob, std::string_view name) const noexcept {
    const StoredGlob& stored = globs_[glob];
    const std::size_t ends = std::size_t{stored.prefix_length} + stored.suffix_length;
    if (name.size() < ends) return false;
    const char* bytes = bytes_.data() + stored.bytes;
    if (!equal_bytes(bytes + stored.prefix_length, name.data() + name.size() - stored.suffix_length,
                     stored.suffix_length) ||
        !equal_bytes(bytes, name.data(), stored.prefix_length)) {
        return false;
    }
    if (stored.unit_count == 0) return true;
    return matches(GlobView(units_).subspan(stored.units, stored.unit_count),
                   name.substr(stored.prefix_length, name.size() - ends));
}

std::size_t ResourceIndex::memory_bytes() const {
    return sizeof(*this) + front_.memory_bytes() + back_.memory_bytes() + anywhere_.memory_bytes() +
           (others_.capacity() + overrunning_.capacity()) * sizeof(Entry) +
           globs_.capacity() * sizeof(StoredGlob) + units_.capacity() * sizeof(GlobUnit) +
           bytes_.capacity();
}

}  // namespace gatehouse::policy
