#include "sql/operation.h"

#include <algorithm>
#include <array>

#include "sql/lexer.h"
#include "sql/operators.h"

namespace gatehouse::sql {
namespace {

struct Constant final : Operation {
    explicit Constant(Value value) : value_(std::move(value)) {}
    Value evaluate(Run&) const override { return value_; }

private:
    const Value value_;
};

struct MemberPath final : Operation {
    explicit MemberPath(std::vector<std::string> names) : names_(std::move(names)) {}
    Value evaluate(Run& run) const override {
        Effort& effort = run.surroundings.effort;
        if (!effort.step(run.root.search_steps())) return {};
        Value value = run.root.member(names_.front());
        for (std::size_t i = 1; i < names_.size(); ++i) {
            if (!effort.step(value.search_steps())) return {};
            value = value.member(names_[i]);
        }
        return value;
    }

private:
    const std::vector<std::string> names_;
};

struct MemberOf final : Operation {
    MemberOf(OperationPtr of, std::string name) : of_(std::move(of)), name_(std::move(name)) {}
    Value evaluate(Run& run) const override {
        const Value of = of_->run(run);
        return run.surroundings.effort.step(of.search_steps()) ? of.member(name_) : Value();
    }

private:
    const OperationPtr of_;
    const std::string name_;
};

struct VariableOperation final : Operation {
    explicit VariableOperation(std::size_t number) : number_(number) {}
    Value evaluate(Run& run) const override { return run.variables[number_]; }

private:
    const std::size_t number_;
};

struct WholePayload final : Operation {
    Value evaluate(Run& run) const override { return run.root; }
};

struct PayloadBytes final : Operation {
    Value evaluate(Run& run) const override {
        return Value(Text::borrowed(run.surroundings.message.payload));
    }
};

std::vector<Value> values_of(std::span<const OperationPtr> operations, Run& run) {
    std::vector<Value> values;
    values.reserve(operations.size());
    for (const OperationPtr& each : operations) values.push_back(each->run(run));
    return values;
}

// The dearest are those of numbers of 34 digits.
constexpr std::uint64_t function_steps = 8;

struct FunctionCall final : Operation {
    FunctionCall(const Function& function, std::vector<OperationPtr> arguments)
        : function_(function), arguments_(std::move(arguments)) {}
    Value evaluate(Run& run) const override {
        const std::vector<Value> arguments = values_of(arguments_, run);
        Effort& effort = run.surroundings.effort;
        if (!effort.step(function_steps) || !effort.look_at(arguments)) return {};
        return function_.call(run.surroundings, arguments);
    }

private:
    const Function& function_;
    const std::vector<OperationPtr> arguments_;
};

// Branches of a CASE that are not taken ask nobody, so that the calls that are made are counted.
std::size_t turn_of(std::size_t service, std::vector<std::size_t>& services) {
    const auto known = std::ranges::find(services, service);
    const auto turn = static_cast<std::size_t>(known - services.begin());
    if (known == services.end()) services.push_back(service);
    return turn;
}

struct ServiceOperation final : Operation {
    ServiceOperation(std::size_t number, std::string function, std::vector<OperationPtr> arguments)
        : number_(number), function_(std::move(function)), arguments_(std::move(arguments)) {}
    Value evaluate(Run& run) const override {
        // First, as they may hold calls, too.
        auto arguments = values_of(arguments_, run);
        const std::size_t turn = turn_of(number_, run.services);
        if (turn < run.answers.size()) return run.answers[turn];
        // They become JSON, as results do.
        for (const Value& each : arguments) {
            if (!run.surroundings.effort.fits_result(each)) return {};
        }
        if (!run.wanted) run.wanted = ServiceCall{turn, function_, std::move(arguments)};
        return {};
    }

private:
    const std::size_t number_;
    const std::string function_;
    const std::vector<OperationPtr> arguments_;
};

struct CastOperation final : Operation {
    CastOperation(OperationPtr what, CastType type) : what_(std::move(what)), type_(type) {}
    Value evaluate(Run& run) const override {
        const Value value = what_->run(run);
        if (!run.surroundings.effort.look_at({&value, 1})) return {};
        return cast(value, type_, run.surroundings.version);
    }

private:
    const OperationPtr what_;
    const CastType type_;
};

struct UnaryOperation final : Operation {
    UnaryOperation(syntax::Unary::Operator op, OperationPtr what)
        : op_(op), what_(std::move(what)) {}
    Value evaluate(Run& run) const override {
        const Value value = what_->run(run);
        return op_ == syntax::Unary::Operator::Minus ? negate(value) : logical_not(value);
    }

private:
    const syntax::Unary::Operator op_;
    const OperationPtr what_;
};

struct BinaryOperation final : Operation {
    BinaryOperation(syntax::BinaryOperator op, OperationPtr left, OperationPtr right)
        : op_(op), left_(std::move(left)), right_(std::move(right)) {}
    Value evaluate(Run& run) const override {
        const std::array<Value, 2> sides{left_->run(run), right_->run(run)};
        if (!run.surroundings.effort.look_at(sides)) return {};
        return operate(op_, sides[0], sides[1]);
    }

private:
    const syntax::BinaryOperator op_;
    const OperationPtr left_;
    const OperationPtr right_;
};

struct CaseOperation final : Operation {
    CaseOperation(OperationPtr what, std::vector<std::pair<OperationPtr, OperationPtr>> arms,
                  OperationPtr otherwise)
        : what_(std::move(what)), arms_(std::move(arms)), otherwise_(std::move(otherwise)) {}
    Value evaluate(Run& run) const override {
        const Value value = what_->run(run);
        if (value.is_undefined()) return {};
        for (const auto& [wanted, result] : arms_) {
            const std::array<Value, 2> sides{value, wanted->run(run)};
            if (!run.surroundings.effort.look_at(sides)) return {};
            if (are_equal(sides[0], sides[1]) == true) return result->run(run);
        }
        return otherwise_ ? otherwise_->run(run) : Value();
    }

private:
    const OperationPtr what_;
    const std::vector<std::pair<OperationPtr, OperationPtr>> arms_;
    const OperationPtr otherwise_;
};

void put(Value::Members& members, const std::string& name, Value value) {
    const auto there = std::ranges::find(members, name, &Value::Members::value_type::first);
    if (there == members.end()) {
        members.emplace_back(name, std::move(value));
    } else {
        there->second = std::move(value);
    }
}

struct ObjectOperation final : Operation {
    explicit ObjectOperation(std::vector<std::pair<std::string, OperationPtr>> members)
        : members_(std::move(members)) {}
    Value evaluate(Run& run) const override {
        Value::Members made;
        for (const auto& [name, operation] : members_) {
            Value value = operation->run(run);
            if (!value.is_undefined()) put(made, name, std::move(value));
        }
        return Value(std::move(made));
    }

private:
    const std::vector<std::pair<std::string, OperationPtr>> members_;
};

struct ArrayOperation final : Operation {
    explicit ArrayOperation(std::vector<OperationPtr> items) : items_(std::move(items)) {}
    Value evaluate(Run& run) const override {
        Value::Items made = values_of(items_, run);
        std::erase_if(made, [](const Value& each) { return each.is_undefined(); });
        return Value(std::move(made));
    }

private:
    const std::vector<OperationPtr> items_;
};

struct NestedOperation final : Operation {
    NestedOperation(OperationPtr source, OperationPtr where, Selection selection)
        : source_(std::move(source)), where_(std::move(where)), selection_(std::move(selection)) {}

