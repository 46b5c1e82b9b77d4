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

// Reads members; remembers the first that is missing or of another kind.
class Reader {
public:
    explicit Reader(const json::object& object, std::string& problem)
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

private:
    void miss(std::string_view name) {
        if (problem_.empty()) problem_ = std::string(name);
    }
    const json::object& object_;
    std::string& problem_;
};

FunctionConfiguration read_configuration(Reader in) {
    FunctionConfiguration configuration;
    configuration.name = FunctionName(in.text("name"));
    configuration.arn = in.text("arn");
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
    configuration.state = FunctionState::Active;
    configuration.last_update_status = LastUpdateStatus::Successful;
    return configuration;
}

Permission read_permission(Reader in) {
    Permission permission;
    permission.statement_id = StatementId(in.text("statement_id"));
    permission.action = in.text("action");
    permission.principal = in.text("principal");
    permission.source_arn = in.optional_text("source_arn");
    permission.source_account = in.optional_text("source_account");
    permission.event_source_token = in.optional_text("event_source_token");
    return permission;
}

}  // namespace

std::string encode(const Function& function) {
    json::array permissions;
    for (const Permission& permission : function.permissions) {
        permissions.push_back(permission_value(permission));
    }
    json::object object{{"account", function.tenant.account.value()},
                        {"region", function.tenant.region.value()},
                        {"configuration", configuration_value(function.configuration)},
                        {"permissions", std::move(permissions)},
                        {"policy_revision", function.policy_revision.value()},
                        {"tags", object_of(function.tags)}};
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
    Reader in(value->as_object(), problem);
    Function function;
    function.tenant = {AccountId(in.text("account")), Region(in.text("region"))};
    function.configuration = read_configuration(Reader(in.object("configuration"), problem));
    function.policy_revision = RevisionId(in.text("policy_revision"));
    function.tags = in.texts("tags");
    if (in.has("reserved_concurrency")) {
        function.reserved_concurrency = in.count("reserved_concurrency");
    }
    const json::value* const permissions = value->as_object().if_contains("permissions");
    if (permissions == nullptr || !permissions->is_array()) {
        problem = "permissions";
    } else {
        for (const json::value& permission : permissions->as_array()) {
            if (!permission.is_object()) {
                problem = "permissions";
                break;
            }
            function.permissions.push_back(
                read_permission(Reader(permission.as_object(), problem)));
        }
    }
    if (!problem.empty()) {
        return fail(ErrorKind::Corrupt,
                    fmt::format("a stored function does not read: '{}' is missing", problem));
    }
    return function;
}

}  // namespace gatehouse::functions
