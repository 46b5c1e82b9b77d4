#include "server/device/connect_flags.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "base/durable_file.h"
#include "base/encoding.h"
#include "certificates/certificate.h"
#include "mqtt/topic.h"
#include "server/command.h"
#include "server/device/login.h"

namespace gatehouse::server::device {
namespace {

// The longest that CONNECT can carry.
constexpr std::size_t password_bytes_max = 65'535;

std::unexpected<Error> refuse(std::string message) {
    return fail(ErrorKind::InvalidInput, std::move(message));
}

Result<std::string> checked_topic(std::string text, mqtt::TopicProblem problem,
                                  std::string_view subject) {
    if (problem == mqtt::TopicProblem::None) return text;
    const auto error = mqtt::topic_error(problem, mqtt::ProtocolVersion::V5, subject);
    return refuse(fmt::format("--topic '{}': {}", text.substr(0, 120), error.describe()));
}

// The first line: files and pipes end with a line end that is no part of the password.
Result<std::string> read_password_file(const std::string& path) {
    auto text = read_file(path == "-" ? "/dev/stdin" : path, password_bytes_max + 2);
    if (!text) return fail(std::move(text.error()));
    return text->substr(0, text->find_first_of("\r\n"));
}

// A file that holds no certificate would only be noticed as a handshake that fails.
Result<void> read_ca_file(Target& target) {
    auto text = read_file(target.ca_file);
    if (!text) return refuse(fmt::format("the CA file {} cannot be read", target.ca_file));
    if (!certificates::parse_certificate_pem(*text)) {
        return refuse(
            fmt::format("the CA file {} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
                        target.ca_file));
    }
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(target.ca_file, ignored)) target.ca = std::move(*text);
    return {};
}

Result<Target> read_target(const Arguments& arguments, const Environment& environment) {
    std::optional<Endpoint> endpoint;
    if (const auto text = arguments.value("endpoint")) {
        auto parsed = parse_endpoint(*text);
        if (!parsed) return fail(std::move(parsed.error()));
        endpoint = std::move(*parsed);
    }
    std::optional<ReadyFile> ready;
    if (auto found = find_server(arguments, environment)) {
        ready = std::move(*found);
    } else if (arguments.value("data-dir") || found.error().kind != ErrorKind::NotFound) {
        return fail(std::move(found.error()));
    }
    auto target = resolve(endpoint, ready);
    if (!target) return target;
    if (const auto ca_file = arguments.value("cafile")) target->ca_file = *ca_file;
    if (const auto alpn = arguments.value("alpn")) target->alpn = *alpn == "none" ? "" : *alpn;
    if (!target->tls && (arguments.value("cafile") || arguments.value("alpn"))) {
        return refuse("--cafile and --alpn are about TLS, and mqtt:// is a connection without it");
    }
    if (arguments.value("cafile")) {
        if (auto done = read_ca_file(*target); !done) return fail(std::move(done.error()));
    } else if (!target->ca_file.empty() && ::access(target->ca_file.c_str(), R_OK) != 0) {
        return refuse(fmt::format("the CA file {} cannot be read", target->ca_file));
    }
    return target;
}

Result<Protocol> parse_protocol(std::string_view text) {
    if (text == "5") return Protocol::V5;
    if (text == "3.1.1") return Protocol::V311;
    return refuse(fmt::format("--protocol {}: there are 3.1.1 and 5", text.substr(0, 20)));
}

Result<void> read_login(const Arguments& arguments, const Environment& environment,
                        ConnectWish& wish) {
    Login login{.user = arguments.value("username"),
                .authorizer = arguments.value("authorizer"),
                .token_key = arguments.value("token-key"),
                .token = arguments.value("token"),
                .signature = arguments.value("signature")};
    auto user_name = build_user_name(login);
    if (!user_name) return fail(std::move(user_name.error()));
    auto password = read_password(arguments, environment);
    if (!password) return fail(std::move(password.error()));
    wish.plan.user_name = std::move(*user_name);
    wish.plan.password = std::move(*password);
    wish.named_authorizer = login.authorizer.has_value();
    return {};
}

}  // namespace

Result<std::optional<std::string>> read_password(const Arguments& arguments,
                                                 const Environment& environment) {
    auto password = arguments.value("password");
    if (const auto file = arguments.value("password-file")) {
        if (password) return refuse("--password and --password-file are two passwords");
        auto read = read_password_file(*file);
        if (!read) return fail(std::move(read.error()));
        password = std::move(*read);
    }
    if (!password) password = environment.find(password_variable);
    if (password &&
        (password->size() > password_bytes_max || password->find('\0') != std::string::npos)) {
        return refuse("the password has more than 65,535 bytes, or a NUL among them");
    }
    return password;
}

