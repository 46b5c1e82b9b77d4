#include "server/serve/server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "authentication/password_authenticator.h"
#include "base/descriptor_limit.h"
#include "functions/process_privacy.h"
#include "net/address.h"
#include "server/serve/start_memory.h"
#include "server/serve/tell_operator.h"
#include "server/version.h"

namespace gatehouse::server {
namespace {

constexpr std::chrono::hours renewal_interval{1};
// For answers that say that the server is stopping.
constexpr std::uint32_t last_words_ms = 150;
// For functions' processes to end once they are killed.
constexpr std::uint32_t functions_end_ms = 300;

}  // namespace

Result<std::unique_ptr<Server>> Server::make(Settings settings, Reload reload) {
    Signals::hold_back();  // the foundation has threads already
    if (auto closed = functions::forbid_tracing(); !closed) return fail(std::move(closed.error()));
    std::unique_ptr<Server> made(new Server(std::move(settings), std::move(reload)));
    const Settings& all = made->settings_;
    made->connection_bounds_ = connection_bounds(all, raise_descriptor_limit());
    auto foundation = Foundation::make(all);
    if (!foundation) return fail(std::move(foundation.error()));
    made->foundation_ = std::move(*foundation);
    made->loops_ = std::make_unique<Loops>(*made->foundation_->clock, loop_count(all.loops));
    auto signals = Signals::watch(made->loops_->main(),
                                  {.drain = [server = made.get()] { server->drain(); },
                                   .reread = [server = made.get()] { server->reread(); }});
    if (!signals) return fail(std::move(signals.error()));
    made->signals_ = std::move(*signals);
    auto resources = Resources::load(all, *made->foundation_, *made->loops_);
    if (!resources) return fail(std::move(resources.error()));
    made->resources_ = std::move(*resources);
    made->endpoints_ = std::make_unique<DeviceEndpoints>(
        DeviceEndpoints::Parts{.settings = all,
                               .accounts = *made->resources_->accounts,
                               .authorizers = *made->resources_->authorizers,
                               .certificate = *made->foundation_->certificate,
                               .workers = made->foundation_->workers});
    if (auto started = made->make_devices(); !started) return fail(std::move(started.error()));
    made->api_ = std::make_unique<ControlApi>(
        ControlApi::Parts{.settings = all,
                          .foundation = *made->foundation_,
                          .loops = *made->loops_,
                          .resources = *made->resources_,
                          .custom_authorizer = made->devices_->custom_authorizer(),
                          .gateway = made->devices_->gateway(),
                          .is_ready = [server = made.get()] { return server->ready_.load(); },
                          .endpoints = *made->endpoints_,
                          .rules = made->rules_->records(),
                          .targets = *made->rule_targets_,
                          .mqtts_port = [server = made.get()] { return server->mqtts_port(); }});
    made->devices_->gateway().offer(made->api_->routes_at_doors());
    made->metrics_ =
        std::make_unique<MetricsPage>(MetricsPage::Parts{.foundation = *made->foundation_,
                                                         .loops = *made->loops_,
                                                         .gateway = made->devices_->gateway(),
                                                         .rules = made->rules_->engine(),
                                                         .api_calls = made->api_->calls(),
                                                         .host_names = names_asked_by(all)});
    made->registry_events_ = std::make_unique<RegistryEvents>(
        made->loops_->main(), made->devices_->gateway(), *made->foundation_->async_store);
    made->ocsp_stapling_ = std::make_unique<OcspStapling>(
        OcspStapling::Parts{.loop = made->loops_->main(),
                            .clock = *made->foundation_->clock,
                            .domains = *made->foundation_->domains,
                            .functions = made->resources_->functions->invoker(),
                            .permissions = made->resources_->functions->permissions(),
                            .missing_permission = all.profile.behaviour.missing_permission,
                            .events = *made->foundation_->log,
                            .levels = *made->foundation_->levels});
    made->tasks_ = std::make_unique<async::TaskGroup>(made->loops_->main(), "server");
    return made;
}

// The devices' side, and the rules that hear it.
Result<void> Server::make_devices() {
    auto targets = RuleTargets::load(settings_, *foundation_, *loops_);
    if (!targets) return fail(std::move(targets.error()));
    rule_targets_ = std::move(*targets);
    auto rules = Rules::load({.settings = settings_,
                              .foundation = *foundation_,
                              .loops = *loops_,
                              .functions = *resources_->functions,
                              .roles = *resources_->role_sessions,
                              .targets = *rule_targets_});
    if (!rules) return fail(std::move(rules.error()));
    rules_ = std::move(*rules);
    auto devices = Devices::make({.settings = settings_,
                                  .foundation = *foundation_,
                                  .loops = *loops_,
                                  .endpoints = *endpoints_,
                                  .authorizers = *resources_->authorizers,
                                  .functions = resources_->functions->invoker(),
                                  .permissions = resources_->functions->permissions(),
                                  .accounts = *resources_->accounts,
                                  .judge = *resources_->judge,
                                  .role_sessions = *resources_->role_sessions,
                                  .role_aliases = *resources_->role_aliases,
                                  .provisionings = *resources_->provisionings,
                                  .rules = rules_->listener()});
    if (!devices) return fail(std::move(devices.error()));
    devices_ = std::move(*devices);
    rules_->serve(devices_->gateway().parts().broker);
    return load_revocations();
}

Result<void> Server::load_revocations() {
    revocations_ = std::make_unique<Revocations>(Revocations::Parts{
        .path = settings_.tls.revocation_lists,
        .loop = loops_->main(),
        .workers = foundation_->workers,
        .clock = *foundation_->clock,
        .devices = *devices_,
        .tell = [this](logs::Status status, std::string_view reason, const std::string& sentence) {
            if (status == logs::Status::Failure) tell_operator(sentence);
            notice(status, reason, sentence);
        }});
    return revocations_->load();
}

// Connections hold places among the doors' limits, so they go before the doors.
Server::~Server() {
    if (foundation_) *foundation_->on_events_written.lock() = nullptr;
    ocsp_stapling_.reset();
    revocations_.reset();
    registry_events_.reset();
    sys_topics_.reset();
    devices_.reset();
}

Result<void> Server::run() {
    auto doors = Doors::open({.settings = settings_,
                              .foundation = *foundation_,
                              .loops = *loops_,
                              .gateway = devices_->gateway(),
                              .api = api_->routes(),
                              .metrics = *metrics_,
                              .bounds = connection_bounds_});
    if (!doors) return fail(std::move(doors.error()));
    doors_ = std::move(*doors);
    endpoints_->on_new_certificate([doors = doors_.get()] { return doors->renew_certificates(); });
    renewal_ = std::make_unique<async::FunctionTimer>([this] { plan_renewal(); });
    plan_renewal();
    if (settings_.profile.name == ProfileName::Open && settings_.sys_seconds != 0) {
        sys_topics_ = std::make_unique<SysTopics>(loops_->main(), devices_->gateway(),
                                                  default_tenant(settings_),
                                                  std::chrono::seconds(settings_.sys_seconds));
        sys_topics_->start();
    }
    *foundation_->on_events_written.lock() = [events = registry_events_.get()] { events->wake(); };
    registry_events_->wake();
    ocsp_stapling_->start();
    resources_->auditor->start();
    resources_->bulk_registration->start();
    tell_uncovered();
    tell_made_again();
    tell_left_out();
    tell_shadowed();
    tell_lowered();
    release_start_memory();
    if (auto announced = announce(); !announced) return announced;
    loops_->run();
    ::unlink(settings_.ready_file.c_str());
    return {};
}

std::optional<std::uint16_t> Server::mqtts_port() const {
    return doors_ ? doors_->ports().mqtts : std::nullopt;
}

ReadyFile Server::ready_file() const {
    const Doors::Ports& ports = doors_->ports();
    ReadyFile ready;
    ready.host = net::host_from_here(settings_.hosts.front());
    ready.mqtt = ports.mqtt;
    ready.mqtts = ports.mqtts;
    ready.https = ports.https;
    ready.https_mtls = ports.https_mtls;
    ready.api = ports.api;
    ready.metrics = ports.metrics;
    if (ports.api) {
        ready.api_url = fmt::format(
            "{}://{}", settings_.api_speaks_tls() ? "https" : "http",
            net::host_and_port(net::host_from_here(settings_.api_hosts.front()), *ports.api));
    }
    ready.ca = foundation_->certificate->authority_file();
    ready.api_ca = foundation_->authority->root_certificate_path();
    ready.endpoint = endpoints_->usual();
    ready.account = settings_.account.value();
    ready.region = settings_.region.value();
    ready.data_dir = foundation_->data_dir->path();
    ready.pid = getpid();
    ready.version = program_version();
    return ready;
}

Result<void> Server::announce() {
    const ReadyFile ready = ready_file();
    // Functions do not know the certificate of an API over TLS.
    if (!ready.api_url.empty() && !settings_.api_speaks_tls()) {
        resources_->functions->announce_api(ready.api_url);
    }
    if (auto resumed = resources_->functions->resume_events(); !resumed) return resumed;
    const std::string own_file = ready_file_path(ready.data_dir);
    if (auto written = write_ready_file(own_file, ready); !written) return written;
    if (!settings_.ready_file.empty() && settings_.ready_file != own_file) {
        if (auto written = write_ready_file(settings_.ready_file, ready); !written) return written;
    }
    ready_ = true;
    fmt::print("{}\n", to_json(ready));
    std::fflush(stdout);
    const std::string details =
        fmt::format("version {}, profile {}; the memory of functions is {}", ready.version,
                    name_of_choice(settings_.profile.name), resources_->functions->memory_text());
    notice(logs::Status::Success, "STARTED", details);
    return {};
}

void Server::drain() {
    if (std::exchange(draining_, true)) return;  // asked twice
    ready_ = false;
    tasks_->start(drain_all());
}

// First whatever can end by itself, then functions, which others wait for, then what is left. A
// clock that stands still would never come to a deadline, so nothing is waited for then.
async::Task<void> Server::drain_all() {
    const bool time_passes = settings_.clock == ClockChoice::System;
    const auto within = [&](std::uint32_t milliseconds) {
        return Deadline::after(*foundation_->clock,
                               std::chrono::milliseconds(time_passes ? milliseconds : 0));
    };
    doors_->close();
    if (sys_topics_) sys_topics_->stop();
    foundation_->traces->end_following();
    co_await devices_->stop();
    co_await doors_->drain_api(within(settings_.drain_ms));
    co_await rules_->stop(within(settings_.drain_ms));
    co_await rule_targets_->stop();
    co_await resources_->functions->stop(within(functions_end_ms));
    co_await ocsp_stapling_->stop();
    co_await revocations_->stop();
    co_await resources_->auditor->stop();
    co_await resources_->bulk_registration->stop();
    co_await devices_->drain(within(last_words_ms));
    co_await doors_->end_api(within(last_words_ms));
    co_await registry_events_->stop();
    notice(logs::Status::Success, "STOPPED", "asked to stop");
    ::unlink(ready_file_path(foundation_->data_dir->path().string()).c_str());
    loops_->stop();
}

void Server::reread() {
    std::vector<Reread> all{renew_certificate(), reread_settings()};
    if (!settings_.passwords.users_file.empty()) all.push_back(reread_passwords());
    if (!settings_.authorizers_file.empty()) all.push_back(reread_authorizers());
    logs::Status status = logs::Status::Success;
    std::vector<std::string_view> sentences;
    for (const Reread& one : all) {
        if (one.status == logs::Status::Failure) status = one.status;
        sentences.push_back(one.sentence);
    }
    tell_left_out();
    notice(status, "REREAD", fmt::format("{}", fmt::join(sentences, "; ")));
}

void Server::notice(logs::Status status, std::string_view reason, std::string_view details) {
    foundation_->log->record({.tenant = default_tenant(settings_),
                              .type = logs::EventType::ServerNotice,
                              .status = status,
                              .reason = reason,
                              .details = details});
}

Server::Reread Server::reread_passwords() {
    const auto read = devices_->reload_passwords();
    if (read) return {.sentence = "the passwords were read again"};
    std::string problem =
        "the passwords stay as they were, since they are not valid now: " + read.error().describe();
    tell_operator("SIGHUP: " + problem);
    return {logs::Status::Failure, std::move(problem)};
}

Server::Reread Server::reread_authorizers() {
    const auto read = devices_->reload_authorizers();
    if (read) {
        tell_shadowed();
        return {.sentence = "the authorizers of the file were read again"};
    }
    std::string problem =
        "the authorizers of the file stay as they were, since they are not valid now: " +
        read.error().describe();
    tell_operator("SIGHUP: " + problem);
    return {logs::Status::Failure, std::move(problem)};
}

Server::Reread Server::reread_settings() {
    const auto loaded = reload_();
    if (!loaded) {
        std::vector<std::string> problems;
        for (const Error& problem : loaded.error()) {
            problems.push_back(problem.describe());
            tell_operator("SIGHUP: " + problems.back());
        }
        return {logs::Status::Failure,
                fmt::format("the settings stay as they were, since they are not valid now: {}",
                            fmt::join(problems, "; "))};
    }
    const ChangedSettings changed = changed_settings(settings_, loaded->settings);
    apply_live(loaded->settings);
    std::string details =
        changed.live.empty()
            ? "the settings were read again"
            : fmt::format("the settings were read again, and these are in force now: {}",
                          fmt::join(changed.live, ", "));
    if (!changed.need_restart.empty()) {
        details += fmt::format("; these need a restart: {}", fmt::join(changed.need_restart, ", "));
    }
    return {.sentence = std::move(details)};
}

void Server::apply_live(const Settings& settings) {
    take_live_settings(settings_, settings);
    foundation_->levels->set_fallback(settings_.log_level);
    foundation_->log->change_bounds(settings_.logs.group_bytes_max, settings_.logs.total_bytes_max,
                                    settings_.logs.write_budget_bytes_per_second);
}

// On a failure the certificate that there is stays.
Server::Reread Server::renew_certificate() {
    const auto renewed = foundation_->certificate->refresh();
    const auto shown = renewed && *renewed ? doors_->renew_certificates() : Result<void>();
    refresh_domains();
    revocations_->refresh();
    if (renewed && shown) {
        if (*renewed) tell_uncovered();
        return {.sentence = "the doors' certificates were read again"};
    }
    const Error& error = !renewed ? renewed.error() : shown.error();
    std::string problem = "the server certificate stays as it is: " + error.describe();
    tell_operator(problem);
    notice(logs::Status::Failure, "CERTIFICATE_NOT_RENEWED", problem);
    return {logs::Status::Failure, std::move(problem)};
}

// They may show the doors' certificate, or one that is due.
void Server::refresh_domains() {
    const bool is_queued = foundation_->workers.post([domains = foundation_->domains.get()] {
        const auto refreshed = domains->refresh();
        if (refreshed) return;
        tell_operator("the domain configurations are served as they were: " +
                      refreshed.error().describe());
    });
    if (!is_queued) tell_operator("the domain configurations are looked at again in an hour");
}

// A certificate for other names is shown all the same: clients are the judges, and some of them may
// call the server by a name that it does not know of.
void Server::tell_uncovered() {
    for (const std::string& name : foundation_->certificate->uncovered()) {
        const std::string problem =
            fmt::format("{} is not for the endpoint {}: clients will refuse it there",
                        settings_.tls.certificate_file, name);
        tell_operator(problem);
        notice(logs::Status::Failure, "CERTIFICATE_NOT_FOR_ENDPOINT", problem);
    }
}

// Where the local authority's certificate is shown: the machine may have got another name since its
// CA was made.
void Server::tell_left_out() {
    if (foundation_->certificate->is_operators() && !settings_.api_speaks_tls()) return;
    const certificates::LocalAuthority& authority = *foundation_->authority;
    for (const std::string& name : authority.left_out()) {
        const std::string sentence = fmt::format(
            "the server's own certificate is not for {}, since the CA {} may not sign for it: "
            "clients that call the server so will refuse it. To make a new CA, whose root-CA.crt "
            "devices need then: {}",
            name, authority.root_certificate_path().string(), authority.renew_command());
        tell_operator(sentence);
        notice(logs::Status::Success, "NAME_LEFT_OUT", sentence);
    }
}

void Server::tell_made_again() {
    for (const std::string& path : foundation_->authority->made_again()) {
        const std::string sentence = fmt::format(
            "{} was gone and a new CA was made: restore the former one from a backup, or give the "
            "new one to those that trusted it",
            path);
        tell_operator(sentence);
        notice(logs::Status::Failure, "CA_MADE_AGAIN", sentence);
    }
}

// Those that were made by the API before a file had their names.
void Server::tell_shadowed() {
    for (const std::string& problem : resources_->authorizers->directory().get()->problems()) {
        tell_operator(problem);
        notice(logs::Status::Failure, "AUTHORIZER_SHADOWED", problem);
    }
    const std::string_view name = authentication::password_authorizer_name;
    if (settings_.passwords.users_file.empty() || resources_->authorizers->directory().get()->find(
                                                      default_tenant(settings_), name) == nullptr) {
        return;
    }
    const std::string problem = fmt::format(
        "the authorizer '{}' of the API is not asked, since password-file.users ({}) "
        "has that name; make it anew by another name, and delete this one",
        name, settings_.passwords.users_file);
    tell_operator(problem);
    notice(logs::Status::Failure, "AUTHORIZER_SHADOWED", problem);
}

void Server::tell_lowered() {
    if (connection_bounds_.lowered.empty()) return;
    // Whoever asked for no number is not told at each start.
    const Settings defaults;
    if (settings_.connections_max != defaults.connections_max ||
        settings_.connections_per_address_max != defaults.connections_per_address_max) {
        tell_operator(connection_bounds_.lowered);
    }
    notice(logs::Status::Success, "CONNECTIONS_LOWERED", connection_bounds_.lowered);
}

void Server::plan_renewal() {
    renew_certificate();
    loops_->main().timers().set(*renewal_, loops_->main().now() + renewal_interval);
}

}  // namespace gatehouse::server
