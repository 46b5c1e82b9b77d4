// A device that gets in with a user name and a password, and publishes a time stamp every few
// seconds. Nothing but libmosquitto and the standard library; see README.md.
#include <getopt.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>
#include <string>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;
using Options = std::map<std::string, std::string>;

volatile std::sig_atomic_t stopped = 0;

struct State {
    Options options;
    bool connected = false;
    bool refused = false;  // the device itself, or one of its messages
    bool ended = false;    // there is no sense in going on
    int sent = 0;
    int arrived = 0;
};

Options read_options(int count, char** words) {
    const char* password = std::getenv("DEVICE_PASSWORD");  // is in no process list
    Options options{{"endpoint", "localhost:9443"},
                    {"authorizer", ""},
                    {"username", ""},
                    {"password", password ? password : ""},
                    {"client-id", "basicPubSub"},
                    {"topic", "test/topic"},
                    {"interval", "2s"},
                    {"count", "0"},
                    {"qos", "1"},
                    {"cafile", "root-CA.crt"},
                    {"alpn", "mqtt"}};
    std::string names[16];
    option known[16] = {};
    int n = 0;
    for (const auto& [name, value] : options) {
        names[n] = name;
        known[n] = {names[n].c_str(), required_argument, nullptr, 0};
        ++n;
    }
    int index = 0;
    for (int found; (found = getopt_long(count, words, "", known, &index)) != -1;) {
        if (found != 0) std::exit(2);  // getopt has said what is wrong
        options[names[index]] = optarg;
    }
    return options;
}

[[noreturn]] void stop_at_wrong_use(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(2);
}

// What would otherwise be found out only once the device is in.
void check(const Options& options) {
    const std::string& qos = options.at("qos");
    if (qos != "0" && qos != "1") stop_at_wrong_use("--qos is 0 or 1");
    if (mosquitto_pub_topic_check(options.at("topic").c_str()) != MOSQ_ERR_SUCCESS) {
        stop_at_wrong_use("--topic takes no + and #: a message has one topic");
    }
}

struct Endpoint {
    std::string host;
    int port = 443;
};

// "host", "host:port", "[::1]:port".
Endpoint read_endpoint(const std::string& text) {
    const bool brackets = !text.empty() && text[0] == '[';
    const auto close = brackets ? text.find(']') : 0;
    if (close == std::string::npos) stop_at_wrong_use("--endpoint: the ']' is missing");
    Endpoint endpoint;
    const auto colon = text.find(':', close);
    endpoint.host = brackets ? text.substr(1, close - 1) : text.substr(0, colon);
    if (colon != std::string::npos) endpoint.port = std::atoi(text.c_str() + colon + 1);
    return endpoint;
}

// The authorizer is asked for in the user name.
std::string user_name(const Options& options) {
    const std::string& authorizer = options.at("authorizer");
    if (authorizer.empty()) return options.at("username");
    return options.at("username") + "?x-amz-customauthorizer-name=" + authorizer;
}

void on_connect(mosquitto*, void* object, int code, int, const mosquitto_property* properties) {
    auto& state = *static_cast<State*>(object);
    state.connected = code == 0;
    if (state.connected) return void(std::puts("connected"));
    state.ended = code != MQTT_RC_SERVER_UNAVAILABLE && code != MQTT_RC_SERVER_BUSY;
    state.refused = state.refused || state.ended;
    char* reason = nullptr;
    mosquitto_property_read_string(properties, MQTT_PROP_REASON_STRING, &reason, false);
    std::printf("refused: %s (0x%02x)\n  the server says: %s\n", mosquitto_reason_string(code),
                static_cast<unsigned>(code), reason ? reason : "nothing");
    std::printf("  why, step by step: gatehouse authorizer trace --client-id %s\n",
                state.options.at("client-id").c_str());
    std::free(reason);
}

void on_disconnect(mosquitto*, void* object, int code, const mosquitto_property*) {
    static_cast<State*>(object)->connected = false;
    if (code == 0) return;
    std::printf("disconnected: %s\n",
                code < 0x80 ? mosquitto_strerror(code) : mosquitto_reason_string(code));
}

