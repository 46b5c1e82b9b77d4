#include "logs/insights_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "logs/insights_stats.h"

namespace gatehouse::logs::insights {
namespace {

// Several values as one key; no text holds this byte sequence by accident and harm.
std::string key_of(const std::vector<Value>& values) {
    std::string key;
    for (const Value& value : values) {
        const std::string text = value.text();
        key += fmt::format("{}{}:{}", value.is_absent() ? '-' : '+', text.size(), text);
    }
    return key;
}

constexpr std::size_t map_entry_bytes = 80;  // beside what is in it

std::size_t bytes_of(const std::vector<Value>& values) {
    std::size_t bytes = values.capacity() * sizeof(Value);
    for (const Value& value : values) bytes += value.bytes();
    return bytes;
}

struct Group {
    std::vector<Value> by;
    std::vector<Accumulator> aggregates;

    std::size_t bytes() const {
        std::size_t bytes = sizeof(Group) + map_entry_bytes + bytes_of(by);
        for (const Accumulator& one : aggregates) bytes += one.bytes();
        return bytes;
    }
};

struct SortedRow {
    std::vector<Value> keys;
    Row row;
    std::uint64_t came = 0;

    std::size_t bytes() const { return sizeof(SortedRow) + bytes_of(keys) + row.bytes(); }
};

// The texts that a pattern with * has for each *, or nothing when the text does not match it.
std::vector<std::string> found_between(std::string_view text,
                                       const std::vector<std::string>& literals) {
    std::vector<std::string> found;
    std::size_t at = find_in(text, literals.front());
    if (at == text.npos) return {};
    at += literals.front().size();
    for (std::size_t i = 1; i < literals.size(); ++i) {
        // A * at the end takes the rest; others as little as they can.
        const bool takes_rest = i + 1 == literals.size() && literals[i].empty();
        const auto next = takes_rest ? text.size() : find_in(text, literals[i], at);
        if (next == text.npos) return {};
        found.emplace_back(text.substr(at, next - at));
        at = next + literals[i].size();
    }
    return found;
}

std::vector<std::string> found_by(std::string_view text, const RE2& pattern, std::size_t groups) {
    std::vector<std::string> found(groups);
    std::vector<RE2::Arg> arguments;
    std::vector<RE2::Arg*> pointers;
    for (std::string& one : found) arguments.emplace_back(&one);
    for (RE2::Arg& one : arguments) pointers.push_back(&one);
    const bool does =
        RE2::PartialMatchN(text, pattern, pointers.data(), static_cast<int>(pointers.size()));
    return does ? found : std::vector<std::string>();
}

}  // namespace

class Run::Stages {
public:
    Stages(const Query& query, RunLimits limits)
        : query_(query), limits_(std::move(limits)), states_(query.commands.size()) {}

    Result<void> add(std::shared_ptr<const Record> record) {
        ++results_.records_scanned;
        results_.bytes_scanned += record->message.size();
        RecordFields fields(*record);
        const std::size_t passed_before = matched_;
        push(Row(record), &fields, 0);
        if (matched_ > passed_before) ++results_.records_matched;
        return may_go_on();
    }

    bool has_enough() const { return has_enough_; }

    Result<Results> finish() {
        for (std::size_t i = 0; i < states_.size(); ++i) {
            if (auto fine = flush_groups(i); !fine) return fail(std::move(fine.error()));
            if (auto fine = flush_sorted(i); !fine) return fail(std::move(fine.error()));
        }
        return std::move(results_);
    }

private:
    // What a command remembers between rows.
    struct State {
        std::map<std::string, Group> groups;
        std::vector<SortedRow> rows;
        std::set<std::string> seen;
        std::size_t passed = 0;
    };

    void hold(std::size_t bytes) { kept_bytes_ += bytes; }
    void release(std::size_t bytes) { kept_bytes_ -= std::min(kept_bytes_, bytes); }

    void push(Row row, RecordFields* fields, std::size_t from) {
        effort_.renew();
        for (std::size_t i = from; i < query_.commands.size(); ++i) {
            const bool goes_on = std::visit(
                [&](const auto& command) { return take(command, states_[i], i, row, fields); },
                query_.commands[i]);
            if (!goes_on || effort_.is_spent()) return;
        }
        note_match();
        if (results_.rows.size() >= limits_.rows) {
            has_enough_ = true;
            return;
        }
        results_.rows.push_back(shown(row, fields));
        std::size_t bytes = sizeof(ResultRow);
        for (const auto& one : results_.rows.back()) {
            bytes += sizeof(one) + one.first.size() + one.second.size();
        }
        results_.bytes += bytes;
        hold(bytes);
    }

    void note_match() { ++matched_; }
    Scope scope(const Row& row, RecordFields* fields) {
        return {row, fields, effort_, limits_.now_seconds};
    }

