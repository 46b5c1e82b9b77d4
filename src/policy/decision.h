// What was decided, and by which statement. Never a bare bool.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "policy/document.h"

namespace gatehouse::policy {

// A document and what to call it: a policy's name, "authorizer document 1".
struct PolicySource {
    std::string name;
    DocumentPointer document;
};

// Source: AWS IoT Core API Reference, AuthResult (ALLOWED, EXPLICIT_DENY, IMPLICIT_DENY).
enum class Outcome : std::uint8_t {
    DeniedByDefault,   // no statement matched
    Allowed,           // a statement allows, none denies
    DeniedExplicitly,  // a statement denies, whatever others say
};

// "allowed", "explicit-deny", "implicit-deny".
std::string_view name_of(Outcome outcome);

// Statements are numbered from 0 through all documents of a set, in their order.
inline constexpr std::uint32_t no_statement = 0xFFFF'FFFF;

struct Decision {
    Outcome outcome = Outcome::DeniedByDefault;
    // One that decided; of several that say the same, any. explain() lists all.
    std::uint32_t statement = no_statement;
    // The time that conditions were told, for explain(). It says nothing where none asks for it.
    WallTime at{};

    bool allowed() const { return outcome == Outcome::Allowed; }
    bool operator==(const Decision&) const = default;
};

struct StatementPlace {
    std::size_t document = 0;   // from 0
    std::size_t statement = 0;  // from 0, within the document
    std::string document_name;
    std::string sid;
    Effect effect = Effect::Deny;

    // "statement 2 of document 1 (AutoCustomPolicy, Sid AllowPublish)"; counts from 1.
    std::string describe() const;
    bool operator==(const StatementPlace&) const = default;
};

// Requires: number is one of the set's.
StatementPlace place_of_statement(std::span<const PolicySource> sources, std::uint32_t number);

}  // namespace gatehouse::policy
