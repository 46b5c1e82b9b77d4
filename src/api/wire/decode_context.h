// What is found wrong while a request is decoded, and where.
//
// All values outside the model's bounds are collected and reported together, in the services'
// own words: "1 validation error detected: Value 'x' at 'tags.1.member.key' failed to satisfy
// constraint: Member must ...". What cannot be read at all (a text where a number belongs) ends
// in one message of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/wire/failure.h"
#include "api/wire/rule.h"
#include "base/pinned.h"

namespace boost::json {
class value;
}

namespace gatehouse::api::wire {

using JsonValue = boost::json::value;

// "abc", "[a, b]", "{k=v}": a value as the services show it in messages; long ones are cut.
std::string value_text(const JsonValue& value);

class DecodeContext : Pinned {
public:
    // Names the member that is read while it lives.
    class [[nodiscard]] At : Pinned {
    public:
        At(DecodeContext& context, std::size_t length) : context_(context), length_(length) {}
        ~At() { context_.path_.resize(length_); }

    private:
        DecodeContext& context_;
        std::size_t length_;
    };
    // Steps into a member; its first letter is shown in lower case, as the services do.
    At member(std::string_view name);
    // Steps into the i-th element (from 0) of a list: ".1.member".
    At element(std::size_t i);
    // Steps into the value of a map's key: ".KEY.member".
    At entry(std::string_view key);

    // Plain elements are not reported one by one: their container is, once. While such elements
    // are read, violations only count.
    class [[nodiscard]] Elements : Pinned {
    public:
        explicit Elements(DecodeContext& context)
            : context_(context), outer_(context.counting_), before_(context.counted_) {
            context_.counting_ = true;
        }
        ~Elements() { context_.counting_ = outer_; }
        bool any_violated() const { return context_.counted_ != before_; }

    private:
        DecodeContext& context_;
        bool outer_;
        std::size_t before_;
    };

    void violated(std::string_view demand, std::string_view value, const Rule& rule);
    void violated(const std::vector<std::string>& demands, std::string_view value,
                  const Rule& rule) {
        for (const auto& demand : demands) violated(demand, value, rule);
    }
    void missing();
    // The value at hand is not `expected` ("an integer").
    void malformed(std::string_view expected, const JsonValue& got);
    void malformed(std::string message);

    // Forms have texts alone: numbers and the like are read from them.
    void read_texts() { reads_texts_ = true; }
    bool reads_texts() const { return reads_texts_; }

    std::optional<Failure> failure() const;

private:
    std::string path_;
    std::vector<std::string> violations_;
    std::string malformed_;
    bool counting_ = false;
    std::size_t counted_ = 0;
    bool reads_texts_ = false;
};

}  // namespace gatehouse::api::wire