    bool take(const FieldsCommand& command, State&, std::size_t, Row& row, RecordFields* fields) {
        for (const Column& column : command.columns) {
            if (column.expression->what == Operator::Field &&
                column.expression->text == column.name) {
                continue;
            }
            row.set(column.name, evaluate_kept(*column.expression, scope(row, fields)));
        }
        return true;
    }
    bool take(const DisplayCommand&, State&, std::size_t, Row&, RecordFields*) { return true; }
    bool take(const FilterCommand& command, State&, std::size_t, Row& row, RecordFields* fields) {
        return evaluate(*command.condition, scope(row, fields)).is_true();
    }
    bool take(const ParseCommand& command, State&, std::size_t, Row& row, RecordFields* fields) {
        const Value of = evaluate(*command.of, scope(row, fields));
        if (of.is_absent()) return true;
        const std::string text = of.text();
        auto found = command.pattern ? found_by(matched_part(text, *command.pattern, effort_),
                                                *command.pattern, command.names.size())
                                     : found_between(text, command.literals);
        for (std::size_t i = 0; i < found.size(); ++i) {
            effort_.hold(found[i].size());
            row.set(command.names[i], Value(std::move(found[i])));
        }
        return true;
    }
    bool take(const LimitCommand& command, State& state, std::size_t at, Row&, RecordFields*) {
        if (state.passed >= command.count) {
            has_enough_ = has_enough_ || is_direct(at);
            return false;
        }
        ++state.passed;
        return true;
    }
    bool take(const DedupCommand& command, State& state, std::size_t, Row& row,
              RecordFields* fields) {
        std::vector<Value> values;
        for (const auto& one : command.by) {
            values.push_back(evaluate_kept(*one, scope(row, fields)));
        }
        // Rows that have none of them are not compared.
        if (std::ranges::all_of(values, &Value::is_absent)) return true;
        const auto [at, is_new] = state.seen.insert(key_of(values));
        if (is_new) hold(at->size() + map_entry_bytes);
        return is_new;
    }
    bool take(const StatsCommand& command, State& state, std::size_t, Row& row,
              RecordFields* fields) {
        note_match();
        std::vector<Value> by;
        for (const Column& column : command.by) {
            by.push_back(evaluate_kept(*column.expression, scope(row, fields)));
        }
        const auto [at, is_new] = state.groups.try_emplace(key_of(by));
        Group& group = at->second;
        if (is_new) {
            group.by = std::move(by);
            group.aggregates.resize(command.aggregates.size());
            hold(at->first.size() + group.bytes());
        }
        for (std::size_t i = 0; i < command.aggregates.size(); ++i) {
            Accumulator& accumulator = group.aggregates[i];
            const std::size_t before = accumulator.bytes();
            accumulator.add(command.aggregates[i], scope(row, fields));
            hold(accumulator.bytes());
            release(before);
        }
        if (state.groups.size() > limits_.groups) over_memory_ = true;
        return false;
    }
    bool take(const SortCommand& command, State& state, std::size_t at, Row& row,
              RecordFields* fields) {
        note_match();
        SortedRow sorted;
        for (const auto& key : command.keys) {
            sorted.keys.push_back(evaluate_kept(*key.by, scope(row, fields)));
        }
        sorted.row = std::move(row);
        sorted.came = ++state.passed;
        hold(sorted.bytes());
        state.rows.push_back(std::move(sorted));
        const std::size_t keep = kept_of_sort(at);
        if (keep == 0) return false;
        // The row that comes last is at the front of the heap.
        const auto before = [&](const SortedRow& a, const SortedRow& b) {
            return comes_before(command, a, b);
        };
        std::ranges::push_heap(state.rows, before);
        if (state.rows.size() <= keep) return false;
        std::ranges::pop_heap(state.rows, before);
        release(state.rows.back().bytes());
        state.rows.pop_back();
        return false;
    }

    // Whether nothing before this command waits for the last record.
    bool is_direct(std::size_t at) const {
        return std::none_of(query_.commands.begin(),
                            query_.commands.begin() + static_cast<std::ptrdiff_t>(at),
                            [](const Command& one) {
                                return std::holds_alternative<StatsCommand>(one) ||
                                       std::holds_alternative<SortCommand>(one);
                            });
    }

    // How many rows of a sort can matter; 0: all.
    std::size_t kept_of_sort(std::size_t at) const {
        for (std::size_t i = at + 1; i < query_.commands.size(); ++i) {
            const Command& command = query_.commands[i];
            if (const auto* const limit = std::get_if<LimitCommand>(&command)) return limit->count;
            const bool passes_each = std::holds_alternative<FieldsCommand>(command) ||
                                     std::holds_alternative<DisplayCommand>(command) ||
                                     std::holds_alternative<ParseCommand>(command);
            if (!passes_each) return 0;
        }
        return limits_.rows;
    }

    static bool comes_before(const SortCommand& command, const SortedRow& a, const SortedRow& b) {
        for (std::size_t i = 0; i < command.keys.size(); ++i) {
            const int order = Value::compare(a.keys[i], b.keys[i]);
            if (order != 0) return command.keys[i].descending ? order > 0 : order < 0;
        }
        return a.came < b.came;  // the newest first
    }

