#include "functions/function_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/arn.h"
#include "base/json.h"
#include "functions/remote_functions.h"
#include "functions/runtimes.h"
#include "logs/event_sink.h"

namespace gatehouse::functions {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_name_character(char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

std::unexpected<Error> violates(std::string_view value, std::string_view path,
                                std::string_view constraint) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy "
                            "constraint: Member must {}",
                            value, path, constraint),
                Place{std::string(path), 0, 0});
}

Result<void> check_range(std::uint32_t value, std::string_view path, std::uint32_t min,
                         std::uint32_t max) {
    if (value < min) {
        return violates(std::to_string(value), path,
                        fmt::format("have value greater than or equal to {}", min));
    }
    if (value > max) {
        return violates(std::to_string(value), path,
                        fmt::format("have value less than or equal to {}", max));
    }
    return {};
}

Result<void> check_name(const FunctionName& name) {
    if (name.empty() || name.view().size() > function_name_max) {
        return violates(name.view(), "functionName",
                        fmt::format("have length between 1 and {}", function_name_max));
    }
    if (!std::ranges::all_of(name.view(), is_name_character)) {
        return violates(name.view(), "functionName",
                        "satisfy regular expression pattern: [a-zA-Z0-9-_]+");
    }
    return {};
}

// arn:aws:iam::123456789012:role/NAME. Whether there is such a role is not asked.
Result<void> check_role(const std::string& role) {
    const Result<Arn> arn = parse_arn(role);
    if (!arn || !arn->partition.starts_with("aws") || arn->service != "iam" ||
        !arn->region.empty() || !is_account_id(arn->account) ||
        !arn->resource.starts_with("role/") || arn->resource.ends_with('/') ||
        arn->resource.contains(':')) {
        return violates(role, "role",
                        "satisfy regular expression pattern: "
                        "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
    }
    return {};
}

Result<void> check_handler(const std::string& handler) {
    const bool printable =
        std::ranges::none_of(handler, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
    if (handler.empty() || handler.size() > handler_max || !printable) {
        return violates(handler, "handler", "satisfy regular expression pattern: [^\\s]+");
    }
    return {};
}

Result<void> check_environment(const EnvironmentVariables& variables) {
    json::object object;
    for (const auto& [name, value] : variables) {
        const bool well_formed =
            name.size() >= 2 && is_letter(name.front()) && std::ranges::all_of(name, [](char c) {
                return is_letter(c) || is_digit(c) || c == '_';
            });
        // Reserved names include one that starts with an underscore: they are told first.
        if (is_reserved_variable(name)) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("Lambda was unable to configure your environment variables "
                                    "because the environment variables you have provided "
                                    "contains reserved keys that are currently not supported for "
                                    "modification. Reserved keys used in this request: {}",
                                    name));
        }
        if (!well_formed) {
            return violates(name, "environment.variables",
                            "satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+");
        }
        if (value.find('\0') != value.npos) {
            return violates(name, "environment.variables", "not hold a zero byte");
        }
        object[name] = value;
    }
    if (to_text(object).size() > environment_bytes_max) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("Lambda was unable to configure your environment variables because "
                                "the environment variables you have provided exceeded the {} KB "
                                "limit.",
                                environment_bytes_max / 1024));
    }
    return {};
}

Result<void> check_log_group(const std::string& group) {
    const bool well_formed = std::ranges::all_of(
        group, [](char c) { return is_name_character(c) || c == '.' || c == '/' || c == '#'; });
    if (group.empty() || group.size() > 512 || !well_formed) {
        return violates(group, "loggingConfig.logGroup",
                        "satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+");
    }
    if (group == logs::iot_log_group) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("loggingConfig.logGroup: {} is the log group of the service's own "
                                "records, in which no function prints",
                                group));
    }
    return {};
}

Result<void> check_texts(const FunctionConfiguration& configuration) {
    if (is_remote(configuration)) {
        if (auto remote = check_remote(configuration); !remote) return remote;
    } else if (auto runtime = find_runtime(configuration.runtime); !runtime) {
        return fail(ErrorKind::InvalidInput, runtime.error().message);
    }
    if (auto role = check_role(configuration.role); !role) return role;
    if (auto handler = check_handler(configuration.handler); !handler) return handler;
    if (configuration.description.size() > description_max) {
        return violates(configuration.description, "description",
                        fmt::format("have length less than or equal to {}", description_max));
    }
    if (configuration.architecture != "x86_64" && configuration.architecture != "arm64") {
        return violates(configuration.architecture, "architectures",
                        "satisfy enum value set: [x86_64, arm64]");
    }
    return check_log_group(configuration.log_group);
}

}  // namespace

