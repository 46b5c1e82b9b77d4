#include "server/serve/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "async/run_on.h"
#include "broker/registration_event.h"
#include "gateway/device_connection.h"
#include "server/serve/tell_operator.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view allow_everything =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}})";

Result<authentication::AnonymousSettings> anonymous_settings(const Settings& settings) {
    authentication::AnonymousSettings anonymous;
    anonymous.allowed = settings.allow_anonymous &&
                        settings.profile.behaviour.anonymous_clients != AnonymousClients::Never;
    if (!anonymous.allowed) return anonymous;
    std::string text(allow_everything);
    if (!settings.anonymous_policy_file.empty()) {
        std::ifstream file(settings.anonymous_policy_file);
        if (!file) {
            return fail(ErrorKind::NotFound, fmt::format("cannot read --anonymous-policy {}",
                                                         settings.anonymous_policy_file));
        }
        std::ostringstream content;
        content << file.rdbuf();
        text = std::move(content).str();
    }
    auto document = policy::parse_document(text, policy::Dialect::IotPolicy);
    if (!document) {
        Error error = std::move(document.error());
        error.message =
            fmt::format("--anonymous-policy {}: {}", settings.anonymous_policy_file, error.message);
        return fail(std::move(error));
    }
    anonymous.documents.push_back(std::make_shared<const policy::Document>(std::move(*document)));
    return anonymous;
}

// A request is a message to publish, and what is a little too large is told so by the gateway.
net::HttpServerSettings http_settings(const Settings& settings,
                                      std::atomic<std::size_t>& body_bytes_in_flight) {
    constexpr std::uint64_t headroom = 64 * 1024;
    net::HttpServerSettings http;
    http.body_bytes_max = static_cast<std::size_t>(std::min<std::uint64_t>(
        http.body_bytes_max, settings.profile.limits.payload_bytes_max + headroom));
    // The largest that AWS takes are the 8 KiB of MQTT 5 user properties.
    http.header_bytes_max = 24 * 1024;
    http.body_bytes_in_flight = &body_bytes_in_flight;
    http.body_bytes_in_flight_max = settings.http_body_bytes_in_flight_max;
    return http;
}

// Tells the operator when messages cannot be kept, and when they can again.
void report_disk(logs::LogStore& log, const Tenant& tenant, const Result<void>& written) {
    const std::string sentence =
        written ? "messages are kept on disk again"
                : "messages cannot be kept on disk, what would have to be is refused: " +
                      written.error().describe();
    tell_operator(sentence);
    log.record({.tenant = tenant,
                .type = logs::EventType::ServerNotice,
                .status = written ? logs::Status::Success : logs::Status::Failure,
                .reason = written ? "DISK_WORKS_AGAIN" : "DISK_FAILURE",
                .details = sentence});
}

broker::Persistence persistence(Foundation& foundation, Tenant tenant) {
    if (foundation.messages == nullptr) return {.clock = foundation.clock.get()};
    return {.store = foundation.messages.get(),
            .clock = foundation.clock.get(),
            .report = [log = foundation.log.get(), tenant = std::move(tenant)](
                          const Result<void>& written) { report_disk(*log, tenant, written); }};
}

// Null where there is no file of them.
Result<std::unique_ptr<authentication::PasswordAuthenticator>> make_passwords(
    const Devices::Parts& parts) {
    const PasswordFileSettings& settings = parts.settings.passwords;
    if (settings.users_file.empty()) return nullptr;
    Foundation& foundation = parts.foundation;
    return authentication::PasswordAuthenticator::make(
        {.tenant = default_tenant(parts.settings),
         .threads = settings.threads,
         .brake = {},
         .stand_in_key = foundation.secrets->derived_key("password-file stand-ins")},
        {settings.users_file, settings.policies_folder},
        {.home = parts.loops.main(),
         .clock = *foundation.clock,
         .random = foundation.random,
         .directory = parts.authorizers.directory(),
         .events = *foundation.log,
         .levels = *foundation.levels,
         .metrics = foundation.metrics});
}