    Value evaluate(Run& run) const override {
        const Value source = source_->run(run);
        if (source.is(Value::Kind::Object)) return selected(source, run);
        if (!source.is(Value::Kind::Array)) return {};
        Value::Items made;
        Effort& effort = run.surroundings.effort;
        source.each_item([&](const Value& element) {
            Value value = selected(element, run);
            if (!value.is_undefined()) {
                effort.make(sizeof(Value));
                made.push_back(std::move(value));
            }
            return effort.step();
        });
        return Value(std::move(made));
    }

private:
    // Undefined: the condition does not hold.
    Value selected(const Value& element, Run& run) const {
        Value outer = std::exchange(run.root, element);
        Value value;
        if (!where_ || truth_of(where_->run(run)) == true) value = selection_.run(run, element);
        run.root = std::move(outer);
        return value;
    }

    const OperationPtr source_;
    const OperationPtr where_;
    const Selection selection_;
};

// Names are looked for one after the other.
constexpr std::size_t names_per_step = 8;

// Puts a value at the end of a path, and makes the objects on the way.
void put_at(Value::Members& members, std::span<const std::string> path, Value value,
            Effort& effort) {
    if (!effort.step(members.size() / names_per_step)) return;
    if (path.size() == 1) {
        put(members, path.front(), std::move(value));
        return;
    }
    const auto there = std::ranges::find(members, path.front(), &Value::Members::value_type::first);
    Value::Members inner;
    if (there != members.end()) {
        if (!effort.look_at({&there->second, 1})) return;
        inner = there->second.members();
    }
    put_at(inner, path.subspan(1), std::move(value), effort);
    put(members, path.front(), Value(std::move(inner)));
}

}  // namespace

Value Selection::run(Run& run, const Value& whole) const {
    if (is_value) {
        const Item& item = items.front();
        return item.operation ? item.operation->run(run) : whole;
    }
    if (is_whole()) return whole;
    Effort& effort = run.surroundings.effort;
    Value::Members made;
    made.reserve(items.size());
    for (const Item& item : items) {
        if (item.operation) {
            Value value = item.operation->run(run);
            if (!value.is_undefined()) put_at(made, item.path, std::move(value), effort);
            continue;
        }
        if (!effort.look_at({&whole, 1})) return {};
        Value::Members all = whole.members();
        if (made.empty()) {
            made = std::move(all);
            continue;
        }
        for (auto& [name, value] : all) {
            if (!effort.step(made.size() / names_per_step)) return {};
            put(made, name, std::move(value));
        }
    }
    Value value(std::move(made));
    if (!effort.make(value.own_bytes())) return {};
    return value;
}

const CastName* find_cast(std::string_view name) {
    static constexpr std::array<CastName, 11> names{
        {{"String", CastType::String, Version::V2015},
         {"Nvarchar", CastType::String, Version::V2015},
         {"Text", CastType::String, Version::V2015},
         {"Ntext", CastType::String, Version::V2015},
         {"Varchar", CastType::String, Version::V2015},
         {"Int", CastType::Int, Version::V2015},
         {"Integer", CastType::Int, Version::V2015},
         {"Double", CastType::Decimal, Version::V2015},
         {"Decimal", CastType::Decimal, Version::V2016},
         {"Bool", CastType::Boolean, Version::V2016},
         {"Boolean", CastType::Boolean, Version::V2016}}};
    const auto found = std::ranges::find_if(
        names, [&](const CastName& each) { return is_same_word(each.name, name); });
    return found == names.end() ? nullptr : &*found;
}

namespace {

Value cast_to_number(const Value& value, CastType type, Version version) {
    std::optional<Decimal> decimal;
    bool is_int = false;
    if (const bool* const truth = value.truth()) {
        decimal = Decimal(*truth ? 1 : 0);
    } else if (const auto number = number_of(value)) {
        decimal = number->value;
        is_int = number->is_int;
    }
    if (!decimal) return {};
    if (type == CastType::Int) return Value::whole(decimal->rounded(Decimal::Rounding::Floor));
    const bool collapses = version == Version::V2016 && decimal->is_whole() && !value.truth();
    return is_int || collapses ? Value::whole(decimal) : Value::of(decimal);
}

}  // namespace

Value cast(const Value& value, CastType type, Version version) {
    switch (type) {
        case CastType::String: return Value::of(text_of(value));
        case CastType::Boolean:
            if (const Number* const number = value.number()) return Value(!number->value.is_zero());
            if (const auto truth = truth_of(value)) return Value(*truth);
            return {};
        case CastType::Int:
        case CastType::Decimal: break;
    }
    return cast_to_number(value, type, version);
}

OperationPtr constant(Value value) {
    return std::make_unique<Constant>(std::move(value));
}
OperationPtr member_path(std::vector<std::string> names) {
    return std::make_unique<MemberPath>(std::move(names));
}
OperationPtr member_of(OperationPtr of, std::string name) {
    return std::make_unique<MemberOf>(std::move(of), std::move(name));
}
OperationPtr variable(std::size_t number) {
    return std::make_unique<VariableOperation>(number);
}
OperationPtr whole_payload() {
    return std::make_unique<WholePayload>();
}
OperationPtr payload_bytes() {
    return std::make_unique<PayloadBytes>();
}
OperationPtr call(const Function& function, std::vector<OperationPtr> arguments) {
    return std::make_unique<FunctionCall>(function, std::move(arguments));
}
OperationPtr call_service(std::size_t number, std::string function,
                          std::vector<OperationPtr> arguments) {
    return std::make_unique<ServiceOperation>(number, std::move(function), std::move(arguments));
}
OperationPtr cast_to(OperationPtr what, CastType type) {
    return std::make_unique<CastOperation>(std::move(what), type);
}
OperationPtr unary(syntax::Unary::Operator op, OperationPtr what) {
    return std::make_unique<UnaryOperation>(op, std::move(what));
}
OperationPtr binary(syntax::BinaryOperator op, OperationPtr left, OperationPtr right) {
    return std::make_unique<BinaryOperation>(op, std::move(left), std::move(right));
}
OperationPtr case_of(OperationPtr what, std::vector<std::pair<OperationPtr, OperationPtr>> arms,
                     OperationPtr otherwise) {
    return std::make_unique<CaseOperation>(std::move(what), std::move(arms), std::move(otherwise));
}
OperationPtr make_object(std::vector<std::pair<std::string, OperationPtr>> members) {
    return std::make_unique<ObjectOperation>(std::move(members));
}
OperationPtr make_array(std::vector<OperationPtr> items) {
    return std::make_unique<ArrayOperation>(std::move(items));
}
OperationPtr nested_query(OperationPtr source, OperationPtr where, Selection selection) {
    return std::make_unique<NestedOperation>(std::move(source), std::move(where),
                                             std::move(selection));
}

}  // namespace gatehouse::sql
