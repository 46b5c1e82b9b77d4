// Every setting of the server as one plain struct; the initialisers are the defaults. What each
// is called on the command line, in the environment and in the file, its help and its bounds stand
// in settings_table.cc. Modules get the parts they need, never this.
//
// Threads: plain data; immutable once loaded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/profile.h"
#include "base/tenant.h"
#include "logs/level.h"
#include "net/security_policy.h"

namespace gatehouse::server {

// Which port a listener takes.
struct Port {
    std::optional<std::uint16_t> number;  // 0: any free port; nothing: the door stays closed
    // Tried when `number` may not be bound or is in use; set by a default only.
    std::optional<std::uint16_t> otherwise;

    static Port closed() { return {}; }
    bool is_closed() const { return !number; }
    bool operator==(const Port&) const = default;
};

enum class Tenancy : std::uint8_t { Single, Multi };
enum class MessagesKept : std::uint8_t { Disk, Memory };
enum class ApiAuthentication : std::uint8_t { SigV4, Any };
enum class ClockChoice : std::uint8_t { System, Manual };
enum class Isolation : std::uint8_t { Auto, Required, None };
enum class FunctionNetwork : std::uint8_t { Full, Loopback, None };

// What is put between users' functions and the machine.
struct FunctionSettings {
    Isolation isolation = Isolation::Auto;
    FunctionNetwork network = FunctionNetwork::Full;
    std::uint32_t instances_max = 256;
    std::uint32_t instances_per_function_max = 64;
    std::uint32_t idle_seconds = 600;
};

// How much may wait for topic rules and what they do.
struct RuleSettings {
    std::uint32_t threads = 1;  // that evaluate statements
    std::uint32_t messages_max = 20'000;
    std::uint32_t action_jobs_max = 10'000;
    std::uint32_t action_workers = 8;
    std::uint32_t action_tries = 3;
    std::string targets_file;  // empty: no targets are declared
    // Where http actions post beside the public Internet.
    std::vector<std::string> http_to;
};

// Of the doors for devices.
struct TlsSettings {
    // PEM files of the operator's; empty: the server's own authority makes the certificate.
    std::string certificate_file;
    std::string private_key_file;
    std::string ca_file;  // what devices have to trust then; empty: what their system trusts
    net::SecurityPolicy policy = net::SecurityPolicy::Tls13_1_2_2022_10;
    bool by_kernel = false;        // where the kernel can
    std::string revocation_lists;  // a file or a folder; empty: there are none
};

// Users of an authorizer that needs no function; none where `users_file` is empty.
struct PasswordFileSettings {
    std::string users_file;
    std::string policies_folder;
    std::uint32_t threads = 1;
};

struct LogSettings {
    std::uint64_t group_bytes_max = 256ULL * 1024 * 1024;
    std::uint64_t total_bytes_max = 1024ULL * 1024 * 1024;
    std::uint64_t write_budget_bytes_per_second = 8ULL * 1024 * 1024;
    bool scrub_secrets = true;
};

struct Settings {
    std::string config_file;
    std::string data_dir;
    std::string ready_file;

    // Numeric addresses. `hosts` are the TLS doors'.
    std::vector<std::string> hosts{"127.0.0.1", "::1"};
    std::vector<std::string> mqtt_hosts{"127.0.0.1", "::1"};
    std::vector<std::string> api_hosts{"127.0.0.1", "::1"};
    std::vector<std::string> metrics_hosts{"127.0.0.1", "::1"};
    Port mqtt_port{.number = 1883};
    Port mqtts_port{.number = 8883};
    Port https_port{.number = 443, .otherwise = 9443};
    Port https_mtls_port{.number = 8443};
    Port api_port{.number = 4566};
    Port metrics_port = Port::closed();
    std::vector<std::string> proxies;  // addresses and ranges that speak the PROXY protocol
    TlsSettings tls;
    std::vector<std::string> endpoints;  // host names, the first one is told to devices

    Profile profile;
    Tenancy tenancy = Tenancy::Single;  // loading replaces the default off loopback
    MessagesKept messages = MessagesKept::Disk;
    AccountId account{default_account};
    Region region{default_region};

    bool allow_anonymous = false;
    std::string anonymous_policy_file;  // empty with allow_anonymous: everything is allowed
    ApiAuthentication api_auth = ApiAuthentication::SigV4;
    bool api_plaintext = false;
    std::uint32_t accounts_max = 100;
    std::string root_access_key_id;      // empty: made at first start
    std::string root_secret_access_key;  // secret

    logs::Level log_level = logs::Level::Info;
    ClockChoice clock = ClockChoice::System;
    std::uint32_t loops = 0;  // 0: one a core but one
    std::uint32_t connections_max = 1'000'000;
    std::uint32_t connections_per_address_max = 100'000;
    std::uint64_t http_body_bytes_in_flight_max = 256ULL * 1024 * 1024;
    std::uint64_t partial_packet_bytes_max = 256ULL * 1024 * 1024;
    std::uint32_t drain_ms = 1200;
    std::uint32_t sys_seconds = 10;  // 0: no `$SYS` topics
    std::uint32_t thing_type_wait_seconds = 300;

    PasswordFileSettings passwords;
    std::string authorizers_file;  // empty: none are declared
    std::string buckets_folder;    // empty: there are no buckets
    FunctionSettings functions;
    RuleSettings rules;
    LogSettings logs;

    // Whether every one of the addresses is this machine's own.
    static bool all_loopback(const std::vector<std::string>& hosts);
    bool api_speaks_tls() const { return !all_loopback(api_hosts) && !api_plaintext; }
};

}  // namespace gatehouse::server

template <>
struct gatehouse::ChoiceNames<gatehouse::server::Tenancy> {
    static constexpr std::array<std::string_view, 2> names{"single", "multi"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::server::MessagesKept> {
    static constexpr std::array<std::string_view, 2> names{"disk", "memory"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::server::ApiAuthentication> {
    static constexpr std::array<std::string_view, 2> names{"sigv4", "any"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::server::ClockChoice> {
    static constexpr std::array<std::string_view, 2> names{"system", "manual"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::logs::Level> {
    static constexpr std::array<std::string_view, 6> names{"disabled", "error",    "warn",
                                                           "info",     "messages", "debug"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::server::Isolation> {
    static constexpr std::array<std::string_view, 3> names{"auto", "required", "none"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::server::FunctionNetwork> {
    static constexpr std::array<std::string_view, 3> names{"full", "loopback", "none"};
};
