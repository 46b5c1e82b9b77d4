// Values of policy variables and condition keys, each with its value or the reason why it has
// none. One name space serves both: `${iot:ClientId}` in a resource and "iot:ClientId" as the key
// of a condition mean the same.
// Sources: AWS IoT Developer Guide, "Basic AWS IoT Core policy variables"; IAM User Guide, "IAM
// policy elements: Variables and tags".
//
// Threads: a plain value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace gatehouse::policy {

struct Variable {
    std::string name;                 // as first given; names compare without regard to case
    std::vector<std::string> values;  // see Variables::text_of
    std::string absent_because;       // a clause ("the client sent no SNI host name"), if no values

    bool operator==(const Variable&) const = default;
};

class Variables {
public:
    // Each replaces what was known of the name.
    Variables& set(std::string name, std::string value);
    Variables& set(std::string name, std::vector<std::string> values);
    Variables& set_absent(std::string name, std::string because);
    // Every name that begins with the prefix, and is not known by itself, is absent.
    Variables& set_family_absent(std::string prefix, std::string because);
    // What aws:CurrentTime and aws:EpochTime are taken from at each decision; without a clock they
    // have no value. It must outlive whatever is compiled with these variables.
    Variables& set_clock(const Clock& clock);
    const Clock* clock() const { return clock_; }
    // The clock's time; without a clock some constant.
    WallTime now() const { return clock_ == nullptr ? WallTime() : clock_->wall_now(); }

    // Null when nothing at all is known of the name: neither a value nor a reason. A name may
    // carry a case-sensitive part in brackets: `iot:Connection.Thing.Attributes[Site]`.
    const Variable* find(std::string_view name) const noexcept;
    // Why the name has no value, in words; empty when it has one.
    std::string why_absent(std::string_view name) const;
    // What the name stands for as a variable in a text: the first of its values. Null if it has
    // none, and for the time, whoever gives it: conditions alone know it, as their key.
    const std::string* text_of(std::string_view name) const noexcept;
    // Why there is none, in words; empty when there is one.
    std::string why_no_text(std::string_view name) const;

    const std::vector<Variable>& all() const { return all_; }
    bool operator==(const Variables&) const = default;

private:
    Variable& entry(std::string name);

    std::vector<Variable> all_;
    std::vector<Variable> families_;  // `name` is the prefix
    const Clock* clock_ = nullptr;
};

// aws:CurrentTime and aws:EpochTime.
bool is_time_variable(std::string_view name) noexcept;

// Names of variables and condition keys that documents for devices may use, families with an
// open end (`iot:Connection.Thing.Attributes[`) excluded.
std::vector<std::string_view> known_variables();
// Whether the name is known, families included.
bool is_known_variable(std::string_view name);
// Whether a condition on it may be judged as AWS judges one on a key that the request does not
// have, where nothing gives it a value.
bool may_be_absent(std::string_view name);
// Which tag of the resource the key of a condition asks for, if it does: "team" of
// "aws:ResourceTag/team".
std::optional<std::string_view> tag_of_key(std::string_view key);
// Whether requests of devices carry it, where they have a value for it at all; others of the known
// names are for users, roles and services.
bool is_variable_of_devices(std::string_view name);
// "did you mean iot:ClientId?", or empty.
std::string variable_suggestion(std::string_view name);

}  // namespace gatehouse::policy
