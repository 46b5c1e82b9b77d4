#include "server/settings_rules.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::server {
namespace {

class Rules {
public:
    explicit Rules(const Settings& settings) : settings_(settings) {}

    std::vector<Error> broken() {
        check_doors();
        check_api();
        check_anonymous();
        check_clock();
        check_root_key();
        check_tls();
        check_passwords();
        check_limits();
        return std::move(errors_);
    }

private:
    struct Door {
        std::string_view name;
        const std::vector<std::string>& hosts;
        Port port;
    };

    void refuse(std::string message) {
        errors_.push_back({ErrorKind::InvalidInput, std::move(message), {}});
    }

    std::vector<Door> doors() const {
        const Settings& s = settings_;
        return {{"mqtt-port", s.mqtt_hosts, s.mqtt_port},
                {"mqtts-port", s.hosts, s.mqtts_port},
                {"https-port", s.hosts, s.https_port},
                {"https-mtls-port", s.hosts, s.https_mtls_port},
                {"api-port", s.api_hosts, s.api_port},
                {"metrics-port", s.metrics_hosts, s.metrics_port}};
    }

    static bool share_an_address(const Door& a, const Door& b) {
        return std::ranges::any_of(a.hosts, [&](const std::string& host) {
            return std::ranges::find(b.hosts, host) != b.hosts.end();
        });
    }

    void check_doors() {
        const auto all = doors();
        if (std::ranges::all_of(all, [](const Door& door) { return door.port.is_closed(); })) {
            refuse("every port is off, so nobody could reach the server; leave one of them open");
        }
        for (std::size_t i = 0; i < all.size(); ++i) {
            for (std::size_t j = i + 1; j < all.size(); ++j) {
                const auto number = all[i].port.number;
                if (!number || *number == 0 || number != all[j].port.number) continue;
                if (!share_an_address(all[i], all[j])) continue;
                refuse(fmt::format("{} and {} are both {} on the same address", all[i].name,
                                   all[j].name, *number));
            }
        }
    }

    void check_api() {
        if (settings_.api_auth == ApiAuthentication::Any &&
            !Settings::all_loopback(settings_.api_hosts)) {
            refuse(
                "api-auth any would let everybody in who reaches the API: with it, api-host "
                "must be a loopback address; use api-auth sigv4");
        }
    }

    bool devices_come_from_this_machine() const {
        return Settings::all_loopback(settings_.hosts) &&
               Settings::all_loopback(settings_.mqtt_hosts);
    }

    void check_anonymous() {
        const bool has_policy = !settings_.anonymous_policy_file.empty();
        if (!settings_.allow_anonymous) {
            if (has_policy) refuse("anonymous-policy has no effect without allow-anonymous");
            return;
        }
        if (settings_.profile.behaviour.anonymous_clients == AnonymousClients::Never) {
            refuse(
                fmt::format("allow-anonymous contradicts profile {}, which never lets clients "
                            "in without credentials; choose another profile",
                            name_of_choice(settings_.profile.name)));
        }
        if (!has_policy && !devices_come_from_this_machine()) {
            refuse(
                "allow-anonymous off loopback wants anonymous-policy FILE, which says what "
                "such clients may do");
        }
    }

    void check_clock() {
        if (settings_.clock == ClockChoice::Manual &&
            !(devices_come_from_this_machine() && Settings::all_loopback(settings_.api_hosts))) {
            refuse("clock manual is for tests and wants every address to be loopback");
        }
    }

    void check_root_key() {
        if (settings_.root_access_key_id.empty() != settings_.root_secret_access_key.empty()) {
            refuse("root.access-key-id and root.secret-access-key are set together or not at all");
        }
    }

    void check_tls() {
        const TlsSettings& tls = settings_.tls;
        if (tls.certificate_file.empty() != tls.private_key_file.empty()) {
            refuse("tls.certificate and tls.private-key are set together or not at all");
        }
        if (tls.certificate_file.empty() && !tls.ca_file.empty()) {
            refuse("tls.ca has no effect without tls.certificate");
        }
    }

    void check_passwords() {
        const PasswordFileSettings& passwords = settings_.passwords;
        if (passwords.users_file.empty() != passwords.policies_folder.empty()) {
            refuse("password-file.users and password-file.policies are set together or not at all");
        }
    }

    void check_limits() {
        const Limits& limits = settings_.profile.limits;
        ordered("limits.keep-alive-seconds-min", limits.keep_alive_seconds_min,
                "limits.keep-alive-seconds-max", limits.keep_alive_seconds_max);
        ordered("limits.authorizer-interval-seconds-min", limits.authorizer_interval_seconds_min,
                "limits.authorizer-interval-seconds-max", limits.authorizer_interval_seconds_max);
        ordered("logs.group-bytes-max", settings_.logs.group_bytes_max, "logs.total-bytes-max",
                settings_.logs.total_bytes_max);
    }

    void ordered(std::string_view small_name, std::uint64_t small, std::string_view large_name,
                 std::uint64_t large) {
        if (small > large) {
            refuse(
                fmt::format("{} ({}) is more than {} ({})", small_name, small, large_name, large));
        }
    }

    const Settings& settings_;
    std::vector<Error> errors_;
};

bool is_loopback_host(const std::string& host) {
    in_addr v4{};
    if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    if (inet_pton(AF_INET6, host.c_str(), &v6) != 1) return false;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) return v6.s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
}

}  // namespace

bool Settings::all_loopback(const std::vector<std::string>& hosts) {
    return std::ranges::all_of(hosts, is_loopback_host);
}

std::vector<Error> broken_rules(const Settings& settings) {
    return Rules(settings).broken();
}

}  // namespace gatehouse::server
