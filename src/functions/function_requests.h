// What callers ask of functions as resources, and the checks on it. Messages are AWS's where its
// API has one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/resource_tags.h"
#include "base/result.h"
#include "functions/function.h"

namespace gatehouse::functions {

struct CreateFunction {
    FunctionName name;
    std::string runtime;
    std::string role;
    std::string handler;
    std::string zip;  // the package's bytes
    std::string description;
    std::optional<std::uint32_t> timeout_s;
    std::optional<std::uint32_t> memory_mb;
    std::optional<std::uint32_t> ephemeral_storage_mb;
    std::optional<EnvironmentVariables> environment;
    std::optional<std::string> log_group;
    std::string architecture = "x86_64";
    Tracing tracing = Tracing::PassThrough;
    std::map<std::string, std::string> tags;
    std::vector<std::string> layers = {};  // ARNs of versions
};

enum class DryRun : bool { No, Yes };

struct UpdateFunctionCode {
    std::string zip;
    std::optional<RevisionId> revision;  // the update is refused unless this is the present one
    DryRun dry_run = DryRun::No;
};

// What is absent stays as it is.
struct UpdateFunctionConfiguration {
    std::optional<std::string> runtime;
    std::optional<std::string> role;
    std::optional<std::string> handler;
    std::optional<std::string> description;
    std::optional<std::uint32_t> timeout_s;
    std::optional<std::uint32_t> memory_mb;
    std::optional<std::uint32_t> ephemeral_storage_mb;
    std::optional<EnvironmentVariables> environment;  // replaces all variables
    std::optional<std::string> log_group;
    std::optional<Tracing> tracing;
    std::optional<RevisionId> revision;
    std::optional<std::vector<std::string>> layers = {};  // replaces all of them
};

struct PublishVersion {
    std::optional<std::string> code_sha256;  // in base64
    std::optional<std::string> description;  // absent: that of $LATEST
    std::optional<RevisionId> revision;
};

// What is absent stays as it is.
struct UpdateAlias {
    std::optional<FunctionVersion> version;
    std::optional<std::string> description;
    std::optional<std::map<FunctionVersion, double>> other_versions;
    std::optional<RevisionId> revision;
};

// Every field of a configuration, in the API's order; the first that is wrong is told. One that is
// outside what the API's model allows stands in Error::place.field.
Result<void> check_configuration(const FunctionConfiguration& configuration);

// How many tags, and which: Lambda Developer Guide, "Using tags on Lambda functions".
Result<void> check_tags(const ResourceTags& tags);

// Names that a function's environment may not have.
bool is_reserved_variable(std::string_view name);

// Takes a function's name, partial ARN or ARN apart. The version or alias of the text and
// `qualifier` (of the query; empty when absent) must agree. InvalidInput, with AWS's message.
Result<FunctionReference> parse_function_reference(std::string_view text,
                                                   std::string_view qualifier = "");

}  // namespace gatehouse::functions
