// A string (or number) that means one kind of thing, so that two kinds cannot be mixed up.
//
//   using ClientId = Named<std::string, struct ClientIdTag>;
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse {

template <class Value, class Tag>
class Named {
public:
    Named() = default;
    explicit Named(Value value) : value_(std::move(value)) {}
    explicit Named(std::string_view text)
        requires std::same_as<Value, std::string>
        : value_(text) {}
    explicit Named(const char* text)
        requires std::same_as<Value, std::string>
        : value_(text) {}

    const Value& value() const { return value_; }
    std::string_view view() const
        requires std::same_as<Value, std::string>
    {
        return value_;
    }
    bool empty() const
        requires std::same_as<Value, std::string>
    {
        return value_.empty();
    }

    auto operator<=>(const Named&) const = default;
    bool operator==(const Named&) const = default;

private:
    Value value_{};
};

}  // namespace gatehouse

template <class Value, class Tag>
struct std::hash<gatehouse::Named<Value, Tag>> {
    std::size_t operator()(const gatehouse::Named<Value, Tag>& named) const noexcept {
        return std::hash<Value>{}(named.value());
    }
};
