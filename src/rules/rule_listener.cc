#include "rules/rule_listener.h"

#include <memory>
#include <utility>

#include "base/uuid.h"
#include "broker/publication.h"
#include "broker/publisher.h"
#include "broker/route.h"
#include "mqtt/topic.h"

namespace gatehouse::rules {

broker::Disposition RuleListener::on_publish(const broker::Publisher& from, broker::Route& route,
                                             const broker::Publication& publication) {
    // Sets that were never replaced have generation 0, as a route that nobody asked about.
    const std::uint64_t generation = parts_.directory.sets().generation() + 1;
    if (route.heard.generation != generation) [[unlikely]] {
        route.heard = {generation, find(from.tenant(), route.topic())};
    }
    if (!route.heard.finding) [[likely]]
        return broker::Disposition::Deliver;
    const auto finding = std::static_pointer_cast<const Finding>(route.heard.finding);
    leave(finding, copy(from, route, publication));
    return finding->ingest ? broker::Disposition::Consume : broker::Disposition::Deliver;
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

MessagePtr RuleListener::copy(const broker::Publisher& from, const broker::Route& route,
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

void RuleListener::leave(const FindingPtr& finding, MessagePtr message) const {
    if (finding->rules.empty()) {
        parts_.not_found.add();
        return parts_.reports.not_found(*message, *finding->ingest);
    }
    if (parts_.evaluator.take(finding, message)) return;
    for (const CompiledRule* const rule : finding->rules) rule->counts->throttled.add();
    parts_.reports.throttled(*message, "too many messages wait for the rules' statements");
}

}  // namespace gatehouse::rules
