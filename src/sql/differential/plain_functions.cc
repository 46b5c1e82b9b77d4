#include "sql/differential/plain_functions.h"

#include <algorithm>
#include <map>

#include "base/encoding.h"

namespace gatehouse::sql::plain {

Value rest_of_values(const Value& a, const Value& b) {
    const Value one = number_of(a);
    const Value other = number_of(b);
    if (!is_number(one) || !is_number(other)) return {};
    const bool are_ints = one.kind == Kind::Int && other.kind == Kind::Int;
    return of_number(are_ints ? Kind::Int : Kind::Decimal, rest_of(one.number, other.number));
}

namespace {

using Values = std::vector<Value>;
using Bits = std::int64_t;

Value absolute(const Message&, const Values& values) {
    const Value number = number_of(values[0]);
    if (!is_number(number) || number.number.digits >= 0) return number;
    return of_number(number.kind, negative_of(number.number));
}

template <To to>
Value to_whole(const Message&, const Values& values) {
    const Value number = number_of(values[0]);
    return is_number(number) ? of_number(Kind::Int, rounded(number.number, to)) : Value();
}

Value sign(const Message&, const Values& values) {
    const Value number = number_of(values[0]);
    return is_number(number) ? integer(number.number.digits.sign()) : Value();
}

Value rest(const Message&, const Values& values) {
    return rest_of_values(values[0], values[1]);
}

// However large it is.
int between(const Number& number, int least, int most) {
    if (compare(number, {.digits = least}) < 0) return least;
    if (compare(number, {.digits = most}) > 0) return most;
    return static_cast<int>(to_64_bits(rounded(number, To::Floor)).value());
}

Value truncated(const Message&, const Values& values) {
    const Value number = number_of(values[0]);
    if (!is_number(number) || !is_number(values[1])) return {};
    const Number cut = rounded(number.number, To::Zero, between(values[1].number, 0, 34));
    return of_number(is_whole(cut) ? Kind::Int : Kind::Decimal, cut);
}

Value other_than_nothing(const Message&, const Values& values) {
    return values[0].kind == Kind::Undefined || values[0].kind == Kind::Null ? values[1]
                                                                             : values[0];
}

template <class Combine>
Value by_bits(const Values& values, Combine combine) {
    std::vector<Bits> bits;
    for (const Value& value : values) {
        const auto floor = floor_of(value);
        const auto read = floor ? to_64_bits(*floor) : std::nullopt;
        if (!read) return {};
        bits.push_back(*read);
    }
    return integer(combine(bits[0], bits[1]));
}
Value bit_and(const Message&, const Values& values) {
    return by_bits(values, [](Bits a, Bits b) { return a & b; });
}
Value bit_or(const Message&, const Values& values) {
    return by_bits(values, [](Bits a, Bits b) { return a | b; });
}
Value bit_xor(const Message&, const Values& values) {
    return by_bits(values, [](Bits a, Bits b) { return a ^ b; });
}

std::vector<std::string> characters_of(const std::string& text) {
    std::vector<std::string> characters;
    for (const char c : text) {
        const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
        if (!continues || characters.empty()) characters.emplace_back();
        characters.back() += c;
    }
    return characters;
}

Value got(const Message&, const Values& values) {
    const Value& of = values[0];
    if (of.kind == Kind::Object) {
        return values[1].kind == Kind::String ? member(of, values[1].text) : Value();
    }
    const auto number = int_of(values[1]);
    if (!number || number->digits < 0) return {};
    const auto index = static_cast<std::size_t>(between(*number, 0, 1'000'000));
    if (of.kind == Kind::Array) return index < of.items.size() ? of.items[index] : Value();
    if (of.kind != Kind::String) return {};
    const auto characters = characters_of(of.text);
    return index < characters.size() ? of_text(characters[index]) : Value();
}

Value is_null(const Message&, const Values& values) {
    return of_truth(values[0].kind == Kind::Null);
}
Value is_undefined(const Message&, const Values& values) {
    return of_truth(values[0].kind == Kind::Undefined);
}

Value enriched(const Message&, const Values& values) {
    const bool fits = values[0].kind == Kind::String && values[0].text == "enrichArray" &&
                      values[1].kind == Kind::Object && values[2].kind == Kind::Array;
    if (!fits) return {};
    Values made;
    for (const Value& item : values[2].items) {
        if (item.kind != Kind::Object) return {};
        Members members = each_once(item);
        for (const auto& [name, value] : each_once(values[1])) put(members, name, value);
        made.push_back(of_members(std::move(members)));
    }
    return of_items(std::move(made));
}

// The texts of all arguments; empty where one has none.
std::vector<std::string> texts_of(const Values& values) {
    std::vector<std::string> texts;
    for (const Value& value : values) {
        const auto text = text_of(value);
        if (!text) return {};
        texts.push_back(*text);
    }
    return texts;
}

Value spliced(const Values& values) {
    Values made;
    for (const Value& value : values) {
        if (value.kind == Kind::Array) {
            made.insert(made.end(), value.items.begin(), value.items.end());
        } else if (value.kind != Kind::Undefined) {
            made.push_back(value);
        }
    }
    return of_items(std::move(made));
}

Value concatenated(const Message&, const Values& values) {
    if (values.size() == 1) return values[0];
    const auto has = [&](Kind kind) { return std::ranges::count(values, kind, &Value::kind) > 0; };
    if (has(Kind::Array)) return spliced(values);
    if (!has(Kind::String)) return {};
    const auto texts = texts_of(values);
    if (texts.empty()) return {};
    std::string all;
    for (const std::string& text : texts) all += text;
    return of_text(std::move(all));
}

// Of functions whose arguments are texts, all of them.
template <class Make>
Value of_texts(const Values& values, Make make) {
    const auto texts = texts_of(values);
    return texts.empty() ? Value() : make(texts);
}

Value ends_with(const Message&, const Values& values) {
    return of_texts(values, [](auto& texts) { return of_truth(texts[0].ends_with(texts[1])); });
}
Value starts_with(const Message&, const Values& values) {
    return of_texts(values, [](auto& texts) { return of_truth(texts[0].starts_with(texts[1])); });
}
Value index_of(const Message&, const Values& values) {
    return of_texts(values, [](auto& texts) {
        const std::size_t at = texts[0].find(texts[1]);
        if (at == std::string::npos) return integer(-1);
        return integer(static_cast<Bits>(characters_of(texts[0].substr(0, at)).size()));
    });
}
Value length(const Message&, const Values& values) {
    return of_texts(values, [](auto& texts) {
        return integer(static_cast<Bits>(characters_of(texts[0]).size()));
    });
}
Value byte_count(const Message&, const Values& values) {
    return of_texts(values,
                    [](auto& texts) { return integer(static_cast<Bits>(texts[0].size())); });
}
Value in_base64(const Message&, const Values& values) {
    return of_texts(values, [](auto& texts) { return of_text(to_base64(bytes_of(texts[0]))); });
}

Value replaced(const Message&, const Values& values) {
    return of_texts(values, [](auto& texts) {
        if (texts[1].empty()) return of_text(texts[0]);
        std::string made;
        for (std::string rest = texts[0]; !rest.empty();) {
            const bool is_here = rest.starts_with(texts[1]);
            made += is_here ? texts[2] : rest.substr(0, 1);
            rest.erase(0, is_here ? texts[1].size() : 1);
        }
        return of_text(std::move(made));
    });
}

enum class Side : std::uint8_t { Left, Right, Both };

template <Side side>
Value trimmed(const Message&, const Values& values) {
    return of_texts(values, [](auto& texts) {
        std::string text = texts[0];
        const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
        while (side != Side::Right && !text.empty() && is_blank(text.front())) text.erase(0, 1);
        while (side != Side::Left && !text.empty() && is_blank(text.back())) text.pop_back();
        return of_text(std::move(text));
    });
}

template <Side side>
Value padded(const Message&, const Values& values) {
    const auto text = text_of(values[0]);
    const auto count = floor_of(values[1]);
    if (!text || !count) return {};
    const std::string blanks(static_cast<std::size_t>(between(*count, 0, 1000)), ' ');
    return of_text(side == Side::Left ? blanks + *text : *text + blanks);
}

Value substring(const Message&, const Values& values) {
    const auto text = text_of(values[0]);
    const auto from = floor_of(values[1]);
    if (!text || !from) return {};
    const auto characters = characters_of(*text);
    const int size = static_cast<int>(characters.size());
    int end = size;
    if (values.size() == 3) {
        const auto to = floor_of(values[2]);
        if (!to) return {};
        end = between(*to, 0, size);
    }
    std::string made;
    for (int at = between(*from, 0, size); at < end; ++at) {
        made += characters[static_cast<std::size_t>(at)];
    }
    return of_text(std::move(made));
}

Value topic(const Message& message, const Values& values) {
    std::string rest(message.topic);
    if (values.empty()) return of_text(rest);
    const auto number = int_of(values[0]);
    if (!number) return {};
    std::vector<std::string> levels{""};
    for (const char c : rest) {
        if (c == '/') {
            levels.emplace_back();
        } else {
            levels.back() += c;
        }
    }
    const int at = between(*number, 0, static_cast<int>(levels.size()) + 1);
    if (at == 0 || at > static_cast<int>(levels.size())) return {};
    return of_text(levels[static_cast<std::size_t>(at) - 1]);
}

Value account(const Message& message, const Values&) {
    return of_text(std::string(message.account));
}
Value client(const Message& message, const Values&) {
    return of_text(message.client_id.empty() ? "n/a" : std::string(message.client_id));
}

}  // namespace

Function find_function(std::string_view name) {
    static const std::map<std::string_view, Function> known{
        {"abs", absolute},
        {"accountid", account},
        {"bitand", bit_and},
        {"bitor", bit_or},
        {"bitxor", bit_xor},
        {"ceil", to_whole<To::Ceiling>},
        {"clientid", client},
        {"concat", concatenated},
        {"encode", in_base64},
        {"endswith", ends_with},
        {"floor", to_whole<To::Floor>},
        {"get", got},
        {"indexof", index_of},
        {"isnull", is_null},
        {"isundefined", is_undefined},
        {"length", length},
        {"lpad", padded<Side::Left>},
        {"ltrim", trimmed<Side::Left>},
        {"mod", rest},
        {"nanvl", other_than_nothing},
        {"numbytes", byte_count},
        {"remainder", rest},
        {"replace", replaced},
        {"round", to_whole<To::Nearest>},
        {"rpad", padded<Side::Right>},
        {"rtrim", trimmed<Side::Right>},
        {"sign", sign},
        {"startswith", starts_with},
        {"substring", substring},
        {"topic", topic},
        {"transform", enriched},
        {"trim", trimmed<Side::Both>},
        {"trunc", truncated},
    };
    const auto found = known.find(name);
    return found == known.end() ? nullptr : found->second;
}

}  // namespace gatehouse::sql::plain
