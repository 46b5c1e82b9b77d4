#include "sql/differential/plain_value.h"

#include <algorithm>
#include <regex>

#include "base/json.h"

namespace gatehouse::sql::plain {

Value null() {
    return {.kind = Kind::Null};
}
Value of_truth(bool truth) {
    return {.kind = Kind::Boolean, .truth = truth};
}
Value of_number(Kind kind, const std::optional<Number>& number) {
    return number ? Value{.kind = kind, .number = *number} : Value();
}
Value of_text(std::string text) {
    return {.kind = Kind::String, .text = std::move(text)};
}
Value of_items(std::vector<Value> items) {
    return {.kind = Kind::Array, .items = std::move(items)};
}
Value of_members(Members members) {
    Value made{.kind = Kind::Object};
    for (auto& [name, value] : members) {
        made.names.push_back(std::move(name));
        made.items.push_back(std::move(value));
    }
    return made;
}
Value integer(std::int64_t number) {
    return of_number(Kind::Int, read_number(std::to_string(number)));
}

Members members_of(const Value& value) {
    Members made;
    for (std::size_t i = 0; i < value.names.size(); ++i) {
        made.emplace_back(value.names[i], value.items[i]);
    }
    return made;
}

Value member(const Value& object, std::string_view name) {
    Value found;
    for (const auto& [each, value] : members_of(object)) {
        if (each == name) found = value;
    }
    return found;
}

void put(Members& members, const std::string& name, Value value) {
    for (auto& [each, old] : members) {
        if (each == name) {
            old = std::move(value);
            return;
        }
    }
    members.emplace_back(name, std::move(value));
}

Members each_once(const Value& object) {
    Members made;
    for (const auto& [name, value] : members_of(object)) put(made, name, value);
    return made;
}

std::optional<std::string> text_of(const Value& value) {
    switch (value.kind) {
        case Kind::Undefined:
        case Kind::Null: return std::nullopt;
        case Kind::String: return value.text;
        default: return write_json(value);
    }
}

std::optional<bool> truth_of(const Value& value) {
    if (value.kind == Kind::Boolean) return value.truth;
    if (value.kind != Kind::String) return std::nullopt;
    std::string lower = value.text;
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    if (lower == "true") return true;
    if (lower == "false") return false;
    return std::nullopt;
}

Value number_of(const Value& value) {
    if (is_number(value)) return value;
    static const std::regex form("-?[0-9]+(\\.[0-9]+)?([eE]-?[0-9]+)?");
    if (value.kind != Kind::String || !std::regex_match(value.text, form)) return {};
    return of_number(Kind::Decimal, read_number(value.text));
}

std::optional<Number> int_of(const Value& value) {
    const Value number = number_of(value);
    if (!is_number(number)) return std::nullopt;
    return rounded(number.number, value.kind == Kind::String ? To::Zero : To::Nearest);
}

std::optional<Number> floor_of(const Value& value) {
    const Value number = number_of(value);
    if (!is_number(number)) return std::nullopt;
    return rounded(number.number, To::Floor);
}

namespace {

bool are_equal_objects(const Value& a, const Value& b) {
    const auto mine = each_once(a);
    return mine.size() == each_once(b).size() && std::ranges::all_of(mine, [&](const auto& each) {
               return are_equal(each.second, member(b, each.first)) == true;
           });
}

}  // namespace

std::optional<bool> are_equal(const Value& a, const Value& b) {
    if (a.kind == Kind::Undefined || b.kind == Kind::Undefined) return std::nullopt;
    if (is_number(a) && is_number(b)) return compare(a.number, b.number) == 0;
    if (a.kind != b.kind) return false;
    switch (a.kind) {
        case Kind::Boolean: return a.truth == b.truth;
        case Kind::String: return a.text == b.text;
        case Kind::Object: return are_equal_objects(a, b);
        case Kind::Array:
            return std::ranges::equal(a.items, b.items, [](const Value& one, const Value& other) {
                return are_equal(one, other) == true;
            });
        default: return true;
    }
}

namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) all += all.empty() ? part : "," + part;
    return all;
}

}  // namespace

std::string write_json(const Value& value) {
    std::vector<std::string> parts;
    switch (value.kind) {
        case Kind::Undefined: return "";
        case Kind::Null: return "null";
        case Kind::Boolean: return value.truth ? "true" : "false";
        case Kind::Int: return written(value.number);
        case Kind::Decimal: {
            const std::string text = written(value.number);
            return text.find_first_of(".E") == text.npos ? text + ".0" : text;
        }
        case Kind::String: return quote_json(value.text);
        case Kind::Array:
            for (const Value& item : value.items) {
                if (item.kind != Kind::Undefined) parts.push_back(write_json(item));
            }
            return "[" + joined(parts) + "]";
        case Kind::Object:
            for (const auto& [name, each] : members_of(value)) {
                if (each.kind == Kind::Undefined) continue;
                parts.push_back(quote_json(name) + ":" + write_json(each));
            }
            return "{" + joined(parts) + "}";
    }
    return "";
}

std::string described(const Value& value) {
    std::vector<std::string> parts;
    switch (value.kind) {
        case Kind::Undefined: return "undefined";
        case Kind::Array:
            for (const Value& item : value.items) parts.push_back(described(item));
            return "[" + joined(parts) + "]";
        case Kind::Object:
            for (const auto& [name, each] : each_once(value)) {
                parts.push_back(quote_json(name) + ":" + described(each));
            }
            return "{" + joined(parts) + "}";
        default: return write_json(value);
    }
}

sql::Value to_sql(const Value& value) {
    switch (value.kind) {
        case Kind::Undefined: return {};
        case Kind::Null: return Null();
        case Kind::Boolean: return sql::Value(value.truth);
        case Kind::Int: return sql::Value::whole(Decimal::parse(written(value.number)));
        case Kind::Decimal: return sql::Value::of(Decimal::parse(written(value.number)));
        case Kind::String: return sql::Value(value.text);
        case Kind::Array: {
            sql::Value::Items items;
            for (const Value& item : value.items) items.push_back(to_sql(item));
            return sql::Value(std::move(items));
        }
        case Kind::Object: {
            sql::Value::Members members;
            for (const auto& [name, each] : members_of(value))
                members.emplace_back(name, to_sql(each));
            return sql::Value(std::move(members));
        }
    }
    return {};
}

Value from_sql(const sql::Value& value) {
    switch (value.kind()) {
        case Kind::Undefined: return {};
        case Kind::Null: return null();
        case Kind::Boolean: return of_truth(*value.truth());
        case Kind::Int:
        case Kind::Decimal:
            return of_number(value.kind(), read_number(value.number()->value.text()));
        case Kind::String: return of_text(std::string(value.text()->view()));
        case Kind::Array: {
            std::vector<Value> items;
            for (const sql::Value& item : value.items()) items.push_back(from_sql(item));
            return of_items(std::move(items));
        }
        case Kind::Object: {
            Members members;
            for (const auto& [name, each] : value.members()) {
                members.emplace_back(name, from_sql(each));
            }
            return of_members(std::move(members));
        }
    }
    return {};
}

}  // namespace gatehouse::sql::plain
