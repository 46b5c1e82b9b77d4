// What a checked statement does for each message, as a tree. For sources of this module only.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sql/function.h"
#include "sql/program.h"
#include "sql/syntax.h"

namespace gatehouse::sql {

// One evaluation.
struct Run {
    const Surroundings& surroundings;
    // Where names are looked for: the payload, or the element of a nested query.
    Value root;
    std::span<const Value> variables;
    // Of the calls to services, in the order the evaluation comes to them; those beyond are not
    // made yet.
    std::span<const Value> answers;
    // The first of these that the evaluation came to.
    std::optional<ServiceCall> wanted;
    // Which calls it came to, one after the other.
    std::vector<std::size_t> services;
};

class Operation {
public:
    virtual ~Operation() = default;
    // Undefined where the evaluation has done too much already.
    Value run(Run& run) const {
        Effort& effort = run.surroundings.effort;
        if (!effort.step()) return {};
        Value value = evaluate(run);
        if (!effort.make(value.own_bytes())) return {};
        return value;
    }

private:
    virtual Value evaluate(Run& run) const = 0;
};
using OperationPtr = std::unique_ptr<const Operation>;

// SELECT, of a statement or of a nested query.
struct Selection {
    struct Item {
        OperationPtr operation;         // null: *
        std::vector<std::string> path;  // where its value is put
        std::string shown;              // as it is written
    };
    bool is_value = false;
    std::vector<Item> items;

    // Whether it is * alone.
    bool is_whole() const { return items.size() == 1 && items.front().operation == nullptr; }
    // `whole` is what * stands for.
    Value run(Run& run, const Value& whole) const;
};

// "Int", "Nvarchar" and the like, in any case; and what a value becomes by it.
enum class CastType : std::uint8_t { String, Int, Decimal, Boolean };
struct CastName {
    std::string_view name;
    CastType type;
    Version since;
};
const CastName* find_cast(std::string_view name);
Value cast(const Value& value, CastType type, Version version);

OperationPtr constant(Value value);
// The member of the payload, of its member, …
OperationPtr member_path(std::vector<std::string> names);
OperationPtr member_of(OperationPtr of, std::string name);
OperationPtr variable(std::size_t number);
OperationPtr whole_payload();
// The bytes of the payload as a text, whatever they are.
OperationPtr payload_bytes();
OperationPtr call(const Function& function, std::vector<OperationPtr> arguments);
OperationPtr call_service(std::size_t number, std::string function,
                          std::vector<OperationPtr> arguments);
OperationPtr cast_to(OperationPtr what, CastType type);
OperationPtr unary(syntax::Unary::Operator op, OperationPtr what);
OperationPtr binary(syntax::BinaryOperator op, OperationPtr left, OperationPtr right);
OperationPtr case_of(OperationPtr what, std::vector<std::pair<OperationPtr, OperationPtr>> arms,
                     OperationPtr otherwise);
OperationPtr make_object(std::vector<std::pair<std::string, OperationPtr>> members);
OperationPtr make_array(std::vector<OperationPtr> items);
OperationPtr nested_query(OperationPtr source, OperationPtr where, Selection selection);

}  // namespace gatehouse::sql