// Behind those that have an instance everybody waits in one line.
authentication::AdmissionSettings function_admission(const Settings& settings) {
    const Limits& limits = settings.profile.limits;
    return {.calls_max = std::min({limits.authorizer_calls_max, settings.functions.instances_max,
                                   settings.functions.instances_per_function_max}),
            .waiting_max = limits.authorizer_waiting_max};
}

std::unique_ptr<authentication::CertificateAuthenticator> make_certificates(
    const Devices::Parts& parts, authentication::RegistrationListener& listener) {
    return std::make_unique<authentication::CertificateAuthenticator>(
        authentication::CertificateAuthenticator::Parts{
            .store = *parts.foundation.async_store,
            .clock = *parts.foundation.clock,
            .random = parts.foundation.random,
            .listener = listener,
            .limits = {.characters_max = parts.settings.profile.limits.policy_characters_max}});
}

std::unique_ptr<authentication::ClientCertificateCallback> make_callback(
    const Devices::Parts& parts) {
    Foundation& foundation = parts.foundation;
    return std::make_unique<authentication::ClientCertificateCallback>(
        authentication::ClientCertificateCallback::Settings{
            .profile = parts.settings.profile, .admission = function_admission(parts.settings)},
        authentication::ClientCertificateCallback::Parts{.home = parts.loops.main(),
                                                         .clock = *foundation.clock,
                                                         .functions = parts.functions,
                                                         .permissions = parts.permissions,
                                                         .events = *foundation.log,
                                                         .levels = *foundation.levels,
                                                         .metrics = foundation.metrics});
}

std::unique_ptr<authentication::SignatureAuthenticator> make_signatures(
    const Devices::Parts& parts, const Clock& signing_clock) {
    using Regions = authentication::SignatureAuthenticator::Regions;
    const bool takes_any = parts.settings.tenancy == Tenancy::Single &&
                           parts.settings.profile.behaviour.door_rules == DoorRules::Every;
    return std::make_unique<authentication::SignatureAuthenticator>(
        authentication::SignatureAuthenticator::Parts{
            .store = *parts.foundation.async_store,
            .keys = parts.accounts,
            .clock = *parts.foundation.clock,
            .signing_clock = signing_clock,
            .regions = takes_any ? Regions::Any : Regions::OfEndpoint});
}

// With some time for what goes before the authorizer is asked.
std::chrono::milliseconds authenticate_wait(const Limits& limits) {
    const std::chrono::milliseconds authorizers(limits.authorizer_wait_ms);
    return std::max(gateway::GatewaySettings().authenticate_wait,
                    authorizers + std::chrono::seconds(1));
}

broker::BrokerSettings broker_settings(const Devices::Parts& parts) {
    auto settings = broker::broker_settings(parts.settings.profile, parts.foundation.placing_seed);
    settings.observation = &parts.foundation.levels->generation_counter();
    return settings;
}

authentication::CustomAuthorizerSettings custom_authorizer_settings(const Settings& settings) {
    const Limits& limits = settings.profile.limits;
    return {.profile = settings.profile,
            .admission = function_admission(settings),
            .http_admission = {.calls_max = limits.authorizer_calls_max,
                               .waiting_max = limits.authorizer_waiting_max},
            .brake = {}};
}

}  // namespace

Devices::Devices(const Parts& parts)
    : loops_(parts.loops),
      clock_(*parts.foundation.clock),
      authorizers_(parts.authorizers),
      tenant_(default_tenant(parts.settings)),
      authorizers_file_(parts.settings.authorizers_file),
      watch_(*parts.foundation.identity_watch),
      index_(*parts.foundation.index),
      judge_(parts.judge),
      just_in_time_({.loop = parts.loops.main(),
                     .provisionings = parts.provisionings,
                     .roles = parts.role_sessions,
                     .events = *parts.foundation.log,
                     .levels = *parts.foundation.levels}),
      lookups_(parts.loops.main()) {}