std::vector<Flag> connect_flags() {
    return {
        {"endpoint", "HOST[:PORT]",
         "Where to connect; by default the server on this machine. mqtt://HOST is without TLS."},
        {"authorizer", "NAME", "The custom authorizer to ask for."},
        {"username", "U", "The user name."},
        {"password", "P", "The password; process lists show it, DEVICE_PASSWORD stays unseen."},
        {"password-file", "FILE", "Take the password from the first line of a file; - is stdin."},
        {"client-id", "ID", "The client id."},
        {"token-key", "NAME", "The authorizer's token key name, with --token."},
        {"token", "TOKEN", "The token for an authorizer that checks signatures."},
        {"signature", "BASE64", "The signature of the token."},
        {"cafile", "FILE",
         "The CA to trust; by default that of the server on this machine, else the system's."},
        {"alpn", "NAME", "The ALPN to offer; by default mqtt on the HTTPS port; none for none."},
        {"protocol", "3.1.1|5", "The version of MQTT; by default 5, which says why it refuses."},
        {"attempts", "N", "Attempts in a row without success before giving up."},
        data_dir_flag(),
    };
}

Result<ConnectWish> read_connect_flags(const Arguments& arguments, const Environment& environment,
                                       const ConnectDefaults& defaults) {
    ConnectWish wish;
    wish.plan.client_id = arguments.value("client-id").value_or(defaults.client_id);
    if (wish.plan.client_id.empty() || !is_utf8(wish.plan.client_id)) {
        return refuse("--client-id wants a text in UTF-8");
    }
    const auto protocol = parse_protocol(arguments.value("protocol").value_or("5"));
    if (!protocol) return fail(protocol.error());
    wish.plan.protocol = *protocol;
    if (const auto data_dir = arguments.value("data-dir")) {
        wish.plan.server_flags = " --data-dir " + *data_dir;
    }
    wish.patience.attempts_max = defaults.attempts_max;
    if (const auto text = arguments.value("attempts")) {
        const auto attempts = parse_count("--attempts", *text);
        if (!attempts) return fail(attempts.error());
        wish.patience.attempts_max =
            static_cast<int>(std::min<std::uint64_t>(*attempts, 1'000'000));
    }
    if (auto login = read_login(arguments, environment, wish); !login) {
        return fail(std::move(login.error()));
    }
    auto target = read_target(arguments, environment);
    if (!target) return fail(std::move(target.error()));
    wish.plan.target = std::move(*target);
    return wish;
}

Exit exit_of(const Error& error) {
    return error.kind == ErrorKind::InvalidInput ? Exit::WrongUse : Exit::Failed;
}

std::string random_client_id(std::string_view command, Random& random) {
    std::array<std::uint8_t, 6> bytes{};
    random.fill(bytes);
    return fmt::format("gatehouse-{}-{}", command, to_hex(bytes));
}

Result<std::chrono::milliseconds> parse_interval(std::string_view flag, std::string_view text) {
    struct Unit {
        std::string_view name;
        double milliseconds;
    };
    constexpr std::array<Unit, 5> units{
        {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const Unit& unit : units) {
        if (error != std::errc() || !std::isfinite(number) || name != unit.name) continue;
        const double milliseconds = std::round(number * unit.milliseconds);
        if (milliseconds < 1 || milliseconds > 86'400'000) break;
        return std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds));
    }
    return refuse(fmt::format("{} {}: write a time from 1ms to 24h, like 500ms, 2s or 1m", flag,
                              text.substr(0, 40)));
}

Result<std::uint64_t> parse_count(std::string_view flag, std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && number > 0) return number;
    return refuse(fmt::format("{} {}: write a whole number from 1", flag, text.substr(0, 40)));
}

Result<Qos> parse_qos(std::string_view text) {
    if (text == "0") return Qos::AtMostOnce;
    if (text == "1") return Qos::AtLeastOnce;
    if (text == "2") return Qos::ExactlyOnce;
    return refuse(fmt::format("--qos {}: there are 0, 1 and 2", text.substr(0, 40)));
}

Result<std::string> parse_topic_name(std::string text) {
    const auto problem = mqtt::check_topic_name(text);
    return checked_topic(std::move(text), problem, "Topic Name");
}

Result<std::string> parse_topic_filter(std::string text) {
    const auto problem = mqtt::check_topic_filter(text);
    return checked_topic(std::move(text), problem, "Topic Filter");
}

}  // namespace gatehouse::server::device