    Result<void> flush_sorted(std::size_t at) {
        const auto* const command = std::get_if<SortCommand>(&query_.commands[at]);
        if (command == nullptr) return {};
        std::vector<SortedRow> rows = std::move(states_[at].rows);
        std::ranges::sort(rows, [&](const SortedRow& a, const SortedRow& b) {
            return comes_before(*command, a, b);
        });
        for (SortedRow& sorted : rows) {
            release(sorted.bytes());
            const std::shared_ptr<const Record> record = sorted.row.record();
            std::optional<RecordFields> fields;
            if (record) fields.emplace(*record);
            push(std::move(sorted.row), fields ? &*fields : nullptr, at + 1);
            sorted = {};
            if (auto fine = may_go_on(); !fine) return fine;
        }
        return {};
    }

    Result<void> flush_groups(std::size_t at) {
        const auto* const command = std::get_if<StatsCommand>(&query_.commands[at]);
        if (command == nullptr) return {};
        std::map<std::string, Group> groups = std::move(states_[at].groups);
        if (groups.empty() && command->by.empty()) {
            groups[""].aggregates.resize(command->aggregates.size());
        }
        while (!groups.empty()) {
            auto entry = groups.extract(groups.begin());
            Group& group = entry.mapped();
            release(entry.key().size() + group.bytes());
            Row row;
            for (std::size_t i = 0; i < command->by.size(); ++i) {
                row.set(command->by[i].name, group.by[i]);
            }
            set_columns(row, *command, group);
            push(std::move(row), nullptr, at + 1);
            if (auto fine = may_go_on(); !fine) return fine;
        }
        return {};
    }

    void set_columns(Row& row, const StatsCommand& command, Group& group) {
        effort_.renew();
        Row values;
        for (std::size_t i = 0; i < command.aggregates.size(); ++i) {
            values.set(aggregate_field(i), group.aggregates[i].take_value(command.aggregates[i]));
        }
        for (const Column& column : command.columns) {
            Value value = evaluate_kept(*column.expression, scope(values, nullptr));
            values.set(column.name, value);
            row.set(column.name, std::move(value));
        }
    }

    // The names of the answer's columns: what display says last, or everything that was named.
    std::vector<std::string> column_names() const {
        std::vector<std::string> names;
        const auto add = [&](const std::string& name) {
            if (std::ranges::find(names, name) == names.end()) names.push_back(name);
        };
        for (const Command& command : query_.commands) {
            if (const auto* const display = std::get_if<DisplayCommand>(&command)) {
                names.clear();
                for (const std::string& name : display->names) add(name);
            } else if (const auto* const fields = std::get_if<FieldsCommand>(&command)) {
                for (const Column& column : fields->columns) add(column.name);
            } else if (const auto* const stats = std::get_if<StatsCommand>(&command)) {
                names.clear();
                for (const Column& column : stats->by) add(column.name);
                for (const Column& column : stats->columns) add(column.name);
            }
        }
        if (names.empty()) {
            names = {"@timestamp", "@message"};
            for (const Command& command : query_.commands) {
                const auto* const parse = std::get_if<ParseCommand>(&command);
                if (parse == nullptr) continue;
                for (const std::string& name : parse->names) add(name);
            }
        }
        return names;
    }

    ResultRow shown(const Row& row, RecordFields* fields) {
        if (!names_) names_ = column_names();
        ResultRow result;
        for (const std::string& name : *names_) {
            const Value value = row.field(name, fields);
            if (!effort_.hold(value.bytes())) return result;
            if (!value.is_absent()) result.emplace_back(name, value.text());
        }
        const bool has_pointer = std::ranges::find(*names_, "@ptr") != names_->end();
        if (row.record() && !has_pointer) result.emplace_back("@ptr", row.record()->pointer);
        return result;
    }

    Result<void> may_go_on() const {
        if (limits_.is_unwanted && limits_.is_unwanted()) {
            return fail(ErrorKind::Cancelled, "the query was stopped");
        }
        if (effort_.is_spent()) {
            return fail(ErrorKind::LimitExceeded,
                        "the query makes too much text of one record, or its regular expressions "
                        "are too large for it");
        }
        if (!over_memory_ && kept_bytes_ <= limits_.memory_bytes) return {};
        return fail(ErrorKind::LimitExceeded,
                    "the query holds more at once than it may; let it filter more, or look at "
                    "less time");
    }

    const Query& query_;
    const RunLimits limits_;
    std::vector<State> states_;
    Results results_;
    std::optional<std::vector<std::string>> names_;
    std::size_t matched_ = 0;
    std::size_t kept_bytes_ = 0;
    Effort effort_;
    bool has_enough_ = false;
    bool over_memory_ = false;
};

Run::Run(const Query& query, RunLimits limits)
    : stages_(std::make_unique<Stages>(query, std::move(limits))) {}
Run::~Run() = default;
Result<void> Run::add(std::shared_ptr<const Record> record) {
    return stages_->add(std::move(record));
}
bool Run::has_enough() const {
    return stages_->has_enough();
}
Result<Results> Run::finish() {
    return stages_->finish();
}

}  // namespace gatehouse::logs::insights
