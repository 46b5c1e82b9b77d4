#include "api/lambda/function_shapes.h"

#include <fmt/format.h>

#include "api/shapes/lambda/errors.h"
#include "base/arn.h"
#include "functions/package_store.h"

namespace gatehouse::api::lambda {
namespace {

std::unexpected<wire::Failure> unsupported(std::string_view what) {
    return wire::fail_as(errors::invalid_parameter_value_exception,
                         fmt::format("Gatehouse does not support {}", what));
}

State state_of(functions::FunctionState state) {
    switch (state) {
        case functions::FunctionState::Pending: return State::Pending;
        case functions::FunctionState::Active: return State::Active;
        case functions::FunctionState::Inactive: return State::Inactive;
        case functions::FunctionState::Failed: return State::Failed;
    }
    return State::Failed;
}

LastUpdateStatus status_of(functions::LastUpdateStatus status) {
    switch (status) {
        case functions::LastUpdateStatus::Successful: return LastUpdateStatus::Successful;
        case functions::LastUpdateStatus::Failed: return LastUpdateStatus::Failed;
        case functions::LastUpdateStatus::InProgress: return LastUpdateStatus::InProgress;
    }
    return LastUpdateStatus::Failed;
}

TracingMode mode_of(functions::Tracing tracing) {
    return tracing == functions::Tracing::Active ? TracingMode::Active : TracingMode::PassThrough;
}

void set_if_any(std::optional<std::string>& to, const std::string& from) {
    if (!from.empty()) to = from;
}

// Members that CreateFunction and UpdateFunctionConfiguration share.
template <class Request>
wire::Outcome<void> check_shared_features(const Request& request) {
    if (request.file_system_configs && !request.file_system_configs->empty()) {
        return unsupported("file systems");
    }
    if (request.image_config) return unsupported("container images");
    const auto& network = request.vpc_config;
    if (network && ((network->subnet_ids && !network->subnet_ids->empty()) ||
                    (network->security_group_ids && !network->security_group_ids->empty()))) {
        return unsupported("VPCs");
    }
    const auto& dead_letters = request.dead_letter_config;
    if (dead_letters && !dead_letters->target_arn.value_or("").empty()) {
        return unsupported("dead letter queues");
    }
    if (!request.kms_key_arn.value_or("").empty()) return unsupported("keys of KMS");
    const auto& snap_start = request.snap_start;
    if (snap_start && snap_start->apply_on == SnapStartApplyOn::PublishedVersions) {
        return unsupported("SnapStart");
    }
    const auto& logging = request.logging_config;
    if (logging && logging->log_format == LogFormat::Json) return unsupported("JSON log format");
    return {};
}

wire::Outcome<void> check_architectures(
    const std::optional<std::vector<Architecture>>& architectures) {
    if (architectures && architectures->size() != 1) {
        return wire::fail_as(errors::invalid_parameter_value_exception,
                             "Architectures must name exactly one");
    }
    return {};
}

}  // namespace

std::string lambda_time_text(WallTime time) {
    std::string text = format_iso8601(time);
    text.pop_back();
    return text + "+0000";
}

FunctionConfiguration shape_of(const functions::FunctionConfiguration& configuration,
                               std::string_view qualifier) {
    FunctionConfiguration shape{
        .function_name = configuration.name.value(),
        .function_arn = configuration.arn,
        .role = configuration.role,
        .code_size = static_cast<std::int64_t>(configuration.code_bytes),
        .description = configuration.description,
        .timeout = static_cast<std::int32_t>(configuration.timeout_s),
        .memory_size = static_cast<std::int32_t>(configuration.memory_mb),
        .last_modified = lambda_time_text(configuration.last_modified),
        .code_sha256 = functions::code_sha256_base64(configuration.code_hash),
        .version = configuration.version.value(),
        .tracing_config = TracingConfigResponse{.mode = mode_of(configuration.tracing)},
        .revision_id = configuration.revision.value(),
        .state = state_of(configuration.state),
        .package_type = PackageType::Zip,
        .architectures = std::vector<Architecture>(1),
        .ephemeral_storage =
            EphemeralStorage{.size = static_cast<std::int32_t>(configuration.ephemeral_storage_mb)},
        .snap_start = SnapStartResponse{.apply_on = SnapStartApplyOn::None,
                                        .optimization_status = SnapStartOptimizationStatus::Off},
        .logging_config =
            LoggingConfig{.log_format = LogFormat::Text, .log_group = configuration.log_group},
        .runtime_version_config = RuntimeVersionConfig{
            .runtime_version_arn = functions::runtime_version_arn(configuration)}};
    const bool is_published = configuration.version.view() != functions::latest_version;
    if (qualifier.empty() && is_published) qualifier = configuration.version.view();
    if (!qualifier.empty()) shape.function_arn->append(":").append(qualifier);
    set_if_any(shape.runtime, configuration.runtime);
    set_if_any(shape.handler, configuration.handler);
    set_if_any(shape.state_reason, configuration.state_reason);
    set_if_any(shape.state_reason_code, configuration.state_reason_code);
    set_if_any(shape.last_update_status_reason, configuration.last_update_reason);
    set_if_any(shape.last_update_status_reason_code, configuration.last_update_reason_code);
    if (configuration.last_update_status) {
        shape.last_update_status = status_of(*configuration.last_update_status);
    }
    if (configuration.environment) {
        shape.environment = EnvironmentResponse{.variables = *configuration.environment};
    }
    from_text(configuration.architecture, shape.architectures->front());
    if (!configuration.layers.empty()) shape.layers.emplace();
    for (const functions::LayerUse& layer : configuration.layers) {
        shape.layers->push_back(
            {.arn = layer.arn, .code_size = static_cast<std::int64_t>(layer.code_bytes)});
    }
    return shape;
}

async::Task<wire::Outcome<void>> check_may_use_layers(
    const Caller& caller, const std::optional<std::vector<std::string>>& arns) {
    if (!arns || arns->empty() || !caller.refusal_of) co_return wire::Outcome<void>();
    auto refused = co_await caller.refusal_of("lambda:GetLayerVersion", *arns);
    if (refused) co_return std::unexpected(std::move(*refused));
    co_return wire::Outcome<void>();
}

wire::Outcome<void> check_features(const CreateFunctionRequest& request) {
    if (request.package_type == PackageType::Image || request.code.image_uri) {
        return unsupported("container images");
    }
    if (request.code.s3_bucket || request.code.s3_key) return unsupported("packages in S3");
    if (!request.code.zip_file) {
        return wire::fail_as(errors::invalid_parameter_value_exception,
                             "Code must hold the package as ZipFile");
    }
    if (request.runtime.value_or("").empty() || request.handler.value_or("").empty()) {
        return wire::fail_as(errors::invalid_parameter_value_exception,
                             "Runtime and Handler are mandatory parameters for functions created "
                             "with deployment packages.");
    }
    if (auto fine = check_architectures(request.architectures); !fine) return fine;
    return check_shared_features(request);
}

wire::Outcome<void> check_features(const UpdateFunctionCodeRequest& request) {
    if (request.image_uri) return unsupported("container images");
    if (request.s3_bucket || request.s3_key) return unsupported("packages in S3");
    if (!request.zip_file) {
        return wire::fail_as(errors::invalid_parameter_value_exception,
                             "the package must be given as ZipFile");
    }
    return check_architectures(request.architectures);
}

wire::Outcome<void> check_features(const UpdateFunctionConfigurationRequest& request) {
    return check_shared_features(request);
}

std::optional<std::uint32_t> number_of(std::optional<std::int32_t> number) {
    return number.transform([](std::int32_t n) { return static_cast<std::uint32_t>(n); });
}

std::optional<std::uint32_t> size_of(const std::optional<EphemeralStorage>& storage) {
    return storage.transform(
        [](const EphemeralStorage& s) { return static_cast<std::uint32_t>(s.size); });
}

std::optional<functions::EnvironmentVariables> variables_of(
    const std::optional<Environment>& environment) {
    if (!environment) return std::nullopt;
    return environment->variables.value_or(functions::EnvironmentVariables());
}

std::optional<std::string> log_group_of(const std::optional<LoggingConfig>& logging) {
    return logging ? logging->log_group : std::nullopt;
}

std::optional<functions::Tracing> tracing_of(const std::optional<TracingConfig>& tracing) {
    if (!tracing || !tracing->mode) return std::nullopt;
    return *tracing->mode == TracingMode::Active ? functions::Tracing::Active
                                                 : functions::Tracing::PassThrough;
}

std::string architecture_of(const std::optional<std::vector<Architecture>>& architectures) {
    return std::string(to_text(architectures ? architectures->front() : Architecture::X8664));
}

std::optional<functions::RevisionId> revision_of(const std::optional<std::string>& revision) {
    return revision.transform([](const std::string& text) { return functions::RevisionId(text); });
}

}  // namespace gatehouse::api::lambda
