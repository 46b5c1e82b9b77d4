// Values of AWS IoT SQL, and how they become one another.
//
// Source: AWS IoT Developer Guide, "AWS IoT SQL data types", "Conversions".
//
// Threads: any; a value that was read from a document lives no longer than it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sql/decimal.h"
#include "sql/document.h"
#include "sql/version.h"

namespace gatehouse::sql {

struct Undefined {
    bool operator==(const Undefined&) const = default;
};
struct Null {
    bool operator==(const Null&) const = default;
};

// Int or Decimal. An Int is whole.
struct Number {
    Decimal value;
    bool is_int = false;
};

// Of a document as long as nothing has to be changed, else its own.
class Text {
public:
    explicit Text(std::string own) : own_(std::move(own)) {}
    static Text borrowed(std::string_view text) {
        Text made{std::string()};
        made.borrowed_ = text;
        return made;
    }
    // Of memory of its own.
    std::size_t own_bytes() const { return own_.size(); }
    std::string_view view() const { return borrowed_.data() != nullptr ? borrowed_ : own_; }

private:
    std::string own_;
    std::string_view borrowed_;
};

// An array or object of a document.
struct Element {
    const Document* document = nullptr;
    Document::Place place = 0;
    Version version = Version::V2016;
};

class Value {
public:
    enum class Kind : std::uint8_t {
        Undefined,
        Null,
        Boolean,
        Int,
        Decimal,
        String,
        Array,
        Object
    };
    using Items = std::vector<Value>;
    // In order; of names that are there twice, the last counts.
    using Members = std::vector<std::pair<std::string, Value>>;

    Value() = default;
    Value(Undefined) {}
    Value(Null null) : what_(null) {}
    explicit Value(bool truth) : what_(truth) {}
    Value(Number number) : what_(number) {}
    explicit Value(std::string text) : what_(Text(std::move(text))) {}
    explicit Value(Text text) : what_(std::move(text)) {}
    explicit Value(Items items) : what_(std::make_shared<const Items>(std::move(items))) {}
    explicit Value(Members members) : what_(std::make_shared<const Members>(std::move(members))) {}
    static Value integer(std::int64_t number) { return Number{Decimal(number), true}; }
    // Undefined where there is none.
    static Value of(const std::optional<Decimal>& decimal);
    // An Int; Undefined where it is not whole, or too large for one.
    static Value whole(const std::optional<Decimal>& decimal);
    static Value of(double number) { return of(Decimal::of(number)); }
    static Value of(std::optional<std::string> text);
    // What stands at a place of a document.
    static Value at(const Document& document, Document::Place place, Version version);
    // What a text of JSON says, with everything copied; Undefined where it is none.
    static Value parse(std::string_view text, Version version);

    Kind kind() const;
    bool is(Kind kind) const { return this->kind() == kind; }
    bool is_undefined() const { return std::holds_alternative<Undefined>(what_); }
    bool is_null() const { return std::holds_alternative<Null>(what_); }
    bool is_number() const { return std::holds_alternative<Number>(what_); }
    const bool* truth() const { return std::get_if<bool>(&what_); }
    const Number* number() const { return std::get_if<Number>(&what_); }
    const Text* text() const { return std::get_if<Text>(&what_); }

    // Of arrays and objects; empty for others.
    Items items() const;
    Members members() const;
    // Undefined: there is none, or it is no object, or no array.
    Value member(std::string_view name) const;
    Value item(std::int64_t index) const;

    // Calls `visit` with the items of an array, in order, until it answers false.
    template <class Visit>
    void each_item(Visit visit) const;

    // About how many bytes of JSON it comes to, escapes left out, counted no further than a little
    // over `max`.
    std::size_t json_bytes(std::size_t max) const;
    // Of memory that it has for itself alone.
    std::size_t own_bytes() const;

    // What member() costs, in steps of an evaluation: it looks at one name after the other.
    std::size_t search_steps() const;

    // The same with nothing of a document in it.
    Value detached() const;

private:
    friend void append_json(std::string& out, const Value& value);

    std::variant<Undefined, Null, bool, Number, Text, Element, std::shared_ptr<const Items>,
                 std::shared_ptr<const Members>>
        what_;
};

template <class Visit>
void Value::each_item(Visit visit) const {
    if (const auto* const own = std::get_if<std::shared_ptr<const Items>>(&what_)) {
        // What visits may let go of this value.
        const std::shared_ptr<const Items> all = *own;
        for (const Value& each : *all) {
            if (!visit(each)) return;
        }
        return;
    }
    const auto* const element = std::get_if<Element>(&what_);
    if (element == nullptr || !is(Kind::Array)) return;
    const Element array = *element;
    const auto end = array.document->end(array.place);
    for (auto i = array.document->first(array.place); i < end; i = array.document->next(i)) {
        if (!visit(at(*array.document, i, array.version))) return;
    }
}

// JSON; nothing for Undefined, which is left out of arrays and objects.
void append_json(std::string& out, const Value& value);
std::string to_json(const Value& value);

// "Int", "Array".
std::string_view name_of(Value::Kind kind);

// The implicit conversions. Nothing: Undefined comes of it.
std::optional<std::string> text_of(const Value& value);
std::optional<bool> truth_of(const Value& value);
// Numbers, and texts that are written as the reference wants numbers.
std::optional<Number> number_of(const Value& value);
// The same, as an Int: rounded.
std::optional<Decimal> int_of(const Value& value);
std::optional<Decimal> decimal_of_text(std::string_view text);

// The operator =: values of different types are different. Nothing where one is Undefined.
std::optional<bool> are_equal(const Value& a, const Value& b);

}  // namespace gatehouse::sql
