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

bool is_rule_assured(const CompiledRule* rule) {
    return rule->assurance == Assurance::AtLeastOnce;
}

void split(Finding& finding) {
    auto assured = std::make_shared<Finding>();
    auto plain = std::make_shared<Finding>();
    assured->set = plain->set = finding.set;
    for (const CompiledRule* const rule : finding.rules) {
        (is_rule_assured(rule) ? assured : plain)->rules.push_back(rule);
    }
    finding.assured = std::move(assured);
    finding.plain = std::move(plain);
}

}  // namespace

bool Finding::is_assured() const {
    return !rules.empty() && is_rule_assured(rules.front());
}

std::size_t Finding::actions() const {
    std::size_t count = 0;
    for (const CompiledRule* const rule : rules) count += rule->actions.size();
    return count;
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
    const FindingPtr& assured = finding->assured ? finding->assured : finding;
    if (keeping == broker::Keeping::Nothing || !assured->is_assured()) {
        leave(finding, copy(from, route, publication));
        return disposition_of(*finding);
    }
    auto message = copy(from, route, publication);
    // Of what cannot be refused there is only as much as there is room for.
    const bool may_refuse = !publication.is_last_word && publication.taken == nullptr;
    auto pledge = keeping == broker::Keeping::Works ? leave_assured(assured, message, from.loop())
                                                    : std::nullopt;
    if (!pledge && (may_refuse || keeping == broker::Keeping::Fails)) {
        return broker::Disposition::Refuse;
    }
    if (finding->plain) leave(finding->plain, copy(from, route, publication));
    if (pledge) return {disposition_of(*finding), std::move(*pledge)};
    leave(assured, std::move(message));
    return disposition_of(*finding);
}

// Nothing: there is no room for it.
std::optional<broker::Pledge> RuleListener::leave_assured(const FindingPtr& finding,
                                                          const std::shared_ptr<Message>& message,
                                                          std::size_t loop) const {
    auto hold = parts_.pledges.make(*message, loop, finding->actions());
    if (!hold) {
        throttle(*finding, *message,
                 "too many messages wait for rules with at-least-once delivery");
        return std::nullopt;
    }
    broker::Pledge pledge{.number = hold->number(), .context = encode_context(*message)};
    message->hold = std::move(*hold);
    if (leave(finding, message)) return pledge;
    message->hold.cancel();
    return std::nullopt;
}

Result<void> RuleListener::on_restored(const broker::PledgedMessage& pledged) {
    return parts_.pledges.restore(pledged);
}

bool RuleListener::take_up(const std::shared_ptr<Message>& restored) const {
    const FindingPtr found = find(restored->tenant, restored->topic);
    const FindingPtr assured = found && found->assured ? found->assured : found;
    if (assured && assured->is_assured()) return parts_.evaluator.take(assured, restored);
    // A rule that cannot be run just now may be at the next start.
    if (parts_.directory.has_broken_assured(restored->tenant)) restored->hold.cancel();
    return true;
}

RulePtr RuleListener::current(const CompiledRule& rule, const Message& message) const {
    const FindingPtr found = find(message.tenant, message.topic);
    if (!found) return nullptr;
    const auto is_it = [&](const CompiledRule* each) {
        return each->facts->name == rule.facts->name && is_rule_assured(each);
    };
    const auto now = std::ranges::find_if(found->rules, is_it);
    return now == found->rules.end() ? nullptr : RulePtr(found->set, *now);
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
    auto finding = std::make_shared<Finding>();
    finding->set = set;
    finding->rules = std::move(rules);
    const auto assured = std::ranges::count_if(finding->rules, is_rule_assured);
    if (assured != 0 && assured != std::ssize(finding->rules)) split(*finding);
    return finding;
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
