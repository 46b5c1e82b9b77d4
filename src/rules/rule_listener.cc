#include "rules/rule_listener.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/uuid.h"
#include "broker/publication.h"
#include "broker/publisher.h"
#include "broker/route.h"
#include "mqtt/topic.h"

namespace gatehouse::rules {
namespace {

broker::Disposition disposition_of(const Finding& finding) {
    return finding.ingest ? broker::Disposition::Consume : broker::Disposition::Deliver;
}

}  // namespace

bool Finding::is_assured() const {
    return std::ranges::any_of(
        rules, [](const CompiledRule* rule) { return rule->assurance == Assurance::AtLeastOnce; });
}

broker::ListenerAnswer RuleListener::on_publish(const broker::Publisher& from, broker::Route& route,
                                                const broker::Publication& publication,
                                                broker::Keeping keeping) {
    // Sets that were never replaced have generation 0, as a route that nobody asked about.
    const std::uint64_t generation = parts_.directory.sets().generation() + 1;
    if (route.heard.generation != generation) [[unlikely]] {
        route.heard = {generation, find(from.tenant(), route.topic())};
    }
    if (!route.heard.finding) [[likely]]
        return broker::Disposition::Deliver;
    const auto finding = std::static_pointer_cast<const Finding>(route.heard.finding);
    if (keeping != broker::Keeping::Nothing && finding->is_assured()) {
        return leave_assured(finding, copy(from, route, publication), from.loop(), keeping);
    }
    leave(finding, copy(from, route, publication));
    return disposition_of(*finding);
}

broker::ListenerAnswer RuleListener::leave_assured(const FindingPtr& finding,
                                                   std::shared_ptr<Message> message,
                                                   std::size_t loop,
                                                   broker::Keeping keeping) const {
    if (keeping == broker::Keeping::Fails) return broker::Disposition::Refuse;
    broker::Pledge pledge{.context = encode_context(*message)};
    auto hold = parts_.pledges.make(*message, loop);
    if (!hold) {
        throttle(*finding, *message,
                 "too many messages wait for rules with at-least-once delivery");
        return broker::Disposition::Refuse;
    }
    message->hold = std::move(*hold);
    pledge.number = message->hold.number();
    if (!leave(finding, message)) return broker::Disposition::Refuse;
    return {disposition_of(*finding), std::move(pledge)};
}

Result<void> RuleListener::on_restored(const broker::PledgedMessage& pledged) {
    return parts_.pledges.restore(pledged);
}

bool RuleListener::take_up(const MessagePtr& restored) const {
    const FindingPtr all = find(restored->tenant, restored->topic);
    auto assured = std::make_shared<Finding>();
    if (all != nullptr) *assured = *all;
    std::erase_if(assured->rules, [](const CompiledRule* rule) {
        return rule->assurance != Assurance::AtLeastOnce;
    });
    return assured->rules.empty() || parts_.evaluator.take(std::move(assured), restored);
}

bool RuleListener::wants(const Tenant& tenant, std::string_view topic) const {
    return find(tenant, topic) != nullptr;
}

// Null: no rule wants it.
FindingPtr RuleListener::find(const Tenant& tenant, std::string_view topic) const {
    const auto sets = parts_.directory.sets().get();
    const auto found = sets->find(tenant);
    const std::shared_ptr<const RuleSet> set = found == sets->end() ? nullptr : found->second;
    if (const auto name = mqtt::basic_ingest_rule(topic)) {
        auto finding = std::make_shared<Finding>();
        finding->set = set;
        finding->ingest = *name;
        const CompiledRule* const rule = set ? set->find_enabled(*name) : nullptr;
        if (rule != nullptr) finding->rules.push_back(rule);
        return finding;
    }
    if (!set) return nullptr;
    auto rules = set->matching(topic);
    if (rules.empty()) return nullptr;
    return std::make_shared<const Finding>(Finding{set, std::move(rules), std::nullopt});
}

std::shared_ptr<Message> RuleListener::copy(const broker::Publisher& from,
                                            const broker::Route& route,
                                            const broker::Publication& publication) const {
    auto message = std::make_shared<Message>();
    message->tenant = from.tenant();
    message->topic = route.topic();
    message->payload = text_of(publication.payload);
    message->properties.assign(publication.properties.begin(), publication.properties.end());
    message->qos = publication.qos;
    message->client_id = from.client_id();
    if (const broker::PublishedBy* const by = publication.by) {
        message->principal = by->principal;
        message->source_ip = by->source_ip;
        message->trace_id = by->trace_id;
        message->hops = by->hops;
    }
    if (message->trace_id.empty()) message->trace_id = make_uuid(parts_.random);
    return message;
}

bool RuleListener::leave(const FindingPtr& finding, const MessagePtr& message) const {
    if (finding->rules.empty()) {
        parts_.not_found.add();
        parts_.reports.not_found(*message, *finding->ingest);
        return true;
    }
    if (parts_.evaluator.take(finding, message)) return true;
    throttle(*finding, *message, "too many messages wait for the rules' statements");
    return false;
}

void RuleListener::throttle(const Finding& finding, const Message& message, const char* why) const {
    for (const CompiledRule* const rule : finding.rules) rule->counts->throttled.add();
    parts_.reports.throttled(message, why);
}

}  // namespace gatehouse::rules
