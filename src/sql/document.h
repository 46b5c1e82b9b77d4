// The JSON of a message, taken apart once, whichever rules ask for it.
//
// Strings and numbers stay as they are written until somebody wants them, so that a number keeps
// its digits and what is passed on is copied.
//
// Threads: one at a time to parse; then any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gatehouse::sql {

class Document {
public:
    static constexpr std::size_t depth_max = 512;

    enum class Kind : std::uint8_t { Null, True, False, Number, String, Array, Object };
    // Places in the document; the whole is 0.
    using Place = std::uint32_t;

    // Strict RFC 8259. InvalidInput with line and column; TooLarge: too deep, or over 4 GiB. The
    // text must outlive the document. What an earlier parse() found is gone.
    Result<void> parse(std::string_view text);

    Kind kind(Place at) const { return nodes_[at].kind; }
    // As it is written; of a string without its quotes.
    std::string_view token(Place at) const {
        return text_.substr(nodes_[at].begin, nodes_[at].length);
    }
    // Of a string.
    bool has_escapes(Place at) const { return nodes_[at].has_escapes; }

    // Of an array or an object; of the latter, each value stands behind its name, a string.
    Place first(Place at) const { return at + 1; }
    Place next(Place at) const { return nodes_[at].end; }
    Place end(Place at) const { return nodes_[at].end; }
    // Of names that are there twice, the last.
    std::optional<Place> member(Place object, std::string_view name) const;

private:
    friend class DocumentReader;

    struct Node {
        std::uint32_t begin = 0;
        std::uint32_t length = 0;
        Place end = 0;  // behind it and all that it holds
        Kind kind = Kind::Null;
        bool has_escapes = false;
    };
    bool is_named(Place name, std::string_view wanted) const;

    std::string_view text_;
    std::vector<Node> nodes_;
};

// What a string means that is written thus between its quotes; it is well-formed.
std::string unescape(std::string_view token);

}  // namespace gatehouse::sql
