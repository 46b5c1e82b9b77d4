#include "functions/function_record.h"

#include <fmt/format.h>

#include "base/json.h"

namespace gatehouse::functions {
namespace {

json::object object_of(const std::map<std::string, std::string>& texts) {
    json::object object;
    for (const auto& [name, value] : texts) object[name] = value;
    return object;
}

json::object configuration_value(const FunctionConfiguration& configuration) {
    json::object object{
        {"name", configuration.name.value()},
        {"arn", configuration.arn},
        {"version", configuration.version.value()},
        {"runtime", configuration.runtime},
        {"role", configuration.role},
        {"handler", configuration.handler},
        {"description", configuration.description},
        {"timeout_s", configuration.timeout_s},
        {"memory_mb", configuration.memory_mb},
        {"ephemeral_storage_mb", configuration.ephemeral_storage_mb},
        {"log_group", configuration.log_group},
        {"architecture", configuration.architecture},
        {"tracing", name_of_choice(configuration.tracing)},
        {"last_modified_ms", configuration.last_modified.time_since_epoch().count()},
        {"code_bytes", configuration.code_bytes},
        {"code_hash", configuration.code_hash.value()},
        {"revision", configuration.revision.value()}};
    if (configuration.environment) object["environment"] = object_of(*configuration.environment);
    json::array layers;
    for (const LayerUse& layer : configuration.layers) {
        layers.push_back(json::object{{"arn", layer.arn},
                                      {"code_hash", layer.code_hash.value()},
                                      {"code_bytes", layer.code_bytes}});
    }
    if (!layers.empty()) object["layers"] = std::move(layers);
    return object;
}

json::object permission_value(const Permission& permission) {
    json::object object{{"statement_id", permission.statement_id.value()},
                        {"action", permission.action},
                        {"principal", permission.principal}};
    if (permission.source_arn) object["source_arn"] = *permission.source_arn;
    if (permission.source_account) object["source_account"] = *permission.source_account;
    if (permission.event_source_token) {
        object["event_source_token"] = *permission.event_source_token;
    }
    return object;
}

json::object policy_value(const ResourcePolicy& policy) {
    json::array permissions;
    for (const Permission& permission : policy.permissions) {
        permissions.push_back(permission_value(permission));
    }
    return {{"permissions", std::move(permissions)}, {"revision", policy.revision.value()}};
}

json::object alias_value(const Alias& alias) {
    json::object others;
    for (const auto& [version, share] : alias.other_versions) others[version.view()] = share;
    return {{"version", alias.version.value()},
            {"description", alias.description},
            {"other_versions", std::move(others)},
            {"revision", alias.revision.value()}};
}

json::object event_config_value(const EventInvokeConfig& config) {
    json::object object{{"last_modified_ms", config.last_modified.time_since_epoch().count()}};
    if (config.retries_max) object["retries_max"] = *config.retries_max;
    if (config.age_max_s) object["age_max_s"] = *config.age_max_s;
    return object;
}

// An object of what each of these names has.
template <class Named, class Value>
json::object each(const std::map<Named, Value>& values, json::object (*value_of)(const Value&)) {
    json::object object;
    for (const auto& [name, value] : values) object[name.view()] = value_of(value);
    return object;
}

// Reads members; remembers the first that is missing or of another kind.
class RecordReader {
public:
    explicit RecordReader(const json::object& object, std::string& problem)
        : object_(object), problem_(problem) {}

