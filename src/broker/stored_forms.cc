#include "broker/stored_forms.h"

#include <fmt/format.h>

#include <cstring>

namespace gatehouse::broker {
namespace {

constexpr std::uint32_t qos_bits = 3;
constexpr std::uint32_t no_local_bit = 4;
constexpr std::uint32_t retain_as_published_bit = 8;
constexpr std::uint32_t retain_handling_shift = 4;
constexpr std::size_t client_id_bytes_max = 65'535;

// Followed by topic, properties and payload.
struct WillHead {
    std::uint32_t topic_size;
    std::uint32_t properties_size;
    std::uint32_t expiry_seconds;
    std::uint32_t expiry_at;
    std::uint32_t delay_seconds;
    std::uint8_t qos;
    std::uint8_t retain;
    std::uint8_t unused[2];
};

}  // namespace

std::uint32_t subscription_word(const SubscriptionOptions& options) {
    return static_cast<std::uint32_t>(options.qos) |
           (options.no_local == NoLocal::Yes ? no_local_bit : 0U) |
           (options.retain_as_published == RetainAsPublished::Yes ? retain_as_published_bit : 0U) |
           static_cast<std::uint32_t>(options.retain_handling) << retain_handling_shift;
}

SubscriptionOptions subscription_options(std::uint32_t word, std::uint32_t identifier) {
    return {
        .qos = static_cast<mqtt::Qos>(word & qos_bits),
        .no_local = (word & no_local_bit) != 0 ? NoLocal::Yes : NoLocal::No,
        .retain_as_published =
            (word & retain_as_published_bit) != 0 ? RetainAsPublished::Yes : RetainAsPublished::No,
        .retain_handling = static_cast<mqtt::RetainHandling>(word >> retain_handling_shift & 3U),
        .identifier = identifier};
}

Bytes encode_will(const Will& will) {
    const WillHead head{.topic_size = static_cast<std::uint32_t>(will.topic.size()),
                        .properties_size = static_cast<std::uint32_t>(will.properties.size()),
                        .expiry_seconds = will.expiry_seconds,
                        .expiry_at = will.expiry_at,
                        .delay_seconds = will.delay_seconds,
                        .qos = static_cast<std::uint8_t>(will.qos),
                        .retain = will.retain == Retain::Yes ? std::uint8_t{1} : std::uint8_t{0},
                        .unused = {}};
    Bytes form(sizeof head);
    std::memcpy(form.data(), &head, sizeof head);
    form.insert(form.end(), will.topic.begin(), will.topic.end());
    form.insert(form.end(), will.properties.begin(), will.properties.end());
    form.insert(form.end(), will.payload.begin(), will.payload.end());
    return form;
}

std::unique_ptr<Will> decode_will(BytesView form) {
    WillHead head;
    if (form.size() < sizeof head) return nullptr;
    std::memcpy(&head, form.data(), sizeof head);
    form = form.subspan(sizeof head);
    if (form.size() < std::size_t{head.topic_size} + head.properties_size ||
        head.qos > static_cast<std::uint8_t>(mqtt::Qos::ExactlyOnce)) {
        return nullptr;
    }
    auto will = std::make_unique<Will>();
    will->topic = text_of(form.first(head.topic_size));
    form = form.subspan(head.topic_size);
    will->properties.assign(form.begin(), form.begin() + head.properties_size);
    form = form.subspan(head.properties_size);
    will->payload.assign(form.begin(), form.end());
    will->qos = static_cast<mqtt::Qos>(head.qos);
    will->retain = head.retain != 0 ? Retain::Yes : Retain::No;
    will->expiry_seconds = head.expiry_seconds;
    will->expiry_at = head.expiry_at;
    will->delay_seconds = head.delay_seconds;
    return will;
}

std::string nameless_client_id(std::uint64_t session, std::string_view client_id) {
    std::string name(1, '\0');
    name += fmt::format("{}/", session);
    name += client_id.substr(0, client_id_bytes_max - name.size());
    return name;
}

bool is_nameless(std::string_view client_id) {
    return client_id.starts_with('\0');
}

std::string_view original_client_id(std::string_view client_id) {
    return is_nameless(client_id) ? client_id.substr(client_id.find('/') + 1) : client_id;
}

}  // namespace gatehouse::broker