void on_publish(mosquitto*, void* object, int, int code, const mosquitto_property*) {
    auto& state = *static_cast<State*>(object);
    ++state.arrived;
    if (code < 0x80) return void(std::printf("message %d arrived\n", state.arrived));
    state.refused = true;
    std::printf("message %d refused: %s\n", state.arrived, mosquitto_reason_string(code));
}

void publish(mosquitto* client, State& state) {
    char time[32];
    const std::time_t now = std::time(nullptr);
    std::strftime(time, sizeof time, "%FT%TZ", std::gmtime(&now));
    const std::string message =
        "{\"time\":\"" + std::string(time) + "\",\"n\":" + std::to_string(++state.sent) + "}";
    const int code = mosquitto_publish_v5(client, nullptr, state.options["topic"].c_str(),
                                          static_cast<int>(message.size()), message.data(),
                                          std::atoi(state.options["qos"].c_str()), false, nullptr);
    if (code == MOSQ_ERR_SUCCESS) return;
    std::printf("cannot publish: %s\n", mosquitto_strerror(code));
    // A lost connection comes back; what the server takes does not change.
    if (code == MOSQ_ERR_NO_CONN || code == MOSQ_ERR_CONN_LOST) return void(--state.sent);
    state.ended = true;
}

// Publishes until the count is reached, the connection ends or Ctrl-C comes.
void serve(mosquitto* client, State& state, int count) {
    const std::chrono::duration<double> interval(std::atof(state.options["interval"].c_str()));
    auto due = Clock::now();
    while (mosquitto_loop(client, 50, 1) == MOSQ_ERR_SUCCESS) {
        if (stopped || state.ended || (count > 0 && state.arrived >= count)) {
            mosquitto_disconnect_v5(client, 0, nullptr);
        } else if (state.connected && Clock::now() >= due && (count == 0 || state.sent < count)) {
            publish(client, state);
            due += std::chrono::duration_cast<Clock::duration>(interval);
        }
    }
}

}  // namespace

int main(int argument_count, char** words) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::signal(SIGINT, [](int) { stopped = 1; });
    State state{read_options(argument_count, words)};
    Options& options = state.options;
    check(options);
    const auto [host, port] = read_endpoint(options["endpoint"]);
    const int count = std::atoi(options["count"].c_str());

    mosquitto_lib_init();
    mosquitto* client = mosquitto_new(options["client-id"].c_str(), true, &state);
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    // Without a CA libmosquitto would speak plain TCP, and say the password to whoever listens.
    if (mosquitto_tls_set(client, options["cafile"].c_str(), nullptr, nullptr, nullptr, nullptr)) {
        stop_at_wrong_use("cannot read the CA, --cafile " + options["cafile"]);
    }
    if (!options["alpn"].empty()) {
        mosquitto_string_option(client, MOSQ_OPT_TLS_ALPN, options["alpn"].c_str());
    }
    mosquitto_username_pw_set(client, user_name(options).c_str(), options["password"].c_str());
    mosquitto_connect_v5_callback_set(client, on_connect);
    mosquitto_disconnect_v5_callback_set(client, on_disconnect);
    mosquitto_publish_v5_callback_set(client, on_publish);

    std::mt19937 random{std::random_device{}()};
    for (int ceiling = 1000; !stopped;) {
        const int before = state.arrived;
        if (const int code = mosquitto_connect(client, host.c_str(), port, 60)) {
            std::printf("cannot reach %s:%d: %s\n", host.c_str(), port, mosquitto_strerror(code));
        } else {
            serve(client, state, count);
        }
        if (stopped || state.ended || (count > 0 && state.arrived >= count)) break;
        if (state.arrived > before) ceiling = 1000;
        // Half of the wait is at random, so that a fleet does not come back in one wave.
        const int wait = std::uniform_int_distribution(ceiling / 2, ceiling)(random);
        std::printf("trying again in %.1f s\n", wait / 1000.0);
        const auto end = Clock::now() + std::chrono::milliseconds(wait);
        while (!stopped && Clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        ceiling = std::min(ceiling * 2, 60'000);
    }
    mosquitto_destroy(client);
    mosquitto_lib_cleanup();
    return state.refused ? 3 : state.ended ? 1 : 0;
}
