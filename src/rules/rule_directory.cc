#include "rules/rule_directory.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "registry/topic_rule_kind.h"
#include "rules/topic_rule_record.h"

namespace gatehouse::rules {
namespace {

const storage::RecordKey* changed_rule(const storage::Change& change) {
    const storage::RecordKey* key = nullptr;
    if (const auto* const put = std::get_if<storage::Put>(&change)) key = &put->key;
    if (const auto* const removed = std::get_if<storage::Remove>(&change)) key = &removed->key;
    return key != nullptr && key->kind == registry::topic_rule_kind ? key : nullptr;
}

// But for whether they are enabled.
bool is_same_work(RulePayload a, RulePayload b) {
    a.is_disabled = b.is_disabled = false;
    return a == b;
}

}  // namespace

bool changes_rules(const storage::Batch& batch) {
    return std::ranges::any_of(batch.changes(), [](const storage::Change& change) {
        return changed_rule(change) != nullptr;
    });
}

Result<void> RuleDirectory::load() {
    const std::scoped_lock lock(mutex_);
    std::map<Tenant, RuleSet::Members> found;
    auto scanned = parts_.store.scan(registry::topic_rule_kind, [&](storage::Record record) {
        const auto rule = decode_topic_rule(record);
        if (rule) return put(found[rule->tenant], *rule);
        parts_.on_problem(record.key.tenant, record.key.name, rule.error().message);
    });
    if (!scanned) return scanned;
    auto sets = std::make_shared<RuleSets>();
    for (auto& [tenant, members] : found) {
        sets->emplace(tenant,
                      std::make_shared<const RuleSet>(std::move(members), parts_.parent_match));
    }
    sets_.replace(std::move(sets));
    return {};
}

void RuleDirectory::note(const storage::Batch& batch) {
    std::vector<const storage::RecordKey*> changed;
    for (const storage::Change& change : batch.changes()) {
        if (const auto* const key = changed_rule(change)) changed.push_back(key);
    }
    if (changed.empty()) return;
    const std::scoped_lock lock(mutex_);
    auto sets = std::make_shared<RuleSets>(*sets_.get());
    for (const storage::RecordKey* const key : changed) refresh(*sets, *key);
    sets_.replace(std::move(sets));
}

void RuleDirectory::refresh(RuleSets& sets, const storage::RecordKey& key) {
    const auto before = sets.find(key.tenant);
    RuleSet::Members members;
    if (before != sets.end()) members = before->second->members();
    const auto record = parts_.store.get(key);
    if (record) {
        const auto rule = decode_topic_rule(*record);
        if (!rule) return parts_.on_problem(key.tenant, key.name, rule.error().message);
        put(members, *rule);
    } else if (record.error().kind == ErrorKind::NotFound) {
        members.erase(key.name);
        broken_assured_.erase({key.tenant, key.name});
    } else {
        return parts_.on_problem(key.tenant, key.name, record.error().message);
    }
    if (members.empty()) {
        sets.erase(key.tenant);
    } else {
        sets[key.tenant] = std::make_shared<const RuleSet>(std::move(members), parts_.parent_match);
    }
}

bool RuleDirectory::has_broken_assured(const Tenant& tenant) const {
    const std::scoped_lock lock(mutex_);
    const auto first = broken_assured_.lower_bound({tenant, ""});
    return first != broken_assured_.end() && first->first == tenant;
}

void RuleDirectory::put(RuleSet::Members& members, const TopicRule& rule) {
    broken_assured_.erase({rule.tenant, rule.name.value()});
    RuleSet::Member& member = members[rule.name.value()];
    const Order order = order_of(rule.tags);
    const Assurance assurance = assurance_of(rule.tags);
    if (member.rule && member.rule->order == order && member.rule->assurance == assurance &&
        is_same_work(member.rule->payload, rule.payload)) {
        member.is_enabled = !rule.payload.is_disabled;
        return;
    }
    CompileParts parts = parts_.compile;
    parts.order = order;
    parts.assurance = assurance;
    if (member.rule) parts.counts = member.rule->counts;
    auto compiled = compile_rule(rule.tenant, rule.name, rule.payload, parts);
    if (compiled) {
        member = {std::move(*compiled), !rule.payload.is_disabled};
        return;
    }
    if (assurance == Assurance::AtLeastOnce) {
        broken_assured_.emplace(rule.tenant, rule.name.value());
    }
    parts_.on_problem(rule.tenant, rule.name.value(), compiled.error().message);
    if (!member.rule) members.erase(rule.name.value());
}

}  // namespace gatehouse::rules
