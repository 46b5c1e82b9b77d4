#include "functions/instance_launch.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "functions/instance_log.h"

namespace gatehouse::functions {
namespace {

// The port of the Runtime API in an instance's own network, as on AWS.
constexpr std::uint16_t private_api_port = 9001;

// Users for instances: far above those of people and packages, and of systemd's dynamic users.
constexpr std::uint32_t first_user = 2'000'000'000;
constexpr std::uint32_t user_count = 2'000'000'000;
constexpr std::uint32_t nobody = 65'534;

// Where functions find what is in their layers.
constexpr std::string_view layers_root = "/opt";

struct Places {
    std::string task_root;
    std::string runtime_dir;
    std::string tmp;
    std::string layers;  // "/opt", also where there are none
};

// Threads of the whole machine, roughly: the limit on processes counts all of a user's, and
// without a user or namespace of its own an instance shares the server's.
std::uint32_t threads_running() {
    std::ifstream file("/proc/loadavg");
    std::string field;
    for (int i = 0; i < 4; ++i) file >> field;
    const auto slash = field.find('/');
    return slash == field.npos ? 0 : static_cast<std::uint32_t>(std::atoi(&field[slash + 1]));
}

// Variables in the order given; the first of a name counts.
class Environment {
public:
    void add(const std::string& name, const std::string& value) {
        if (names_.insert(name).second) variables_.push_back(name + "=" + value);
    }
    std::vector<std::string> take() { return std::move(variables_); }

private:
    std::set<std::string> names_;
    std::vector<std::string> variables_;
};

// What the platform sets and a function may not (its own variables of these names are refused
// when it is configured).
void add_platform_variables(Environment& environment, const LaunchInput& input,
                            const Places& places, const std::string& log_stream) {
    const Function& function = *input.prepared.function;
    const FunctionConfiguration& configuration = function.configuration;
    environment.add("AWS_LAMBDA_FUNCTION_NAME", configuration.name.value());
    environment.add("AWS_LAMBDA_FUNCTION_VERSION", configuration.version.value());
    environment.add("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(configuration.memory_mb));
    environment.add("AWS_LAMBDA_LOG_GROUP_NAME", configuration.log_group);
    environment.add("AWS_LAMBDA_LOG_STREAM_NAME", log_stream);
    environment.add("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    environment.add("_HANDLER", configuration.handler);
    environment.add("LAMBDA_TASK_ROOT", places.task_root);
    environment.add("LAMBDA_RUNTIME_DIR", places.runtime_dir);
    if (input.prepared.runtime.family != RuntimeFamily::Provided) {
        environment.add("AWS_EXECUTION_ENV", "AWS_Lambda_" + configuration.runtime);
    }
    environment.add("AWS_REGION", function.tenant.region.value());
    environment.add("AWS_DEFAULT_REGION", function.tenant.region.value());
    if (input.credentials) {
        environment.add("AWS_ACCESS_KEY_ID", input.credentials->access_key_id);
        environment.add("AWS_SECRET_ACCESS_KEY", input.credentials->secret_access_key);
        if (!input.credentials->session_token.empty()) {
            environment.add("AWS_SESSION_TOKEN", input.credentials->session_token);
        }
    }
}

// What the platform sets unless the function does.
void add_defaults(Environment& environment, const LaunchInput& input, const Places& places) {
    for (const auto& [name, value] : input.settings.extra_environment) {
        environment.add(name, value);
    }
    environment.add(
        "PATH", fmt::format("/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:{}/bin", places.layers));
    environment.add("LD_LIBRARY_PATH",
                    fmt::format("/var/lang/lib:/lib64:/usr/lib64:{0}:{0}/lib:{1}:{1}/lib:{2}/lib",
                                places.runtime_dir, places.task_root, places.layers));
    environment.add("LANG", "en_US.UTF-8");
    environment.add("TZ", ":UTC");
    environment.add("PWD", places.task_root);
    environment.add("SHLVL", "0");
    environment.add("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
    if (input.prepared.runtime.family == RuntimeFamily::Python) {
        environment.add("PYTHONPATH", places.runtime_dir);
        environment.add("LC_CTYPE", "C.UTF-8");
    }
    if (input.prepared.runtime.family == RuntimeFamily::Node) {
        environment.add("NODE_PATH", fmt::format("{3}/nodejs/node{0}/node_modules:"
                                                 "{3}/nodejs/node_modules:{1}/node_modules:{1}:{2}",
                                                 input.prepared.runtime.version, places.runtime_dir,
                                                 places.task_root, places.layers));
    }
    if (places.tmp != "/tmp") environment.add("TMPDIR", places.tmp);
}

// Our files of the function's runtime; empty: it brings its own.
std::string runtime_files(const LaunchInput& input) {
    switch (input.prepared.runtime.family) {
        case RuntimeFamily::Python: return input.files.python_runtime;
        case RuntimeFamily::Node: return input.files.node_runtime;
        case RuntimeFamily::Provided: return {};
    }
    return {};
}

Places places_of(const LaunchInput& input, bool in_namespaces) {
    if (in_namespaces) return {"/var/task", "/var/runtime", "/tmp", std::string(layers_root)};
    const std::string& layers = input.prepared.layers;
    return {input.prepared.package, runtime_files(input),
            (input.settings.cache_dir / "tmp" / input.log_stream_id).string(),
            layers.empty() ? std::string(layers_root) : layers};
}

// The program of the function's that gets the runtime's command line; empty: none. Source: Lambda
// Developer Guide, "Modifying the runtime environment", by which runtimes that bring their own
// bootstrap do not have it.
std::string wrapper_of(const LaunchInput& input, const Places& places) {
    const auto& own = input.prepared.function->configuration.environment;
    if (!own || input.prepared.runtime.family == RuntimeFamily::Provided) return {};
    const auto named = own->find("AWS_LAMBDA_EXEC_WRAPPER");
    if (named == own->end()) return {};
    for (const auto& [root, place] : {std::pair{std::string_view("/var/task"), places.task_root},
                                      std::pair{layers_root, places.layers}}) {
        const std::string_view path = named->second;
        if (path.starts_with(root) && path.substr(root.size()).starts_with('/')) {
            return place + std::string(path.substr(root.size()));
        }
    }
    return named->second;
}

void set_mounts(LaunchSpec& spec, const LaunchInput& input, const Places& places) {
    spec.mounts = system_mounts();
    for (const Mount& mount : input.prepared.interpreter.mounts) spec.mounts.push_back(mount);
    spec.mounts.push_back({input.prepared.package, places.task_root});
    if (!input.prepared.layers.empty()) {
        spec.mounts.push_back({input.prepared.layers, places.layers});
    }
    if (const std::string files = runtime_files(input); !files.empty()) {
        spec.mounts.push_back({files, places.runtime_dir});
    }
}

void set_confinement(LaunchSpec& spec, const LaunchInput& input) {
    const bool confine = input.isolation.mode() != IsolationMode::None;
    spec.use_namespaces = input.isolation.use_namespaces();
    spec.use_landlock = confine;
    spec.use_seccomp = confine;
    spec.require_all = input.isolation.mode() == IsolationMode::Required;
    spec.network = input.settings.network;
    spec.user = input.isolation.next_user();
    spec.group = spec.user;
    const auto storage_mb = input.prepared.function->configuration.ephemeral_storage_mb;
    spec.file_bytes_max = std::uint64_t{storage_mb} * 1024 * 1024;
    spec.processes_max = input.settings.processes_max;
    if (!spec.use_namespaces && spec.user == 0) spec.processes_max += threads_running();
    spec.descriptors_max = instance_descriptors_max;
}

// Of a runtime that is the function's own: its package's, or else its layers'.
std::string bootstrap_of(const LaunchInput& input, const Places& places) {
    namespace fs = std::filesystem;
    const auto has_one = [](const std::string& directory) {
        std::error_code ignored;
        return !directory.empty() && fs::exists(fs::path(directory) / "bootstrap", ignored);
    };
    const bool is_of_layers = !has_one(input.prepared.package) && has_one(input.prepared.layers);
    return (is_of_layers ? places.layers : places.task_root) + "/bootstrap";
}

std::vector<std::string> command_of(const LaunchInput& input, const Places& places) {
    const std::string& program = input.prepared.interpreter.program;
    const auto memory_mb = input.prepared.function->configuration.memory_mb;
    switch (input.prepared.runtime.family) {
        case RuntimeFamily::Python:
            // Unbuffered: what was printed is there, however the process ends.
            return {program, "-u", places.runtime_dir + "/bootstrap.py", places.layers};
        case RuntimeFamily::Node:
            // Node.js sees the machine's memory: it must collect before the function's is full.
            return {program, fmt::format("--max-old-space-size={}", memory_mb * 9 / 10),
                    places.runtime_dir + "/bootstrap.js"};
        case RuntimeFamily::Provided: return {bootstrap_of(input, places)};
    }
    return {};
}

}  // namespace

Isolation::Isolation(IsolationMode mode, bool is_root, Random& random, OnReached on_reached)
    : mode_(mode),
      namespaces_(mode != IsolationMode::None),
      is_root_(is_root),
      next_user_(random.next() % user_count),
      on_reached_(std::move(on_reached)) {}

std::uint32_t Isolation::next_user() {
    if (!is_root_) return 0;
    if (!own_users_) return nobody;
    return static_cast<std::uint32_t>(first_user + next_user_++ % user_count);
}

bool Isolation::is_own_user(std::uint32_t user) const {
    return user >= first_user;
}

bool Isolation::give_way(std::string_view stage) {
    if (mode_ == IsolationMode::Required) return false;
    bool* const wanted = stage == "user"                            ? &own_users_
                         : stage == "namespaces" || stage == "root" ? &namespaces_
                                                                    : nullptr;
    if (wanted == nullptr || !*wanted) return false;
    *wanted = false;
    ++times_given_way_;
    return true;
}

void Isolation::set_reached(std::string_view text) {
    if (reached_ == text) return;
    reached_ = text;
    if (on_reached_) on_reached_(text);
}

LaunchPlan plan_launch(const LaunchInput& input) {
    LaunchPlan plan;
    LaunchSpec& spec = plan.spec;
    set_confinement(spec, input);
    const Places places = places_of(input, spec.use_namespaces);
    plan.log_stream =
        log_stream_name(input.now, input.prepared.function->configuration, input.log_stream_id);
    plan.private_network = spec.use_namespaces && spec.network != NetworkAccess::Full;
    if (!spec.use_namespaces) plan.scratch_directory = places.tmp;

    set_mounts(spec, input, places);
    spec.working_directory = places.task_root;
    spec.writable_directory = places.tmp;
    spec.arguments = command_of(input, places);
    if (std::string wrapper = wrapper_of(input, places); !wrapper.empty()) {
        spec.arguments.insert(spec.arguments.begin(), std::move(wrapper));
        spec.has_wrapper = true;
    }

    Environment environment;
    add_platform_variables(environment, input, places, plan.log_stream);
    const auto& own = input.prepared.function->configuration.environment;
    if (own) {
        for (const auto& [name, value] : *own) environment.add(name, value);
    }
    add_defaults(environment, input, places);
    spec.environment = environment.take();
    if (plan.private_network) set_runtime_api_port(plan, private_api_port);
    return plan;
}

Result<void> make_reachable(const LaunchPlan& plan, const FunctionSettings& settings) {
    if (plan.spec.use_namespaces || plan.spec.user == 0) return {};
    for (std::filesystem::path path = plan.spec.working_directory; path.has_relative_path();
         path = path.parent_path()) {
        struct stat facts{};
        if (stat(path.c_str(), &facts) == 0 && (facts.st_mode & S_IXOTH) != 0) continue;
        // The server's own folders: others may pass through, and see nothing of what is beside.
        const bool is_own = path == settings.cache_dir || path == settings.cache_dir.parent_path();
        if (is_own && chmod(path.c_str(), (facts.st_mode & 07777) | S_IXOTH) == 0) continue;
        return fail(ErrorKind::Unavailable,
                    fmt::format("functions run as a user of their own, who cannot enter {0}; keep "
                                "the server's data (--data-dir) where everybody can pass through, "
                                "as in /var/lib/gatehouse, or: chmod o+x {0}",
                                path.string()));
    }
    return {};
}

void set_runtime_api_port(LaunchPlan& plan, std::uint16_t port) {
    plan.spec.runtime_api_port = port;
    plan.spec.environment.push_back(fmt::format("AWS_LAMBDA_RUNTIME_API=127.0.0.1:{}", port));
}

}  // namespace gatehouse::functions
