#include "server/device/mqtt_client.h"

#include <fmt/format.h>
#include <mqtt_protocol.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "mqtt/reason_code.h"

namespace gatehouse::server::device {
namespace {

std::string reason_string(const MosquittoLibrary& library, const mosquitto_property* properties) {
    char* text = nullptr;
    if (library.property_read_string(properties, MQTT_PROP_REASON_STRING, &text, false) ==
            nullptr ||
        text == nullptr) {
        return {};
    }
    std::string reason = text;
    std::free(text);
    return reason;
}

bool asks_to_come_later(mqtt::ReasonCode code) {
    using enum mqtt::ReasonCode;
    return code == ServerUnavailable || code == ServerBusy || code == ConnectionRateExceeded ||
           code == QuotaExceeded || code == ServerShuttingDown;
}

// The reason of a CONNACK as MQTT 5 numbers it.
mqtt::ReasonCode connack_reason(Protocol protocol, int code) {
    const auto number = static_cast<std::uint8_t>(code);
    if (protocol == Protocol::V5) return static_cast<mqtt::ReasonCode>(number);
    return mqtt::reason_of_return_code(number).value_or(mqtt::ReasonCode::UnspecifiedError);
}

bool is_about_trust(std::string_view complaint) {
    return complaint.find("certificate verify failed") != complaint.npos ||
           complaint.find("host name verification failed") != complaint.npos;
}

// Of a packet that the library did not take.
ErrorKind kind_of(int code) {
    const bool broke_off = code == MOSQ_ERR_NO_CONN || code == MOSQ_ERR_CONN_LOST ||
                           code == MOSQ_ERR_ERRNO || code == MOSQ_ERR_TLS;
    return broke_off ? ErrorKind::Unavailable : ErrorKind::InvalidInput;
}

}  // namespace

// A file without a place in any folder.
class MqttClient::MemoryFile : Pinned {
public:
    explicit MemoryFile(std::string_view content) : descriptor_(::memfd_create("ca", MFD_CLOEXEC)) {
        while (!content.empty()) {
            const ssize_t written = ::write(descriptor_, content.data(), content.size());
            if (written <= 0) return;  // the library will say that it is no good
            content.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    ~MemoryFile() { ::close(descriptor_); }

    std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

private:
    const int descriptor_;
};

MqttClient::MqttClient(const MosquittoLibrary& library, ConnectPlan plan, Events& events)
    : library_(library),
      plan_(std::move(plan)),
      events_(events),
      client_(library.create(plan_.client_id.c_str(), true, this), Destroy{library.destroy}) {}

MqttClient::~MqttClient() = default;

Result<std::unique_ptr<MqttClient>> MqttClient::create(const MosquittoLibrary& library,
                                                       ConnectPlan plan, Events& events) {
    std::unique_ptr<MqttClient> client(new MqttClient(library, std::move(plan), events));
    if (auto prepared = client->prepare(); !prepared) return fail(std::move(prepared.error()));
    return client;
}

Result<void> MqttClient::prepare() {
    const auto refuse = [&](std::string_view what, int code) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{} cannot be used: {}", what, library_.strerror(code)));
    };
    if (!client_) return refuse("the client id", MOSQ_ERR_INVAL);
    mosquitto* const client = client_.get();
    library_.int_option(client, MOSQ_OPT_PROTOCOL_VERSION,
                        plan_.protocol == Protocol::V5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    if (plan_.target.tls) {
        const int code = trust_ca();
        if (code != MOSQ_ERR_SUCCESS) return refuse("the CA file " + plan_.target.ca_file, code);
        if (!plan_.target.alpn.empty()) {
            library_.string_option(client, MOSQ_OPT_TLS_ALPN, plan_.target.alpn.c_str());
        }
    }
    if (plan_.user_name || plan_.password) {
        // Before MQTT 5 there is no password without a user name.
        const bool needs_name = plan_.protocol == Protocol::V311;
        const char* const name = plan_.user_name ? plan_.user_name->c_str()
                                 : needs_name    ? ""
                                                 : nullptr;
        const int code = library_.username_pw_set(
            client, name, plan_.password ? plan_.password->c_str() : nullptr);
        if (code != MOSQ_ERR_SUCCESS) return refuse("the user name or password", code);
    }
    set_callbacks();
    return {};
}

int MqttClient::trust_ca() {
    const Target& target = plan_.target;
    if (target.ca_file.empty()) {
        return library_.int_option(client_.get(), MOSQ_OPT_TLS_USE_OS_CERTS, 1);
    }
    if (!target.ca.empty()) ca_file_ = std::make_unique<MemoryFile>(target.ca);
    const std::string path = ca_file_ ? ca_file_->path() : target.ca_file;
    return library_.tls_set(client_.get(), path.c_str(), nullptr, nullptr, nullptr, nullptr);
}

void MqttClient::set_callbacks() {
    mosquitto* const client = client_.get();
    library_.log_callback_set(client, [](mosquitto*, void* object, int level, const char* text) {
        if (level == MOSQ_LOG_ERR || level == MOSQ_LOG_WARNING) of(object).complaint_ = text;
    });
    library_.connect_v5_callback_set(
        client, [](mosquitto*, void* object, int code, int, const mosquitto_property* properties) {
            of(object).on_connack(code, properties);
        });
    library_.disconnect_v5_callback_set(
        client, [](mosquitto*, void* object, int code, const mosquitto_property* properties) {
            of(object).on_disconnect(code, properties);
        });
    library_.publish_v5_callback_set(
        client, [](mosquitto*, void* object, int id, int code, const mosquitto_property* props) {
            of(object).events_.on_published(id, of(object).answer_of(code, props));
        });
    library_.subscribe_v5_callback_set(
        client, [](mosquitto*, void* object, int id, int count, const int* granted,
                   const mosquitto_property* properties) {
            const int code = count > 0 ? granted[0] : MQTT_RC_UNSPECIFIED;
            of(object).events_.on_subscribed(id, of(object).answer_of(code, properties));
        });
    library_.message_v5_callback_set(client, [](mosquitto*, void* object,
                                                const mosquitto_message* message,
                                                const mosquitto_property*) {
        of(object).events_.on_received({.topic = message->topic,
                                        .payload = {static_cast<const char*>(message->payload),
                                                    static_cast<std::size_t>(message->payloadlen)},
                                        .qos = static_cast<Qos>(message->qos),
                                        .retained = message->retain ? Retain::Yes : Retain::No});
    });
}

void MqttClient::connect() {
    active_ = true;
    connected_ = reached_ = leaving_ = false;
    refusal_.reset();
    complaint_.clear();
    errno = 0;
    // The library's other way, which does not block, tries one address alone and does not notice
    // under TLS when that is refused.
    const int code = library_.connect(client_.get(), plan_.target.host.c_str(), plan_.target.port,
                                      static_cast<int>(plan_.keep_alive.count()));
    if (code != MOSQ_ERR_SUCCESS) end(ending_of(code, nullptr));
    note_progress();
}

void MqttClient::turn() {
    if (!active_) return;
    errno = 0;
    const int code = library_.loop(client_.get(), 0, 1);
    if (!active_) return;  // ended in a callback
    if (code != MOSQ_ERR_SUCCESS) return end(ending_of(code, nullptr));
    note_progress();
}

void MqttClient::note_progress() {
    if (reached_ || !active_) return;
    const void* const ssl = plan_.target.tls ? library_.ssl_get(client_.get()) : nullptr;
    reached_ = !plan_.target.tls || (ssl != nullptr && library_.ssl_is_init_finished(ssl) != 0);
}

void MqttClient::abandon(EndKind kind) {
    if (!active_) return;
    leaving_ = true;
    Ending ending{.kind = kind, .answer = {}, .detail = {}};
    end(std::move(ending));
    library_.disconnect_v5(client_.get(), 0, nullptr);
}

int MqttClient::descriptor() const {
    return library_.socket(client_.get());
}

bool MqttClient::wants_write() const {
    return library_.want_write(client_.get());
}

Result<int> MqttClient::publish(const std::string& topic, std::string_view payload, Qos qos,
                                Retain retain) {
    int id = 0;
    const int code =
        library_.publish_v5(client_.get(), &id, topic.c_str(), static_cast<int>(payload.size()),
                            payload.data(), static_cast<int>(qos), retain == Retain::Yes, nullptr);
    if (code == MOSQ_ERR_SUCCESS) return id;
    return fail(kind_of(code),
                fmt::format("cannot publish to '{}': {}", topic, library_.strerror(code)));
}

Result<int> MqttClient::subscribe(const std::string& filter, Qos qos) {
    int id = 0;
    const int code = library_.subscribe_v5(client_.get(), &id, filter.c_str(),
                                           static_cast<int>(qos), 0, nullptr);
    if (code == MOSQ_ERR_SUCCESS) return id;
    return fail(kind_of(code),
                fmt::format("cannot subscribe to '{}': {}", filter, library_.strerror(code)));
}

void MqttClient::disconnect() {
    if (!active_) return;
    if (!connected_) return abandon(EndKind::Done);
    leaving_ = true;
    library_.disconnect_v5(client_.get(), 0, nullptr);
}

void MqttClient::on_connack(int code, const mosquitto_property* properties) {
    if (code != 0) {
        const bool later = asks_to_come_later(connack_reason(plan_.protocol, code));
        Answer answer = answer_of(code, properties);
        if (plan_.protocol == Protocol::V311) {
            answer.accepted = false;
            answer.code = fmt::format("{} (return code {})",
                                      mqtt::name_of(connack_reason(plan_.protocol, code)), code);
        }
        refusal_ = Ending{later ? EndKind::Busy : EndKind::Refused, std::move(answer), {}};
        return;
    }
    connected_ = reached_ = true;
    Connected connected;
    if (const void* const ssl = library_.ssl_get(client_.get())) {
        connected.tls_version = library_.ssl_version(ssl);
        const unsigned char* name = nullptr;
        unsigned length = 0;
        library_.ssl_alpn_selected(ssl, &name, &length);
        connected.alpn.assign(reinterpret_cast<const char*>(name), length);
    }
    events_.on_connected(connected);
}

void MqttClient::on_disconnect(int code, const mosquitto_property* properties) {
    end(ending_of(code, properties));
}

Ending MqttClient::ending_of(int code, const mosquitto_property* properties) const {
    if (refusal_) return *refusal_;
    if (leaving_) return {.kind = EndKind::Done, .answer = {}, .detail = {}};
    // Reason codes of a DISCONNECT start at 0x80, the library's own errors end below.
    if (connected_ && code >= MQTT_RC_UNSPECIFIED) {
        return {EndKind::Disconnected, answer_of(code, properties), {}};
    }
    const auto kind = connected_                   ? EndKind::Lost
                      : reached_                   ? EndKind::HungUp
                      : is_about_trust(complaint_) ? EndKind::Untrusted
                      : code == MOSQ_ERR_TLS       ? EndKind::TlsFailed
                                                   : EndKind::Unreachable;
    return {kind, {}, detail_of(code)};
}

Answer MqttClient::answer_of(int code, const mosquitto_property* properties) const {
    const auto reason = static_cast<mqtt::ReasonCode>(static_cast<std::uint8_t>(code));
    return {.accepted = !mqtt::is_failure(reason),
            .code = fmt::format("{} ({:#04x})", mqtt::name_of(reason), code),
            .reason = properties == nullptr ? "" : reason_string(library_, properties)};
}

std::string MqttClient::detail_of(int code) const {
    // "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed"
    if (const auto last = complaint_.rfind("::"); last != std::string::npos) {
        return complaint_.substr(last + 2);
    }
    if (!complaint_.empty()) return complaint_;
    if (code == MOSQ_ERR_ERRNO && errno == EINTR) return "no answer in time";
    if (code == MOSQ_ERR_ERRNO && errno != 0) return std::strerror(errno);
    if (code == MOSQ_ERR_EAI) return "no address is known for that name";
    return library_.strerror(code);
}

void MqttClient::end(Ending ending) {
    if (!std::exchange(active_, false)) return;
    connected_ = false;
    events_.on_ended(ending);
}

}  // namespace gatehouse::server::device
