// A compressed trie of literal texts, read forwards from a text's beginning (or any place in it),
// or backwards from its end. A look-up costs about the length of the text and is independent of
// how many texts there are.
//
// Threads: immutable once built.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::policy {

enum class TrieDirection : std::uint8_t { Forward, Backward };

inline bool equal_bytes(const char* a, const char* b, std::size_t length) noexcept {
    for (; length >= 8; length -= 8, a += 8, b += 8) {
        std::uint64_t x = 0, y = 0;
        std::memcpy(&x, a, 8);
        std::memcpy(&y, b, 8);
        if (x != y) return false;
    }
    for (; length > 0; --length, ++a, ++b) {
        if (*a != *b) return false;
    }
    return true;
}

// Payload: what hangs at the end of a key; several may share one key.
template <class Payload, TrieDirection direction>
class LiteralTrie {
public:
    using Item = std::pair<std::string, Payload>;

    LiteralTrie() = default;
    explicit LiteralTrie(std::vector<Item> items) { build(std::move(items)); }

    bool empty() const { return nodes_.empty(); }
    std::size_t memory_bytes() const {
        return nodes_.capacity() * sizeof(Node) + leads_.capacity() + labels_.capacity() +
               payloads_.capacity() * sizeof(Payload);
    }

    // Calls `visit(payloads, rest)` for each key that the text begins (ends) with, shortest first;
    // `rest` is what the key leaves of the text. Stops, and returns true, when a visit does.
    // Requires: not empty().
    template <class Visit>
    bool walk(std::string_view text, Visit&& visit) const noexcept {
        const Node* node = nodes_.data();
        while (true) {
            const std::size_t length = node->label_length;
            if (length > text.size()) return false;
            const char* label = labels_.data() + node->label;
            if (!equal_bytes(label, edge(text, length), length)) return false;
            drop(text, length);
            if (node->payload_count != 0 && visit(payloads_of(*node), text)) return true;
            if (text.empty() || node->child_count == 0) return false;
            const auto lead = static_cast<std::uint8_t>(
                direction == TrieDirection::Forward ? text.front() : text.back());
            node = child(*node, lead);
            if (node == nullptr) return false;
        }
    }

    // Like walk, from every place of the text on. For forward tries.
    template <class Visit>
    bool scan(std::string_view text, Visit&& visit) const noexcept {
        const Node& root = nodes_.front();
        if (root.child_count == 1) {  // often all keys begin with '/'
            const int lead = leads_[root.first_child];
            while (!text.empty()) {
                const void* found = std::memchr(text.data(), lead, text.size());
                if (found == nullptr) return false;
                text.remove_prefix(
                    static_cast<std::size_t>(static_cast<const char*>(found) - text.data()));
                if (walk(text, visit)) return true;
                text.remove_prefix(1);
            }
            return false;
        }
        for (; !text.empty(); text.remove_prefix(1)) {
            if (child(root, static_cast<std::uint8_t>(text.front())) == nullptr) continue;
            if (walk(text, visit)) return true;
        }
        return false;
    }

private:
    struct Node {
        std::uint32_t label = 0;  // its text is labels_[label, label + label_length)
        std::uint32_t label_length = 0;
        std::uint32_t first_child = 0;
        std::uint32_t child_count = 0;
        std::uint32_t first_payload = 0;
        std::uint32_t payload_count = 0;
    };
    // A node to be made out of the sorted items [begin, end), which share `depth` bytes.
    struct Range {
        std::uint32_t node = 0;
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t depth = 0;
    };

    static const char* edge(std::string_view text, std::size_t length) {
        return direction == TrieDirection::Forward ? text.data()
                                                   : text.data() + text.size() - length;
    }
    static void drop(std::string_view& text, std::size_t length) {
        if constexpr (direction == TrieDirection::Forward) {
            text.remove_prefix(length);
        } else {
            text.remove_suffix(length);
        }
    }

    std::span<const Payload> payloads_of(const Node& node) const {
        return {payloads_.data() + node.first_payload, node.payload_count};
    }

    const Node* child(const Node& node, std::uint8_t lead) const noexcept {
        const std::uint8_t* leads = leads_.data() + node.first_child;
        if (node.child_count <= 8) {
            for (std::uint32_t i = 0; i < node.child_count; ++i) {
                if (leads[i] == lead) return nodes_.data() + node.first_child + i;
            }
            return nullptr;
        }
        const void* found = std::memchr(leads, lead, node.child_count);
        if (found == nullptr) return nullptr;
        return nodes_.data() + node.first_child + (static_cast<const std::uint8_t*>(found) - leads);
    }

    void build(std::vector<Item> items) {
        if (items.empty()) return;
        if constexpr (direction == TrieDirection::Backward) {
            for (Item& item : items) std::ranges::reverse(item.first);
        }
        std::ranges::sort(items, {}, &Item::first);
        nodes_.emplace_back();
        leads_.push_back(0);
        std::vector<Range> pending{{0, 0, items.size(), 0}};
        for (std::size_t i = 0; i < pending.size(); ++i) grow(items, pending[i], pending);
        nodes_.shrink_to_fit();
        leads_.shrink_to_fit();
        labels_.shrink_to_fit();
        payloads_.shrink_to_fit();
    }

    // Fills one node: the label all its items share, the items that end there, and a child for
    // each byte that comes next. The root keeps an empty label, so that scan() can look at it.
    void grow(const std::vector<Item>& items, Range range, std::vector<Range>& pending) {
        const std::string& first = items[range.begin].first;
        const std::string& last = items[range.end - 1].first;
        std::size_t end = range.depth;
        if (range.node != 0) {
            while (end < first.size() && end < last.size() && first[end] == last[end]) ++end;
        }
        std::string label = first.substr(range.depth, end - range.depth);
        if constexpr (direction == TrieDirection::Backward) std::ranges::reverse(label);

        Node node;
        node.label = static_cast<std::uint32_t>(labels_.size());
        node.label_length = static_cast<std::uint32_t>(label.size());
        labels_ += label;
        node.first_payload = static_cast<std::uint32_t>(payloads_.size());
        std::size_t at = range.begin;
        for (; at < range.end && items[at].first.size() == end; ++at) {
            payloads_.push_back(items[at].second);
        }
        node.payload_count = static_cast<std::uint32_t>(payloads_.size()) - node.first_payload;
        node.first_child = static_cast<std::uint32_t>(nodes_.size());
        while (at < range.end) {
            const char lead = items[at].first[end];
            const std::size_t begin = at;
            while (at < range.end && items[at].first[end] == lead) ++at;
            pending.push_back({static_cast<std::uint32_t>(nodes_.size()), begin, at, end});
            nodes_.emplace_back();
            leads_.push_back(static_cast<std::uint8_t>(lead));
        }
        node.child_count = static_cast<std::uint32_t>(nodes_.size()) - node.first_child;
        nodes_[range.node] = node;
    }

    std::vector<Node> nodes_;          // children of one node are neighbours
    std::vector<std::uint8_t> leads_;  // the first byte of each node's label in reading direction
    std::string labels_;
    std::vector<Payload> payloads_;
};

}  // namespace gatehouse::policy
