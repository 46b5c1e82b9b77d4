// The settings, each declared once. To add one: a field in settings.h, a line here, and
// `gatehouse settings --markdown > docs/reference/settings.md`.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/address_range.h"
#include "server/profile_settings_table.h"
#include "server/setting_builders.h"

namespace gatehouse::server {
namespace {

Result<void> wrong(std::string sentence) {
    return fail(ErrorKind::InvalidInput, std::move(sentence));
}

Result<void> check_address(std::string_view text) {
    in6_addr parsed{};
    const std::string host(text);
    if (inet_pton(AF_INET, host.c_str(), &parsed) == 1 ||
        inet_pton(AF_INET6, host.c_str(), &parsed) == 1) {
        return {};
    }
    return wrong("is not a numeric address such as 0.0.0.0, 192.0.2.7 or ::");
}

Result<void> check_address_range(std::string_view text) {
    const auto range = net::AddressRange::parse(text);
    return range ? Result<void>() : wrong("is no address or range: " + range.error().message);
}

Result<void> check_host_name(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    };
    if (text.empty() || text.size() > 253 || !std::ranges::all_of(text, allowed) ||
        text.front() == '.' || text.front() == '-' || text.back() == '.') {
        return wrong("is not a host name (letters, digits, '-' and '.', at most 253 characters)");
    }
    return {};
}

Result<void> check_account(std::string_view text) {
    if (!is_account_id(text)) return wrong("is not an account id, which has exactly 12 digits");
    return {};
}

Result<void> check_not_empty(std::string_view text) {
    if (text.empty()) return wrong("is empty");
    return {};
}

Result<void> check_region(std::string_view text) {
    if (!is_region(text)) {
        return wrong("is not a region name such as us-east-1 (a-z, 0-9 and '-')");
    }
    return {};
}

Result<void> check_access_key_id(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    if (text.size() < 3 || text.size() > 128 || !std::ranges::all_of(text, allowed)) {
        return wrong("is not an access key id (3 to 128 letters, digits or '_')");
    }
    return {};
}

Result<void> check_secret_key(std::string_view text) {
    const auto is_printable = [](char c) { return c > ' ' && c < '\x7F'; };
    if (text.empty() || text.size() > 256 || !std::ranges::all_of(text, is_printable)) {
        return wrong("must have 1 to 256 printable characters without blanks");
    }
    return {};
}

SettingTable files_and_doors() {
    using S = Settings;
    using T = TlsSettings;
    return {
        with_default(kept(text<&S::config_file>("config", "FILE", "The settings file to read."),
                          Visibility::NotInFile),
                     "`gatehouse.toml` in the data directory, if there is one"),
        with_default(text<&S::data_dir>("data-dir", "DIR",
                                        "Where everything is kept: CA, database, credentials, log.",
                                        check_not_empty),
                     "`$STATE_DIRECTORY` under systemd, else `$XDG_STATE_HOME/gatehouse`, else "
                     "`~/.local/state/gatehouse`"),
        text<&S::ready_file>("ready-file", "FILE",
                             "Also write the ready file here (it is always in the data "
                             "directory)."),
        list<&S::hosts>("host", "ADDR", "Addresses of the TLS doors: MQTTS and HTTPS.",
                        check_address),
        list<&S::mqtt_hosts>("mqtt-host", "ADDR",
                             "Addresses of the MQTT door without TLS. Passwords cross it in the "
                             "clear.",
                             check_address),
        list<&S::api_hosts>("api-host", "ADDR",
                            "Addresses of the API. Off loopback it speaks TLS unless "
                            "`api-plaintext`.",
                            check_address),
        port<&S::mqtt_port>("mqtt-port", "MQTT without TLS."),
        port<&S::mqtts_port>("mqtts-port", "MQTT with TLS."),
        with_default(port<&S::https_port>("https-port",
                                          "HTTPS, and MQTT by ALPN `mqtt` or `x-amzn-mqtt-ca`."),
                     "443 where it may be bound, else 9443"),
        port<&S::https_mtls_port>("https-mtls-port", "HTTPS with a client certificate."),
        port<&S::api_port>("api-port", "The AWS-compatible API."),
        port<&S::metrics_port>("metrics-port", "`/metrics` for Prometheus, plain HTTP."),
        list<&S::metrics_hosts>("metrics-host", "ADDR", "Addresses of `/metrics`.", check_address),
        list<&S::proxies>("proxy-protocol.from", "ADDR",
                          "Addresses or ranges (10.0.0.0/8) of load balancers. What they pass on "
                          "to the doors for devices begins with a PROXY protocol header, version "
                          "2; nothing that others send does.",
                          check_address_range),
        text<&S::tls, &T::certificate_file>("tls.certificate", "FILE",
                                            "The certificate of the doors for devices, with its "
                                            "chain, in PEM, instead of one of the server's own "
                                            "CA. Read again at SIGHUP and every hour."),
        text<&S::tls, &T::private_key_file>("tls.private-key", "FILE", "Its key, in PEM."),
        text<&S::tls, &T::ca_file>("tls.ca", "FILE",
                                   "What devices have to trust to know that certificate, for "
                                   "`gatehouse device`; without it, what the system trusts."),
        choice<&S::tls, &T::policy>("tls.policy",
                                    "Versions and ciphers of the doors for devices, by AWS's "
                                    "names."),
        toggle<&S::tls, &T::by_kernel>("tls.kernel",
                                       "Let the kernel encrypt (kTLS) where it can. The trace of "
                                       "a connection says whether it does."),
        text<&S::tls, &T::revocation_lists>(
            "tls.revocation-lists", "PATH",
            "Lists of the client certificates that their issuers revoked (CRLs), a file or a "
            "folder, "
            "with the certificates of those issuers. Read again at SIGHUP and every hour."),
        list<&S::endpoints>("endpoint", "NAME",
                            "Host names by which devices reach this server; they go into its "
                            "certificate. The first is what DescribeEndpoint answers.",
                            check_host_name),
    };
}

SettingTable identity_and_access() {
    using S = Settings;
    using P = PasswordFileSettings;
    return {
        with_default(
            choice<&S::profile, &Profile::name>("profile",
                                                "How closely AWS is followed; sets `limits.*` and "
                                                "`behaviour.*`."),
            "aws"),
        with_default(choice<&S::tenancy>("tenancy", "Whether regions are kept apart."),
                     "single on loopback, multi elsewhere"),
        choice<&S::messages>("messages",
                             "disk: sessions, queued and retained messages survive a restart, and "
                             "acknowledgements wait for the disk. memory: they end with the "
                             "server."),
        text<&S::account>("account", "ID", "The default account.", check_account),
        text<&S::region>("region", "NAME", "The default region, and the one in ARNs.",
                         check_region),
        toggle<&S::allow_anonymous>("allow-anonymous",
                                    "Let clients in that show no credentials at all."),
        text<&S::anonymous_policy_file>("anonymous-policy", "FILE",
                                        "What anonymous clients may do, a policy document. On "
                                        "loopback alone it may be left out: everything."),
        text<&S::passwords, &P::users_file>("password-file.users", "FILE",
                                            "Users of the authorizer `password-file`, which needs "
                                            "no function: `gatehouse passwd` writes the file. Read "
                                            "again at SIGHUP."),
        text<&S::passwords, &P::policies_folder>("password-file.policies", "DIR",
                                                 "Their policies, NAME.json. Read again at "
                                                 "SIGHUP."),
        number<&S::passwords, &P::threads>("password-file.threads", {1, 256},
                                           "Passwords checked at once."),
        text<&S::authorizers_file>("authorizers-file", "FILE",
                                   "Declares authorizers of the kinds http and jwt, which need no "
                                   "function. Read again at SIGHUP."),
        text<&S::buckets_folder>("buckets-folder", "DIR",
                                 "A folder that stands for S3 where AWS IoT reads from it: "
                                 "DIR/ACCOUNT/BUCKET/KEY, the input files of bulk registrations."),
        choice<&S::api_auth>("api-auth",
                             "sigv4: requests are verified against known keys. any: whatever "
                             "signature comes is taken; loopback only."),
        number<&S::accounts_max>("accounts-max", {1, 1'000'000},
                                 "How many accounts `api-auth any` lets come into being."),
        toggle<&S::api_plaintext>("api-plaintext", "Speak plain HTTP on the API off loopback."),
        with_default(
            kept(text<&S::root_access_key_id>("root.access-key-id", "ID",
                                              "The root user's access key id, instead of one "
                                              "made at first start.",
                                              check_access_key_id),
                 Visibility::Secret),
            "made at first start"),
        with_default(kept(text<&S::root_secret_access_key>("root.secret-access-key", "KEY",
                                                           "Its secret key.", check_secret_key),
                          Visibility::Secret),
                     "made at first start"),
    };
}

constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr std::uint64_t tebibyte = mebibyte * mebibyte;

SettingTable running() {
    using S = Settings;
    return {
        live(choice<&S::log_level>(
            "log-level",
            "The least serious events that are logged. messages: each publish, delivery and "
            "subscription, too, which AWS's own INFO includes.")),
        choice<&S::clock>("clock",
                          "manual: time stands still until the AdvanceClock operation "
                          "moves it, but for what really takes its time here: functions, and "
                          "the brake on wrong passwords; loopback only."),
        with_default(number<&S::loops>("loops", {0, 256},
                                       "Event loop threads; 0: one a core, but one core is left to "
                                       "functions, the disk and the kernel."),
                     "0"),
        number<&S::connections_max>("connections-max", {1, 10'000'000},
                                    "Open connections of devices; fewer where the limit of open "
                                    "files leaves room for fewer. The API has its own."),
        number<&S::connections_per_address_max>(
            "connections-per-address-max", {1, 10'000'000},
            "Open connections from one address (IPv6: one /64); at most seven eighths of them all "
            "where the limit of open files leaves room for few."),
        number<&S::http_body_bytes_in_flight_max>("http-body-bytes-in-flight-max",
                                                  {mebibyte, tebibyte},
                                                  "Bytes of request bodies held at once by the "
                                                  "API, and as many by the doors of devices; over "
                                                  "it, requests get 429."),
        number<&S::partial_packet_bytes_max>(
            "partial-packet-bytes-max", {mebibyte, tebibyte},
            "Bytes of MQTT packets that devices have sent in part, over all connections; the first "
            "4 KiB of each are not counted. Over it, a connection is not read from until there is "
            "room, and one whose packet takes over 10 seconds is closed while others wait."),
        number<&S::sys_seconds>("sys-seconds", {0, 86'400},
                                "How often `$SYS/broker/…` is told anew in profile open; 0: "
                                "never."),
        number<&S::thing_type_wait_seconds>(
            "thing-type-wait-seconds", {0, 86'400},
            "How long after its deprecation a thing type can be deleted, 5 minutes on AWS."),
        number<&S::drain_ms>("drain-ms", {0, 600'000},
                             "How long SIGTERM waits for work in progress."),
    };
}

SettingTable functions() {
    using S = Settings;
    using F = FunctionSettings;
    return {
        choice<&S::functions, &F::isolation>(
            "functions.isolation",
            "auto: as much as this machine offers; required: refuse to run functions with less; "
            "none: trust them. Without namespaces (the log says what was reached) functions write "
            "to "
            "their `TMPDIR` alone, not to /tmp, and ephemeral storage bounds each of their files, "
            "not all together."),
        choice<&S::functions, &F::network>(
            "functions.network",
            "What functions may connect to: full, whatever this machine can, its own ports "
            "included; loopback, ports of their own process, and those that run elsewhere any port "
            "of this machine; none, nothing."),
        number<&S::functions, &F::instances_max>("functions.instances-max", {1, 100'000},
                                                 "Processes of all functions together."),
        number<&S::functions, &F::instances_per_function_max>(
            "functions.instances-per-function-max", {1, 100'000}, "Processes of one function."),
        number<&S::functions, &F::idle_seconds>("functions.idle-seconds", {1, 86'400},
                                                "How long an unused process is kept warm."),
    };
}

SettingTable rules() {
    using S = Settings;
    using R = RuleSettings;
    return {
        number<&S::rules, &R::threads>(
            "rules.threads", {1, 64},
            "Threads that evaluate the statements of topic rules; messages on one topic keep their "
            "order."),
        number<&S::rules, &R::messages_max>(
            "rules.messages-max", {1, 10'000'000},
            "Messages that wait for each of them; over it rules do not see the newest "
            "(RuleMessageThrottled)."),
        number<&S::rules, &R::action_jobs_max>("rules.action-jobs-max", {1, 1'000'000},
                                               "Results that wait for one action of one rule; over "
                                               "it the newest fails. As many messages "
                                               "of an account may wait on disk for rules with "
                                               "at-least-once delivery; over it a publish "
                                               "is refused."),
        number<&S::rules, &R::action_workers>("rules.action-workers", {1, 1000},
                                              "How many of them are under way at once."),
        number<&S::rules, &R::action_tries>(
            "rules.action-tries", {1, 10},
            "How often an action is tried in all whose target does not answer, or wants no more "
            "just now."),
        text<&S::rules, &R::targets_file>("rules.targets-file", "FILE",
                                          "Declares where the services are that actions ask which "
                                          "speak AWS's protocols, by whose "
                                          "keys, and the targets of actions beyond AWS's."),
        list<&S::rules, &R::http_to>(
            "rules.http-to", "ADDR",
            "Addresses or ranges (10.0.0.0/8) that http actions may post to and kafka actions send "
            "to, with TLS or without, "
            "beside the public Internet with TLS. Whoever may make rules reaches every port there: "
            "name 127.0.0.0/8,::1 for endpoints on this machine where only developers do.",
            check_address_range),
    };
}

SettingTable logs() {
    using S = Settings;
    using L = LogSettings;
    return {
        live(number<&S::logs, &L::group_bytes_max>("logs.group-bytes-max", {mebibyte, tebibyte},
                                                   "Bytes kept of one log group; the oldest "
                                                   "go first.")),
        live(number<&S::logs, &L::total_bytes_max>("logs.total-bytes-max", {mebibyte, tebibyte},
                                                   "Bytes kept of all log groups.")),
        live(number<&S::logs, &L::write_budget_bytes_per_second>(
            "logs.write-budget-bytes-per-second", {64 * 1024, tebibyte},
            "Over it, records of success are dropped and counted; refusals never. One log group "
            "that floods leaves a fifth of it to the others.")),
        toggle<&S::logs, &L::scrub_secrets>("logs.scrub-secrets",
                                            "Take the password and token of the event in flight "
                                            "out of what functions print; ones shorter than 4 "
                                            "characters stay in it."),
    };
}

void append(SettingTable& table, SettingTable more) {
    table.insert(table.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
}

SettingTable make_table() {
    SettingTable table = files_and_doors();
    append(table, identity_and_access());
    append(table, running());
    append(table, functions());
    append(table, rules());
    append(table, logs());
    append(table, profile_settings());
    return table;
}

}  // namespace

std::span<const Setting> all_settings() {
    static const SettingTable table = make_table();
    return table;
}

const Setting* find_setting(std::string_view name) {
    const auto all = all_settings();
    const auto found = std::ranges::find(all, name, &Setting::name);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace gatehouse::server