    std::string text(std::string_view name) {
        const json::value* const value = object_.if_contains(name);
        if (value != nullptr && value->is_string()) return std::string(value->as_string());
        return miss(name), std::string();
    }
    std::optional<std::string> optional_text(std::string_view name) {
        return object_.contains(name) ? std::optional(text(name)) : std::nullopt;
    }
    std::int64_t number(std::string_view name) {
        const json::value* const value = object_.if_contains(name);
        if (value != nullptr && value->is_int64()) return value->as_int64();
        return miss(name), 0;
    }
    std::uint32_t count(std::string_view name) { return static_cast<std::uint32_t>(number(name)); }
    const json::object& object(std::string_view name) {
        static const json::object empty;
        const json::value* const value = object_.if_contains(name);
        if (value != nullptr && value->is_object()) return value->as_object();
        return miss(name), empty;
    }
    std::map<std::string, std::string> texts(std::string_view name) {
        std::map<std::string, std::string> result;
        for (const auto& [key, value] : object(name)) {
            if (!value.is_string()) return miss(name), result;
            result[std::string(key)] = std::string(value.as_string());
        }
        return result;
    }
    bool has(std::string_view name) const { return object_.contains(name); }
    // Each member of an object that may be absent, itself an object.
    template <class Take>
    void each(std::string_view name, Take take) {
        if (!has(name)) return;
        for (const auto& [key, value] : object(name)) {
            if (!value.is_object()) return miss(name);
            take(std::string_view(key), RecordReader(value.as_object(), problem_));
        }
    }
    template <class Take>
    void each_element(std::string_view name, Take take) {
        const json::value* const value = object_.if_contains(name);
        if (value == nullptr || !value->is_array()) return miss(name);
        for (const json::value& element : value->as_array()) {
            if (!element.is_object()) return miss(name);
            take(RecordReader(element.as_object(), problem_));
        }
    }
    RecordReader inside(std::string_view name) { return RecordReader(object(name), problem_); }
    double share(std::string_view name) {
        const json::value* const value = object_.if_contains(name);
        if (value != nullptr && value->is_number()) return value->to_number<double>();
        return miss(name), 0;
    }

private:
    void miss(std::string_view name) {
        if (problem_.empty()) problem_ = std::string(name);
    }
    const json::object& object_;
    std::string& problem_;
};

FunctionConfiguration read_configuration(RecordReader in) {
    FunctionConfiguration configuration;
    configuration.name = FunctionName(in.text("name"));
    configuration.arn = in.text("arn");
    // Records of before there were versions are of $LATEST.
    configuration.version =
        FunctionVersion(in.optional_text("version").value_or(std::string(latest_version)));
    configuration.runtime = in.text("runtime");
    configuration.role = in.text("role");
    configuration.handler = in.text("handler");
    configuration.description = in.text("description");
    configuration.timeout_s = in.count("timeout_s");
    configuration.memory_mb = in.count("memory_mb");
    configuration.ephemeral_storage_mb = in.count("ephemeral_storage_mb");
    configuration.log_group = in.text("log_group");
    configuration.architecture = in.text("architecture");
    // Records of before there was one have none.
    configuration.tracing = parse_choice<Tracing>(in.optional_text("tracing").value_or(""))
                                .value_or(Tracing::PassThrough);
    configuration.last_modified =
        WallTime(std::chrono::milliseconds(in.number("last_modified_ms")));
    configuration.code_bytes = static_cast<std::uint64_t>(in.number("code_bytes"));
    configuration.code_hash = CodeHash(in.text("code_hash"));
    configuration.revision = RevisionId(in.text("revision"));
    if (in.has("environment")) configuration.environment = in.texts("environment");
    if (in.has("layers")) {
        in.each_element("layers", [&](RecordReader layer) {
            configuration.layers.push_back(
                {layer.text("arn"), CodeHash(layer.text("code_hash")),
                 static_cast<std::uint64_t>(layer.number("code_bytes"))});
        });
    }
    configuration.state = FunctionState::Active;
    configuration.last_update_status = LastUpdateStatus::Successful;
    return configuration;
}

Permission read_permission(RecordReader in) {
    Permission permission;
    permission.statement_id = StatementId(in.text("statement_id"));
    permission.action = in.text("action");
    permission.principal = in.text("principal");
    permission.source_arn = in.optional_text("source_arn");
    permission.source_account = in.optional_text("source_account");
    permission.event_source_token = in.optional_text("event_source_token");
    return permission;
}

ResourcePolicy read_policy(RecordReader in, std::string_view revision) {
    ResourcePolicy policy;
    in.each_element("permissions", [&](RecordReader permission) {
        policy.permissions.push_back(read_permission(permission));
    });
    policy.revision = RevisionId(in.text(revision));
    return policy;
}

Alias read_alias(std::string_view name, RecordReader in) {
    Alias alias;
    alias.name = AliasName(name);
    alias.version = FunctionVersion(in.text("version"));
    alias.description = in.text("description");
    alias.revision = RevisionId(in.text("revision"));
    RecordReader others = in.inside("other_versions");
    for (const auto& [version, share] : in.object("other_versions")) {
        alias.other_versions[FunctionVersion(std::string_view(version))] = others.share(version);
    }
    return alias;
}

EventInvokeConfig read_event_config(RecordReader in) {
    EventInvokeConfig config;
    if (in.has("retries_max")) config.retries_max = in.count("retries_max");
    if (in.has("age_max_s")) config.age_max_s = in.count("age_max_s");
    config.last_modified = WallTime(std::chrono::milliseconds(in.number("last_modified_ms")));
    return config;
}

void read_what_all_versions_share(RecordReader in, Function& function) {
    // The policy of the function without a qualifier stands where it always stood.
    ResourcePolicy own = read_policy(in, "policy_revision");
    if (!own.permissions.empty()) function.policies[{}] = std::move(own);
    in.each("qualified_policies", [&](std::string_view qualifier, RecordReader policy) {
        function.policies[Qualifier(qualifier)] = read_policy(policy, "revision");
    });
    in.each("aliases", [&](std::string_view name, RecordReader alias) {
        function.aliases[AliasName(name)] = read_alias(name, alias);
    });
    in.each("event_configs", [&](std::string_view qualifier, RecordReader config) {
        function.event_configs[Qualifier(qualifier)] = read_event_config(config);
    });
    if (in.has("versions_published")) {
        function.versions_published = static_cast<std::uint64_t>(in.number("versions_published"));
    }
    if (in.has("reserved_concurrency")) {
        function.reserved_concurrency = in.count("reserved_concurrency");
    }
}

}  // namespace

std::string encode(const Function& function) {
    std::map<Qualifier, ResourcePolicy> policies = function.policies;
    const ResourcePolicy own = policies.contains({}) ? policies[{}] : ResourcePolicy();
    policies.erase(Qualifier());
    json::object object = policy_value(own);
    object.erase("revision");
    object["policy_revision"] = own.revision.value();
    object["account"] = function.tenant.account.value();
    object["region"] = function.tenant.region.value();
    object["configuration"] = configuration_value(function.configuration);
    object["tags"] = object_of(function.tags);
    object["versions_published"] = function.versions_published;
    object["qualified_policies"] = each(policies, &policy_value);
    object["aliases"] = each(function.aliases, &alias_value);
    object["event_configs"] = each(function.event_configs, &event_config_value);
    if (function.reserved_concurrency) {
        object["reserved_concurrency"] = *function.reserved_concurrency;
    }
    return to_text(object);
}

Result<Function> decode_function(std::string_view text) {
    const Result<json::value> value = parse_json(text, "the stored function");
    if (!value || !value->is_object()) {
        return fail(ErrorKind::Corrupt, "a stored function does not read: " +
                                            (value ? "not an object" : value.error().describe()));
    }
    std::string problem;
    RecordReader in(value->as_object(), problem);
    Function function;
    function.tenant = {AccountId(in.text("account")), Region(in.text("region"))};
    function.configuration = read_configuration(in.inside("configuration"));
    function.tags = in.texts("tags");
    read_what_all_versions_share(in, function);
    if (!problem.empty()) {
        return fail(ErrorKind::Corrupt,
                    fmt::format("a stored function does not read: '{}' is missing", problem));
    }
    return function;
}

json::object record_of(const ResourcePolicy& policy) {
    return policy_value(policy);
}

Result<ResourcePolicy> decode_resource_policy(const json::object& object) {
    std::string problem;
    ResourcePolicy policy = read_policy(RecordReader(object, problem), "revision");
    if (problem.empty()) return policy;
    return fail(ErrorKind::Corrupt,
                fmt::format("a stored policy does not read: '{}' is missing", problem));
}

}  // namespace gatehouse::functions