Result<void> check_tags(const ResourceTags& tags) {
    if (auto fault = tags_fault(tags)) return fail(ErrorKind::InvalidInput, std::move(*fault));
    return {};
}

bool is_reserved_variable(std::string_view name) {
    static constexpr std::array<std::string_view, 18> reserved{"_HANDLER",
                                                               "_X_AMZN_TRACE_ID",
                                                               "AWS_DEFAULT_REGION",
                                                               "AWS_REGION",
                                                               "AWS_EXECUTION_ENV",
                                                               "AWS_LAMBDA_FUNCTION_NAME",
                                                               "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                               "AWS_LAMBDA_FUNCTION_VERSION",
                                                               "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                               "AWS_LAMBDA_LOG_GROUP_NAME",
                                                               "AWS_LAMBDA_LOG_STREAM_NAME",
                                                               "AWS_LAMBDA_RUNTIME_API",
                                                               "AWS_ACCESS_KEY",
                                                               "AWS_ACCESS_KEY_ID",
                                                               "AWS_SECRET_ACCESS_KEY",
                                                               "AWS_SESSION_TOKEN",
                                                               "LAMBDA_TASK_ROOT",
                                                               "LAMBDA_RUNTIME_DIR"};
    return std::ranges::find(reserved, name) != reserved.end();
}

Result<void> check_configuration(const FunctionConfiguration& configuration) {
    if (auto name = check_name(configuration.name); !name) return name;
    if (auto texts = check_texts(configuration); !texts) return texts;
    if (auto timeout =
            check_range(configuration.timeout_s, "timeout", timeout_s_min, timeout_s_max);
        !timeout) {
        return timeout;
    }
    if (auto memory =
            check_range(configuration.memory_mb, "memorySize", memory_mb_min, memory_mb_max);
        !memory) {
        return memory;
    }
    if (auto storage = check_range(configuration.ephemeral_storage_mb, "ephemeralStorage.size",
                                   ephemeral_storage_mb_min, ephemeral_storage_mb_max);
        !storage) {
        return storage;
    }
    if (configuration.environment) return check_environment(*configuration.environment);
    return {};
}

Result<FunctionReference> parse_function_reference(std::string_view text,
                                                   std::string_view qualifier) {
    const auto malformed = [&] {
        return violates(text, "functionName",
                        "satisfy regular expression pattern: "
                        "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?"
                        "(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?");
    };
    std::vector<std::string_view> parts;
    for (std::string_view rest = text;;) {
        const auto colon = rest.find(':');
        parts.push_back(rest.substr(0, colon));
        if (colon == rest.npos) break;
        rest.remove_prefix(colon + 1);
    }
    FunctionReference reference;
    std::size_t next = 0;
    if (parts[0] == "arn") {
        if (parts.size() < 7 || !parts[1].starts_with("aws") || parts[2] != "lambda") {
            return malformed();
        }
        reference.region = parts[3];
        next = 4;
    }
    if (next + 1 < parts.size() && is_account_id(parts[next])) reference.account = parts[next++];
    if (next + 1 < parts.size() && parts[next] == "function") ++next;
    reference.name = FunctionName(parts[next++]);
    if (next < parts.size()) reference.qualifier = parts[next++];
    if (next != parts.size() || !check_name(reference.name)) return malformed();
    const bool has_qualifier = !reference.qualifier.empty();
    if (text.ends_with(':') || (reference.qualifier != latest_version &&
                                !std::ranges::all_of(reference.qualifier, is_name_character))) {
        return malformed();
    }
    if (has_qualifier && !qualifier.empty() && reference.qualifier != qualifier) {
        return fail(ErrorKind::InvalidInput,
                    "The derived qualifier from the function name does not match the specified "
                    "qualifier.");
    }
    if (!has_qualifier) reference.qualifier = qualifier;
    return reference;
}

}  // namespace gatehouse::functions