Result<void> Devices::declare_authorizers() {
    const auto before = declared_.get();
    auto read = authentication::DeclaredAnswerers::read(
        authorizers_file_, tenant_,
        {.home = loops_.main(), .lookups = lookups_, .clock = clock_, .before = before.get()});
    if (!read) return fail(std::move(read.error()));
    declared_.replace(*read);
    if (auto told = authorizers_.declare((*read)->described()); !told) return told;
    before->close();
    return {};
}

Result<void> Devices::reload_authorizers() {
    return authorizers_file_.empty() ? Result<void>() : declare_authorizers();
}

Result<std::unique_ptr<Devices>> Devices::make(const Parts& parts) {
    auto anonymous = anonymous_settings(parts.settings);
    if (!anonymous) return fail(std::move(anonymous.error()));
    Foundation& foundation = parts.foundation;
    std::unique_ptr<Devices> made(new Devices(parts));
    if (auto declared = made->reload_authorizers(); !declared) {
        return fail(std::move(declared.error()));
    }
    if (auto started = made->start_broker(parts); !started) {
        return fail(std::move(started.error()));
    }
    made->custom_authorizer_ = std::make_unique<authentication::CustomAuthorizer>(
        custom_authorizer_settings(parts.settings),
        authentication::CustomAuthorizerParts{.home = parts.loops.main(),
                                              .clock = *foundation.clock,
                                              .random = foundation.random,
                                              .directory = parts.authorizers.directory(),
                                              .functions = parts.functions,
                                              .permissions = parts.permissions,
                                              .events = *foundation.log,
                                              .levels = *foundation.levels,
                                              .metrics = foundation.metrics,
                                              .declared = &made->declared_});
    auto passwords = make_passwords(parts);
    if (!passwords) return fail(std::move(passwords.error()));
    made->passwords_ = std::move(*passwords);
    made->certificates_ = make_certificates(parts, *made);
    made->callback_ = make_callback(parts);
    made->signatures_ = make_signatures(parts, made->signing_clock_);
    made->credentials_ = std::make_unique<authentication::CredentialsProvider>(
        authentication::CredentialsProvider::Parts{.certificates = *made->certificates_,
                                                   .callback = *made->callback_,
                                                   .role_aliases = parts.role_aliases,
                                                   .sessions = parts.role_sessions,
                                                   .keys = parts.accounts.device_keys()});
    made->authenticator_ = std::make_unique<authentication::DeviceAuthenticator>(
        *made->certificates_, *made->callback_, *made->signatures_, *made->custom_authorizer_,
        made->passwords_.get(), parts.authorizers.directory(), std::move(*anonymous),
        *foundation.clock);
    made->gateway_ = std::make_unique<gateway::Gateway>(
        gateway::GatewaySettings{
            .profile = parts.settings.profile,
            .authenticate_wait = authenticate_wait(parts.settings.profile.limits),
            .partial_input_bytes_max = parts.settings.partial_packet_bytes_max,
            .http = http_settings(parts.settings, made->body_bytes_in_flight_)},
        gateway::GatewayParts{.clock = *foundation.clock,
                              .random = foundation.random,
                              .broker = *made->broker_,
                              .authenticator = *made->authenticator_,
                              .events = *foundation.log,
                              .levels = *foundation.levels,
                              .traces = *foundation.traces,
                              .metrics = foundation.metrics,
                              .tenant_of =
                                  [&endpoints = parts.endpoints](std::string_view server_name) {
                                      return endpoints.tenant_of(server_name);
                                  },
                              .domains = foundation.domains->domains(),
                              .presence = made.get(),
                              .device_keys = made->credentials_.get()},
        parts.loops.all());
    made->operations_ = std::make_unique<DeviceOperations>(*made->gateway_, foundation.workers);
    made->gateway_->serve(made->operations_.get());
    made->follow_registry();
    made->follow_iam();
    return made;
}

