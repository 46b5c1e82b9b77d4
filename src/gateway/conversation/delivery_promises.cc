#include "gateway/conversation/delivery_promises.h"

#include <algorithm>

#include "gateway/conversation/finding.h"

namespace gatehouse::gateway {
namespace {

constexpr std::uint32_t long_queue = 1000;  // no script publishes so much

}  // namespace

DeliveryPromises::DeliveryPromises(const Profile& profile)
    : is_on_(profile.limits.session_queue_messages_max >= long_queue &&
             profile.behaviour.rates == Rates::Counted),
      multi_level_(profile.behaviour.parent_match == ParentMatch::Yes
                       ? mqtt::MultiLevel::IncludesParent
                       : mqtt::MultiLevel::ChildrenOnly) {}

DeliveryPromises::Client& DeliveryPromises::client(std::string_view client_id) {
    const auto found = clients_.find(client_id);
    return found != clients_.end() ? found->second : clients_[std::string(client_id)];
}

void DeliveryPromises::forget(std::string_view client_id) {
    Client& of = client(client_id);
    ++of.session;
    of.filters.clear();
    of.owed.clear();
}

void DeliveryPromises::forget_all() {
    for (const auto& [client_id, of] : clients_) forget(client_id);
}

void DeliveryPromises::note_subscribed(std::string_view client_id, std::string_view filter) {
    if (is_on_) client(client_id).filters.emplace(filter);
}

void DeliveryPromises::note_changing(std::string_view client_id, std::string_view filter) {
    if (client(client_id).filters.contains(filter)) forget(client_id);
}

void DeliveryPromises::note_published(MessageNumber number, std::string_view topic) {
    for (auto& [client_id, of] : clients_) {
        const bool is_wanted = std::ranges::any_of(of.filters, [&](const std::string& filter) {
            return mqtt::matches(filter, topic, multi_level_);
        });
        if (is_wanted) sent_[number].emplace_back(&of, of.session);
    }
}

void DeliveryPromises::note_acknowledged(MessageNumber number) {
    const auto found = sent_.find(number);
    if (found == sent_.end()) return;
    for (const auto& [of, session] : found->second) {
        if (of->session == session) of->owed.insert(number);
    }
    sent_.erase(found);
}

void DeliveryPromises::note_delivered(std::string_view client_id, MessageNumber number) {
    client(client_id).delivered.insert(number);
}

void DeliveryPromises::check(std::string_view client_id) {
    Client& of = client(client_id);
    expect(std::ranges::includes(of.delivered, of.owed), "a message that was acknowledged is lost");
    of.owed.clear();
}

}  // namespace gatehouse::gateway
