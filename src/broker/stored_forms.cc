#include "broker/stored_forms.h"

#include <fmt/format.h>

#include <cstring>

#include "broker/publication.h"
#include "mqtt/property.h"
#include "mqtt/publish.h"

namespace gatehouse::broker {
namespace {

constexpr std::uint32_t qos_bits = 3;
constexpr std::uint32_t no_local_bit = 4;
constexpr std::uint32_t retain_as_published_bit = 8;
constexpr std::uint32_t retain_handling_shift = 4;
constexpr std::size_t client_id_bytes_max = 65'535;
constexpr std::size_t author_bytes_max = 65'535;

constexpr std::uint8_t retain_bit = 1;
constexpr std::uint8_t denied_bit = 2;

// Followed by topic, properties, author and payload.
struct WillHead {
    std::uint32_t topic_size;
    std::uint32_t properties_size;
    std::uint32_t expiry_seconds;
    std::uint32_t expiry_at;
    std::uint32_t delay_seconds;
    std::uint8_t qos;
    std::uint8_t flags;
    std::uint16_t author_size;  // 0 where an earlier version wrote it
};

std::uint8_t flags_of(const Will& will) {
    std::uint8_t flags = 0;
    if (will.retain == Retain::Yes) flags |= retain_bit;
    if (will.last_permission == Permission::Denied) flags |= denied_bit;
    return flags;
}

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

GoodProperties good_properties(BytesView stored, std::uint32_t expiry_seconds,
                               std::uint32_t expiry_at, Bytes& mended) {
    const bool expires = expiry_seconds != never_expires;
    if (!expires && stored.empty()) return {};
    const auto read = mqtt::decode_message_properties(stored, mqtt::PropertySection::Publish);
    if (read && (!expires || read->message_expiry_at == expiry_at)) return {stored, expiry_at};
    if (!expires) return {};
    mqtt::PropertyWriter writer;
    writer.add(mqtt::PropertyId::MessageExpiryInterval, expiry_seconds);
    mended = writer.take();
    // Behind the property's identifier.
    return {mended, 1};
}

Bytes encode_will(const Will& will) {
    const std::string_view author = std::string_view(will.author).substr(0, author_bytes_max);
    const WillHead head{.topic_size = static_cast<std::uint32_t>(will.topic.size()),
                        .properties_size = static_cast<std::uint32_t>(will.properties.size()),
                        .expiry_seconds = will.expiry_seconds,
                        .expiry_at = will.expiry_at,
                        .delay_seconds = will.delay_seconds,
                        .qos = static_cast<std::uint8_t>(will.qos),
                        .flags = flags_of(will),
                        .author_size = static_cast<std::uint16_t>(author.size())};
    Bytes form(sizeof head);
    std::memcpy(form.data(), &head, sizeof head);
    form.insert(form.end(), will.topic.begin(), will.topic.end());
    form.insert(form.end(), will.properties.begin(), will.properties.end());
    form.insert(form.end(), author.begin(), author.end());
    form.insert(form.end(), will.payload.begin(), will.payload.end());
    return form;
}

std::unique_ptr<Will> decode_will(BytesView form) {
    WillHead head;
    if (form.size() < sizeof head) return nullptr;
    std::memcpy(&head, form.data(), sizeof head);
    form = form.subspan(sizeof head);
    if (form.size() < std::size_t{head.topic_size} + head.properties_size + head.author_size ||
        head.qos > static_cast<std::uint8_t>(mqtt::Qos::ExactlyOnce)) {
        return nullptr;
    }
    auto will = std::make_unique<Will>();
    will->topic = text_of(form.first(head.topic_size));
    form = form.subspan(head.topic_size);
    Bytes mended;
    const auto properties = good_properties(form.first(head.properties_size), head.expiry_seconds,
                                            head.expiry_at, mended);
    will->properties.assign(properties.bytes.begin(), properties.bytes.end());
    will->expiry_at = properties.expiry_at;
    form = form.subspan(head.properties_size);
    will->author = text_of(form.first(head.author_size));
    form = form.subspan(head.author_size);
    will->payload.assign(form.begin(), form.end());
    will->qos = static_cast<mqtt::Qos>(head.qos);
    will->retain = (head.flags & retain_bit) != 0 ? Retain::Yes : Retain::No;
    will->last_permission =
        (head.flags & denied_bit) != 0 ? Permission::Denied : Permission::Allowed;
    will->expiry_seconds = head.expiry_seconds;
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