Result<void> Devices::start_broker(const Parts& parts) {
    Foundation& foundation = parts.foundation;
    std::vector<broker::LoopPort*> ports;
    for (async::EventLoop* const loop : parts.loops.all()) {
        ports_.push_back(std::make_unique<broker::EventLoopPort>(*loop));
        ports.push_back(ports_.back().get());
    }
    drop_reports_ = std::make_unique<gateway::DropReports>(parts.loops.all(), *foundation.log,
                                                           *foundation.levels, foundation.random,
                                                           &gateway::DeviceConnection::taker_of);
    broker_ = std::make_unique<broker::Broker>(
        broker_settings(parts), ports, &parts.rules, drop_reports_.get(),
        persistence(foundation, default_tenant(parts.settings)));
    if (foundation.messages != nullptr) {
        if (auto restored = broker_->restore(); !restored) {
            return fail(std::move(restored.error()));
        }
    }
    for (std::size_t i = 0; i < ports.size(); ++i) {
        ports_[i]->serve(&broker_->shard(i));
    }
    return {};
}

void Devices::follow_registry() {
    watch_.on_affected([this](const registry::AffectedClients& affected) {
        certificates_->note(affected);
        gateway_->review(affected);
    });
    index_.on_connectivity_wanted(
        [this](const Tenant& tenant) { gateway_->tell_presence(tenant); });
}

void Devices::changed(const Tenant& tenant, const gateway::Presence& presence) {
    if (!index_.wants_connectivity(tenant)) return;
    const std::string_view thing =
        presence.thing_name.empty() ? presence.client_id : presence.thing_name;
    index_.note(tenant, std::string(thing),
                {.is_connected = presence.is_connected,
                 .since = presence.since,
                 .reason = std::string(presence.reason),
                 .version = presence.version});
}

void Devices::follow_iam() {
    judge_.on_changed([this](const AccountId& account) {
        signatures_->note(account);
        gateway_->review_signed(account);
    });
}

void Devices::certificate_waits(const registry::RegisteredCertificate& certificate,
                                authentication::WaitsFor what) {
    if (what == authentication::WaitsFor::Provisioning) {
        just_in_time_.begin(certificate.tenant, certificate.id);
        return;
    }
    const auto& loops = loops_.all();
    const auto here = std::ranges::find(loops, async::EventLoop::current());
    broker::publish_registration(broker_->shard(static_cast<std::size_t>(here - loops.begin())),
                                 {.tenant = certificate.tenant,
                                  .certificate_id = certificate.id.view(),
                                  .ca_certificate_id = certificate.authority.view(),
                                  .registered = certificate.created},
                                 clock_.wall_now());
}

Result<void> Devices::reload_passwords() {
    return passwords_ == nullptr ? Result<void>() : passwords_->reload();
}

void Devices::take_revocations(certificates::RevocationListsPtr lists) {
    certificates_->take_revocations(std::move(lists));
    gateway_->review(registry::every_client());
}

Devices::~Devices() {
    watch_.on_affected(nullptr);
    index_.on_connectivity_wanted(nullptr);
    judge_.on_changed(nullptr);
    gateway_.reset();
    for (const auto& port : ports_) port->serve(nullptr);
}

namespace {

async::Task<Result<void>> stop_one(gateway::LoopGateway& gateway) {
    gateway.stop();
    co_return Result<void>();
}

async::Task<Result<void>> drain_one(gateway::LoopGateway& gateway, Deadline deadline) {
    co_await gateway.drain(deadline);
    co_return Result<void>();
}

}  // namespace

template <class Work>
async::Task<void> Devices::on_every_loop(Work work) {
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        co_await async::run_on<Result<void>>(
            loops_.at(i), loops_.main(), [this, i, work] { return work(gateway_->on_loop(i)); });
    }
}

async::Task<void> Devices::stop() {
    custom_authorizer_->stop();
    callback_->stop();
    declared_.get()->close();
    if (passwords_ != nullptr) passwords_->stop();
    co_await on_every_loop(stop_one);
    co_await just_in_time_.stop();
}

async::Task<void> Devices::drain(Deadline deadline) {
    co_await on_every_loop(
        [deadline](gateway::LoopGateway& gateway) { return drain_one(gateway, deadline); });
}

}  // namespace gatehouse::server
