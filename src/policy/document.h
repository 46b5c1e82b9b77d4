// A policy document as a struct: what its text said, checked, nothing evaluated yet.
// Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; AWS IoT Core API Reference,
// CreatePolicy (size rule); AWS Lambda Developer Guide, "Resource-based policies".
//
// Threads: plain values; shared as `std::shared_ptr<const Document>`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/operators.h"
#include "policy/pattern.h"

namespace gatehouse::policy {

// Which elements a document may have, and how long it may be.
enum class Dialect : std::uint8_t {
    IotPolicy,       // no Principal: who is meant follows from where the policy is attached
    IdentityPolicy,  // IAM users, groups and roles: as above
    ResourcePolicy,  // attached to a function or the like: Principal is required
    TrustPolicy,     // of a role: Principal is required, and Resource, the role itself, left out
};

// Version "2012-10-17" has variables; "2008-10-17", also meant where Version is missing, has not.
enum class Version : std::uint8_t { V2008, V2012 };
enum class Effect : std::uint8_t { Allow, Deny };
// Action and Resource list what is meant; NotAction and NotResource what is not.
enum class Listing : std::uint8_t { These, AllBut };

struct Principal {
    bool anyone = false;                // "*" or {"AWS": "*"}
    std::vector<std::string> services;  // "iot.amazonaws.com"
    std::vector<std::string> accounts;  // "arn:aws:iam::123456789012:root", 12 digits, user ARNs
    std::vector<std::string> federated;

    bool operator==(const Principal&) const = default;
};

struct ConditionTest {
    Operator op;
    std::string key;  // as written; case does not count
    std::vector<Pattern> values;

    bool operator==(const ConditionTest&) const = default;
};

struct Statement {
    std::string sid;  // empty if none
    Effect effect = Effect::Deny;
    Listing action_listing = Listing::These;
    std::vector<std::string> actions;  // "iot:Publish", "iot:*", "*"
    Listing resource_listing = Listing::These;
    std::vector<Pattern> resources;
    std::vector<ConditionTest> conditions;  // all must hold
    std::optional<Principal> principal;     // resource policies only

    bool operator==(const Statement&) const = default;
};

struct Document {
    Version version = Version::V2008;
    bool version_given = false;
    std::string id;
    std::vector<Statement> statements;

    bool operator==(const Document&) const = default;
};

using DocumentPointer = std::shared_ptr<const Document>;

struct DocumentLimits {
    // White space is not counted, others by character. 2048 for IoT, 6144 for IAM, 20480 for
    // functions; 0: what the dialect says.
    std::uint32_t characters_max = 0;
    std::uint32_t raw_bytes_max = 404'600;  // IoT's limit of the field on the wire
};

// How many documents an authorizer may return or a certificate may have attached.
inline constexpr std::size_t documents_max = 10;

// Errors: InvalidInput (the place is a path such as "Statement[0].Effect", with line and column),
// TooLarge. Misspelt elements, operators and effects come with the nearest right name.
Result<Document> parse_document(std::string_view text, Dialect dialect, DocumentLimits limits = {});

// The same for what an authorizer returns: at most `documents_max`, each error naming its document.
Result<std::vector<DocumentPointer>> parse_documents(std::span<const std::string> texts,
                                                     Dialect dialect, DocumentLimits limits = {});

// Characters that count towards the size limit.
std::size_t counted_characters(std::string_view text);

// Compact JSON in the order AWS writes: Version, Id, Statement[Sid, Effect, Principal, Action,
// Resource, Condition].
std::string to_json_text(const Document& document);
std::string to_json_text(const Statement& statement);

}  // namespace gatehouse::policy
