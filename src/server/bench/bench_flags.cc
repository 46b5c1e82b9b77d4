#include "server/bench/bench_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/encoding.h"
#include "load/topic_pattern.h"
#include "server/device/connect_flags.h"

namespace gatehouse::server::bench {
namespace {

using device::parse_count;
using device::parse_interval;

constexpr std::uint16_t tls_port = 8883;
constexpr std::chrono::seconds default_duration{10};
constexpr std::uint64_t clients_max = 1'000'000;
constexpr std::uint64_t in_flight_max = 65'535;  // packet identifiers
constexpr std::uint64_t payload_bytes_max = 256 * 1024 * 1024 - 65'600;

std::unexpected<Error> refuse(std::string message) {
    return fail(ErrorKind::InvalidInput, std::move(message));
}

// `target` keeps its value where the flag is not given.
template <class Number>
Result<void> read_number(const Arguments& arguments, std::string_view name, std::uint64_t most,
                         Number& target) {
    const auto text = arguments.value(name);
    if (!text) return {};
    const std::string flag = fmt::format("--{}", name);
    const auto number = parse_count(flag, *text);
    if (!number) return fail(number.error());
    if (*number > most) return refuse(fmt::format("{} {}: {} at most", flag, *text, most));
    target = static_cast<Number>(*number);
    return {};
}

Result<void> read_tls(const Arguments& arguments, BenchWish& wish) {
    const bool about_tls =
        std::ranges::any_of(std::array{"ca", "cert", "key", "alpn", "insecure"},
                            [&](const char* name) { return arguments.has(name); });
    if (!arguments.has("tls")) {
        if (about_tls) return refuse("--ca, --cert, --key, --alpn and --insecure go with --tls");
        return {};
    }
    load::ClientTls tls;
    if (arguments.has("insecure")) {
        if (arguments.has("ca")) return refuse("--insecure verifies nothing: --ca has no use");
        tls.verify = load::ClientTls::Verify::No;
    }
    tls.ca_file = arguments.value("ca").value_or("");
    tls.certificate_file = arguments.value("cert").value_or("");
    tls.key_file = arguments.value("key").value_or("");
    if (tls.certificate_file.empty() != tls.key_file.empty()) {
        return refuse("--cert and --key go together");
    }
    wish.tls = std::move(tls);
    wish.port = tls_port;
    wish.plan.target.alpn = arguments.value("alpn").value_or("");
    if (wish.plan.target.alpn.size() > 255) return refuse("--alpn: 255 bytes at most");
    return {};
}

Result<void> read_login(const Arguments& arguments, const Environment& environment,
                        BenchWish& wish) {
    wish.plan.target.user_name = arguments.value("user");
    if (!wish.plan.target.user_name) {
        if (arguments.value("password") || arguments.value("password-file")) {
            return refuse("--password goes with --user");
        }
        return {};
    }
    auto password = device::read_password(arguments, environment);
    if (!password) return fail(std::move(password.error()));
    wish.plan.target.password = std::move(*password);
    return {};
}

Result<void> read_connection(const Arguments& arguments, const Environment& environment,
                             BenchWish& wish) {
    load::Target& target = wish.plan.target;
    wish.host = arguments.value("host").value_or(wish.host);
    if (wish.host.empty()) return refuse("--host wants a name or an address");
    if (auto read = read_tls(arguments, wish); !read) return read;
    if (auto read = read_number(arguments, "port", 65'535, wish.port); !read) return read;
    if (auto read = read_login(arguments, environment, wish); !read) return read;
    const std::string protocol = arguments.value("protocol").value_or("5");
    if (protocol != "5" && protocol != "3.1.1") {
        return refuse(fmt::format("--protocol {}: there are 3.1.1 and 5", protocol.substr(0, 20)));
    }
    target.version = protocol == "5" ? mqtt::ProtocolVersion::V5 : mqtt::ProtocolVersion::V3_1_1;
    target.keep_alive = 300;
    target.server_name = wish.host;
    return read_number(arguments, "keep-alive", 65'535, target.keep_alive);
}

Result<void> read_pace(const Arguments& arguments, BenchWish& wish) {
    load::TrafficPlan& plan = wish.plan;
    if (auto read = read_number(arguments, "rate", 100'000'000, plan.rate); !read) return read;
    const auto interval = arguments.value("interval");
    if (!interval) return {};
    if (plan.rate > 0) return refuse("--rate and --interval are two speeds: give one of them");
    const auto time = parse_interval("--interval", *interval);
    if (!time) return fail(time.error());
    plan.rate = 1000.0 * static_cast<double>(plan.clients) / static_cast<double>(time->count());
    return {};
}

Result<void> read_topic(const Arguments& arguments, BenchWish& wish) {
    std::string& topic = wish.plan.topic;
    topic = arguments.value("topic").value_or("bench/%i");
    // As the first client has it: placeholders bring in nothing that a topic may not hold.
    const std::string sample = load::fill_in(topic, 1, wish.plan.prefix);
    const auto checked = wish.kind == Kind::Sub ? device::parse_topic_filter(sample)
                                                : device::parse_topic_name(sample);
    if (!checked) return fail(checked.error());
    if (wish.kind == Kind::Pairs && !load::differs_by_client(topic)) {
        return refuse(fmt::format(
            "--topic {}: each pair needs a topic of its own, so put %i (the pair's number) or %c "
            "(its client id) into it",
            topic.substr(0, 80)));
    }
    return {};
}

Result<void> read_messages(const Arguments& arguments, BenchWish& wish) {
    load::TrafficPlan& plan = wish.plan;
    if (auto read = read_topic(arguments, wish); !read) return read;
    const auto qos = device::parse_qos(arguments.value("qos").value_or("0"));
    if (!qos) return fail(qos.error());
    plan.qos = static_cast<mqtt::Qos>(*qos);
    if (auto read = read_number(arguments, "messages", UINT64_MAX, plan.messages); !read) {
        return read;
    }
    if (wish.kind == Kind::Sub) return {};
    plan.payload_bytes = 256;
    plan.retain = arguments.has("retain");
    if (auto read = read_number(arguments, "size", payload_bytes_max, plan.payload_bytes); !read) {
        return read;
    }
    if (wish.kind == Kind::Pairs && plan.payload_bytes < load::stamp_size) {
        return refuse(fmt::format("--size {}: a message holds its number and time, so {} at least",
                                  plan.payload_bytes, load::stamp_size));
    }
    if (auto read = read_number(arguments, "in-flight", in_flight_max, plan.in_flight_max); !read) {
        return read;
    }
    return read_pace(arguments, wish);
}

Result<void> read_duration(const Arguments& arguments, BenchWish& wish) {
    const auto text = arguments.value("duration");
    if (!text) {
        const bool until_stopped = wish.kind == Kind::Sub;
        const bool until_all_are_in = wish.kind == Kind::Connect && !wish.reconnect;
        if (!until_stopped && !until_all_are_in && wish.plan.messages == 0) {
            wish.duration = default_duration;
        }
        return {};
    }
    const auto duration = parse_interval("--duration", *text);
    if (!duration) return fail(duration.error());
    wish.duration = *duration;
    return {};
}

Result<void> read_clients(const Arguments& arguments, Random& random, BenchWish& wish) {
    load::TrafficPlan& plan = wish.plan;
    if (auto read = read_number(arguments, "clients", clients_max, plan.clients); !read)
        return read;
    std::array<std::uint8_t, sizeof plan.run> drawn{};
    random.fill(drawn);
    std::memcpy(&plan.run, drawn.data(), drawn.size());
    plan.prefix = arguments.value("prefix").value_or("gatehouse-bench-" + to_hex(drawn));
    if (plan.prefix.empty() || !is_utf8(plan.prefix)) {
        return refuse("--prefix wants a text in UTF-8");
    }
    return read_number(arguments, "connect-rate", 1'000'000, plan.pace.a_second);
}

load::Role role_of(Kind kind) {
    switch (kind) {
        case Kind::Pub: return load::Role::Publish;
        case Kind::Sub: return load::Role::Subscribe;
        case Kind::Pairs:
        case Kind::Connect: break;
    }
    return load::Role::Pairs;
}

}  // namespace

std::string_view name_of(Kind kind) {
    constexpr std::array<std::string_view, 4> names{"pub", "sub", "pairs", "connect"};
    return names[static_cast<std::size_t>(kind)];
}

std::uint64_t BenchWish::connections() const {
    return plan.clients * (kind == Kind::Pairs ? 2 : 1);
}

std::vector<Flag> bench_flags(Kind kind) {
    const std::string_view clients = kind == Kind::Pairs ? "pairs" : "clients";
    std::vector<Flag> flags{
        {"host", "HOST", "The broker's name or address; by default localhost."},
        {"port", "PORT", "By default 1883, with --tls 8883."},
        {"tls", "", "TLS; the broker's certificate is verified."},
        {"ca", "FILE", "The CA to trust; by default the system's."},
        {"insecure", "", "Do not verify the broker's certificate."},
        {"cert", "FILE", "The certificate of the clients, with --key."},
        {"key", "FILE", "Its private key."},
        {"alpn", "NAME", "The ALPN to offer; by default none."},
        {"user", "U", "The user name, of all clients."},
        {"password", "P", "The password; process lists show it, DEVICE_PASSWORD stays unseen."},
        {"password-file", "FILE", "Take the password from the first line of a file; - is stdin."},
        {"protocol", "3.1.1|5", "The version of MQTT; by default 5."},
        {"keep-alive", "SECONDS", "By default 300."},
        {"clients", "N", fmt::format("How many {}; by default 100.", clients)},
        {"prefix", "TEXT", "Client ids begin with it; by default gatehouse-bench-RANDOM."},
        {"connect-rate", "N", "Connects a second at most; by default as fast as they go."},
    };
    if (kind == Kind::Connect) {
        flags.push_back({"reconnect", "", "Leave at once and come again, until the time is over."});
        flags.push_back({"duration", "TIME",
                         "How long they stay (by default not at all), or come again (10s)."});
        flags.push_back({"json", "", "Print the result as JSON."});
        return flags;
    }
    flags.push_back(
        {"topic", "TOPIC", "%i is the client's number, %c its id; by default bench/%i."});
    flags.push_back({"qos", "0|1|2", "The quality of service; by default 0."});
    if (kind == Kind::Sub) {
        flags.push_back({"messages", "N", "Stop when so many have come."});
        flags.push_back({"duration", "TIME", "How long to listen; by default until Ctrl-C."});
    } else {
        flags.insert(
            flags.end(),
            {{"size", "BYTES", "Of each payload; by default 256."},
             {"retain", "", "Have the broker keep the last message of each topic."},
             {"rate", "N", "Messages a second in all; by default as fast as they go."},
             {"interval", "TIME", "Instead: between two messages of one client, such as 1s."},
             {"in-flight", "N", "On their way at once, of one client; by default 100."},
             {"messages", "N", "Stop when so many are sent in all."},
             {"duration", "TIME", "How long to publish; by default 10s, or until all are sent."}});
    }
    flags.push_back({"json", "", "Print the result as JSON."});
    return flags;
}

Result<BenchWish> read_bench_flags(Kind kind, const Arguments& arguments,
                                   const Environment& environment, Random& random) {
    BenchWish wish{.kind = kind};
    wish.plan.role = role_of(kind);
    wish.json = arguments.has("json");
    wish.reconnect = arguments.has("reconnect");
    if (auto read = read_connection(arguments, environment, wish); !read) {
        return fail(std::move(read.error()));
    }
    if (auto read = read_clients(arguments, random, wish); !read) {
        return fail(std::move(read.error()));
    }
    if (kind != Kind::Connect) {
        if (auto read = read_messages(arguments, wish); !read) return fail(std::move(read.error()));
    }
    if (auto read = read_duration(arguments, wish); !read) return fail(std::move(read.error()));
    return wish;
}

}  // namespace gatehouse::server::bench
