// A function as a resource: what a user configured, what code it runs, who may invoke it.
//
// Values: copied, compared, stored. Field names and meanings follow FunctionConfiguration of the
// AWS Lambda API reference.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/choice.h"
#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "functions/limits.h"

namespace gatehouse::functions {

using FunctionName = Named<std::string, struct FunctionNameTag>;
using RequestId = Named<std::string, struct RequestIdTag>;    // a UUID
using RevisionId = Named<std::string, struct RevisionIdTag>;  // a UUID, new with every change
using CodeHash = Named<std::string, struct CodeHashTag>;      // SHA-256 of the zip, lower-case hex
using StatementId = Named<std::string, struct StatementIdTag>;
using AliasName = Named<std::string, struct AliasNameTag>;
using FunctionVersion = Named<std::string, struct FunctionVersionTag>;  // "$LATEST" or a number
// A version or the name of an alias; empty: the caller named none, which means $LATEST.
using Qualifier = Named<std::string, struct QualifierTag>;

// The version that changes; the others are numbers, counted from 1.
inline constexpr std::string_view latest_version = "$LATEST";

enum class FunctionState : std::uint8_t { Pending, Active, Inactive, Failed };
enum class LastUpdateStatus : std::uint8_t { Successful, Failed, InProgress };

enum class Tracing : std::uint8_t { PassThrough, Active };

using EnvironmentVariables = std::map<std::string, std::string>;

// A version of a layer as a function has it. Its package is the function's too: it stays when the
// version is deleted.
struct LayerUse {
    std::string arn;  // of the version
    CodeHash code_hash;
    std::uint64_t code_bytes = 0;  // of the zip

    bool operator==(const LayerUse&) const = default;
};

struct FunctionConfiguration {
    FunctionName name;
    std::string arn;  // without version or alias
    FunctionVersion version{latest_version};
    std::string runtime;  // "python3.11", "provided.al2023"
    std::string role;     // an ARN
    std::string handler;
    std::string description;
    std::uint32_t timeout_s = timeout_s_default;
    std::uint32_t memory_mb = memory_mb_default;
    std::uint32_t ephemeral_storage_mb = ephemeral_storage_mb_min;
    std::optional<EnvironmentVariables> environment;  // absent: never set
    std::string log_group;                            // "/aws/lambda/NAME" unless set
    std::string architecture = "x86_64";
    std::vector<LayerUse> layers;            // what the later ones have counts
    Tracing tracing = Tracing::PassThrough;  // kept and told; nothing is sent to X-Ray
    WallTime last_modified{};
    std::uint64_t code_bytes = 0;  // of the zip
    CodeHash code_hash;
    RevisionId revision;
    FunctionState state = FunctionState::Active;
    std::string state_reason;
    std::string state_reason_code;
    // Absent while the function is being created.
    std::optional<LastUpdateStatus> last_update_status;
    std::string last_update_reason;
    std::string last_update_reason_code;

    bool operator==(const FunctionConfiguration&) const = default;
};

// One statement of a resource policy, as AddPermission takes it.
struct Permission {
    StatementId statement_id;
    std::string action;     // "lambda:InvokeFunction"
    std::string principal;  // a service, an account id, an ARN, or "*"
    std::optional<std::string> source_arn;
    std::optional<std::string> source_account;
    std::optional<std::string> event_source_token;

    bool operator==(const Permission&) const = default;
};

struct ResourcePolicy {
    std::vector<Permission> permissions;
    RevisionId revision;  // empty while there are no permissions

    bool operator==(const ResourcePolicy&) const = default;
};

// A name for a version, which may send a share of the invocations to a second one.
struct Alias {
    AliasName name;
    FunctionVersion version;
    std::string description;
    std::map<FunctionVersion, double> other_versions;  // their shares, 0 to 1
    RevisionId revision;

    bool operator==(const Alias&) const = default;
};

// How events that nobody waits for are treated; what is absent is as it is without one.
struct EventInvokeConfig {
    std::optional<std::uint32_t> retries_max;
    std::optional<std::uint32_t> age_max_s;
    WallTime last_modified{};

    bool operator==(const EventInvokeConfig&) const = default;
};

// In one of its versions. What stands below `configuration` belongs to all of them and is held by
// $LATEST, but for the reserved concurrency, which each version knows.
struct Function {
    Tenant tenant;
    FunctionConfiguration configuration;
    std::uint64_t versions_published = 0;  // numbers are never given twice
    std::map<Qualifier, ResourcePolicy> policies;
    std::map<AliasName, Alias> aliases;
    std::map<Qualifier, EventInvokeConfig> event_configs;
    std::optional<std::uint32_t> reserved_concurrency;  // 0: switched off
    std::map<std::string, std::string> tags;

    bool operator==(const Function&) const = default;
};

// Immutable once shared: a change makes a new one.
using FunctionSnapshot = std::shared_ptr<const Function>;

// "/aws/lambda/NAME": where a function's log goes unless it is told otherwise.
std::string own_log_group(const FunctionName& name);

// "python:3.11.v1" and an ARN of nothing but the runtime's name: there is one version of each here.
std::string runtime_version(const std::string& runtime);
std::string runtime_version_arn(const FunctionConfiguration& configuration);

// The ARN by which somebody names the function with this qualifier.
std::string qualified_arn(const FunctionConfiguration& configuration, const Qualifier& qualifier);
bool is_version_number(std::string_view text);

// The base64 form of a hash, as the API shows it in CodeSha256.
std::string code_sha256_base64(const CodeHash& hash);

// How a caller names a function: NAME, ACCOUNT:function:NAME, or an ARN, each with an optional
// ":QUALIFIER". Empty parts were not given.
struct FunctionReference {
    FunctionName name;
    std::string account;
    std::string region;
    std::string qualifier;
};

}  // namespace gatehouse::functions

template <>
struct gatehouse::ChoiceNames<gatehouse::functions::FunctionState> {
    static constexpr std::array<std::string_view, 4> names{"Pending", "Active", "Inactive",
                                                           "Failed"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::functions::Tracing> {
    static constexpr std::array<std::string_view, 2> names{"PassThrough", "Active"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::functions::LastUpdateStatus> {
    static constexpr std::array<std::string_view, 3> names{"Successful", "Failed", "InProgress"};
};
