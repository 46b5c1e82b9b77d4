// A device: connects with a certificate or a password, publishes a message a second to its topic
// and prints what comes. Needs libmosquitto; start.sh builds it with one call of the compiler.
//
// The options have the names of AWS's pubsub sample; start.sh and start.ps1 fill them in.
#include <mosquitto.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

struct Device {
    std::map<std::string, std::string> options{
        {"port", "8883"}, {"message", "hello"}, {"count", "0"}};
    int count = 0;
    int sent = 0;
    int seen = 0;
    bool subscribed = false;

    const char* option(const std::string& name) const {
        const auto found = options.find(name);
        return found == options.end() ? nullptr : found->second.c_str();
    }
    bool is_done() const { return count != 0 && seen >= count; }
};

[[noreturn]] void give_up(const std::string& problem, int status = 1) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    std::exit(status);
}

void read_options(Device& device, int count, char** words) {
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string word = words[i];
        if (word.rfind("--", 0) != 0) give_up("'" + word + "' is no option", 2);
        device.options[word.substr(2)] = words[i + 1];
    }
    for (const char* needed : {"endpoint", "client_id", "topic"}) {
        if (device.option(needed) == nullptr)
            give_up(std::string("--") + needed + " is missing", 2);
    }
    device.count = std::atoi(device.option("count"));
}

std::string first_line_of(const char* path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) give_up(std::string(path) + " cannot be read");
    return line;
}

int set_login(mosquitto* client, const Device& device) {
    if (device.option("alpn") != nullptr) {
        mosquitto_string_option(client, MOSQ_OPT_TLS_ALPN, device.option("alpn"));
    }
    if (device.option("username") == nullptr) return MOSQ_ERR_SUCCESS;
    const char* file = device.option("password_file");
    return mosquitto_username_pw_set(client, device.option("username"),
                                     file == nullptr ? nullptr : first_line_of(file).c_str());
}

void on_connect(mosquitto* client, void* self, int code) {
    Device& device = *static_cast<Device*>(self);
    if (code != 0) give_up(mosquitto_connack_string(code));
    std::printf("connected to %s:%s as %s\n", device.option("endpoint"), device.option("port"),
                device.option("client_id"));
    mosquitto_subscribe(client, nullptr, device.option("topic"), 1);
}

void on_subscribe(mosquitto*, void* self, int, int, const int* granted) {
    Device& device = *static_cast<Device*>(self);
    if (granted[0] >= 0x80) give_up("the policy does not allow to subscribe to its topic");
    device.subscribed = true;
}

void on_message(mosquitto*, void* self, const mosquitto_message* message) {
    Device& device = *static_cast<Device*>(self);
    std::printf("received %.*s\n", message->payloadlen, static_cast<const char*>(message->payload));
    std::fflush(stdout);
    ++device.seen;
}

void publish_next(mosquitto* client, Device& device) {
    const std::string text =
        std::string(device.option("message")) + " " + std::to_string(++device.sent);
    mosquitto_publish(client, nullptr, device.option("topic"), static_cast<int>(text.size()),
                      text.data(), 1, false);
}

}  // namespace

int main(int count, char** words) {
    Device device;
    read_options(device, count, words);
    mosquitto_lib_init();
    mosquitto* client = mosquitto_new(device.option("client_id"), true, &device);
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_subscribe_callback_set(client, on_subscribe);
    mosquitto_message_callback_set(client, on_message);
    const char* ca_folder = device.option("ca_file") == nullptr ? "/etc/ssl/certs" : nullptr;
    int code = mosquitto_tls_set(client, device.option("ca_file"), ca_folder, device.option("cert"),
                                 device.option("key"), nullptr);
    if (code == MOSQ_ERR_SUCCESS) code = set_login(client, device);
    if (code == MOSQ_ERR_SUCCESS) {
        code = mosquitto_connect(client, device.option("endpoint"),
                                 std::atoi(device.option("port")), 60);
    }
    auto next = Clock::now();
    while (code == MOSQ_ERR_SUCCESS && !device.is_done()) {
        const bool wants_more = device.count == 0 || device.sent < device.count;
        if (device.subscribed && wants_more && Clock::now() >= next) {
            publish_next(client, device);
            next += std::chrono::seconds(1);
        }
        code = mosquitto_loop(client, 100, 1);
    }
    if (code != MOSQ_ERR_SUCCESS) give_up(mosquitto_strerror(code));
    mosquitto_disconnect(client);
    mosquitto_destroy(client);
    mosquitto_lib_cleanup();
    return 0;
}
