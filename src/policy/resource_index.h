// Which statements name a resource: all patterns of one action, arranged so that asking costs
// about the length of the name and not the number of patterns.
//
//   exact and `prefix*`     a trie from the front decides by itself
//   inner wildcards, slots  found by the rarest of their literal runs (at the front, at the end or
//                           anywhere), then compared as a whole
//   others (`*?`, …)        compared one by one; they are few
//
// Threads: immutable once built. Asking allocates nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/literal_trie.h"
#include "policy/pattern.h"

namespace gatehouse::policy {

// A statement as an index knows it: its number and what the asker wants to see with it.
struct IndexedStatement {
    std::uint32_t number = 0;
    bool denies = false;
    bool conditional = false;  // its conditions remain to be judged

    bool operator==(const IndexedStatement&) const = default;
};

class ResourceIndex {
public:
    struct Pattern {
        Glob glob;  // of the name alone, what precedes it in the ARN taken off
        IndexedStatement statement;
    };

    ResourceIndex() = default;
    explicit ResourceIndex(std::vector<Pattern> patterns);

    // Calls `visit(statement)` for statements that name the resource, some perhaps more than once,
    // until one returns true; returns whether one did. `wanted(statement)` is asked first where
    // finding out costs something. `slots`: the texts of the globs' slots.
    template <class Wanted, class Visit>
    bool visit(std::string_view name, SlotTexts slots, Wanted&& wanted,
               Visit&& visit) const noexcept;

    // Whether any pattern names the resource.
    bool contains(std::string_view name, SlotTexts slots) const noexcept {
        return visit(
            name, slots, [](IndexedStatement) { return true; },
            [](IndexedStatement) { return true; });
    }

    std::size_t memory_bytes() const;

private:
    // Exact: the key is the whole name. Open: the key and anything behind it. Compare: see globs_.
    enum class Kind : std::uint8_t { Exact, Open, Compare };
    struct Entry {
        IndexedStatement statement;
        std::uint32_t glob = 0;
        Kind kind = Kind::Exact;
    };
    // A glob cut into the literal bytes at its ends and what is between them.
    struct StoredGlob {
        std::uint32_t bytes = 0;  // prefix, then suffix, in bytes_
        std::uint32_t prefix_length = 0;
        std::uint32_t suffix_length = 0;
        std::uint32_t units = 0;  // the middle, in units_; empty if it is one `*`
        std::uint32_t unit_count = 0;
        bool has_slot = false;
    };
    struct Compared;  // a pattern with inner wildcards, while building

    void add_compared(std::vector<Compared> compared,
                      std::vector<std::pair<std::string, Entry>>& front);
    // What only patterns with inner wildcards need; most policies have none.
    struct Inner {
        LiteralTrie<Entry, TrieDirection::Backward> back;
        LiteralTrie<Entry, TrieDirection::Forward> anywhere;
        std::vector<Entry> others;
        std::vector<StoredGlob> globs;
        std::vector<GlobUnit> units;
        std::string bytes;

        std::uint32_t store(GlobView glob);
        bool compare(std::uint32_t glob, std::string_view name, SlotTexts slots) const noexcept;
        std::size_t memory_bytes() const;
    };

    LiteralTrie<Entry, TrieDirection::Forward> front_;
    std::unique_ptr<Inner> inner_;
};

template <class Wanted, class Visit>
bool ResourceIndex::visit(std::string_view name, SlotTexts slots, Wanted&& wanted,
                          Visit&& visit) const noexcept {
    const auto entry_matches = [&](const Entry& entry, std::string_view rest) {
        switch (entry.kind) {
            case Kind::Exact: return rest.empty();
            case Kind::Open: return true;
            case Kind::Compare:
                return wanted(entry.statement) && inner_->compare(entry.glob, name, slots);
        }
        return false;
    };
    const auto visit_all = [&](std::span<const Entry> entries, std::string_view rest) {
        for (const Entry& entry : entries) {
            if (entry_matches(entry, rest) && visit(entry.statement)) return true;
        }
        return false;
    };
    if (!front_.empty() && front_.walk(name, visit_all)) return true;
    if (inner_ == nullptr) return false;
    const Inner& inner = *inner_;
    if (!inner.back.empty() && inner.back.walk(name, visit_all)) return true;
    if (!inner.anywhere.empty() && inner.anywhere.scan(name, visit_all)) return true;
    return visit_all(inner.others, name);
}

}  // namespace gatehouse::policy
