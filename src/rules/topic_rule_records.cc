#include "rules/topic_rule_records.h"

#include <fmt/format.h>

#include <utility>

#include "base/resource_tags.h"
#include "mqtt/topic.h"
#include "registry/persistently.h"
#include "registry/topic_rule_kind.h"
#include "rules/topic_rule_record.h"

namespace gatehouse::rules {

using registry::Outcome;
using registry::Refusal;
using registry::refuse;
using registry::refused_by;

namespace {

registry::Refused no_access(const RuleName& name) {
    return {Refusal::Unauthorized,
            fmt::format("Access to topic rule '{}' was denied", name.view()),
            std::string(topic_rule_words.field),
            {},
            {}};
}

}  // namespace

std::string topic_pattern(const TopicRule& rule) {
    const auto program = sql::Program::compile(rule.payload.sql, rule.payload.version);
    return program && program->topic_filter() ? *program->topic_filter() : std::string();
}

Outcome<std::vector<std::string>> TopicRuleRecords::check(const Tenant& tenant,
                                                          const RuleName& name,
                                                          const RulePayload& payload) const {
    const auto compiled = compile_rule(tenant, name, payload, parts_.compile);
    if (!compiled) return refuse(compiled.error());
    return (*compiled)->role_arns();
}

Outcome<void> TopicRuleRecords::create(const TopicRule& rule, const storage::Batch& along) {
    if (const auto fault = tags_fault(rule.tags)) {
        return refuse(Refusal::InvalidRequest, *fault, "tags");
    }
    if (auto fault = registry::topic_rule_tags_fault(rule.tags)) {
        return refuse(Refusal::InvalidRequest, std::move(*fault), "tags");
    }
    const auto key = key_of(rule.tenant, rule.name);
    storage::Batch batch = along;
    batch.require(storage::IsAbsent{key},
                  registry::changed_meanwhile(topic_rule_words, rule.name.view()));
    batch.require(storage::FewerThan{rule.tenant, registry::topic_rule_kind, rules_max},
                  Error{ErrorKind::LimitExceeded,
                        fmt::format("an account has at most {} topic rules in a region", rules_max),
                        {}});
    batch.put(key, encode(rule));
    const auto created = store_.apply(batch);
    if (created) return {};
    auto refused = refused_by(created.error());
    const bool is_there = refused.refusal == Refusal::VersionConflict && refused.field.empty();
    if (!is_there) return refuse(std::move(refused));
    return refuse(
        registry::Refused{Refusal::ResourceAlreadyExists,
                          fmt::format("Rule with name '{}' already exists", rule.name.view()),
                          std::string(topic_rule_words.field), rule.name.value(), rule.arn()});
}

Outcome<registry::Stored<TopicRule>> TopicRuleRecords::read(const Tenant& tenant,
                                                            const RuleName& name) {
    auto stored =
        registry::read_stored(store_, key_of(tenant, name), topic_rule_words, decode_topic_rule);
    if (!stored && stored.error().refusal == Refusal::ResourceNotFound) {
        return refuse(no_access(name));
    }
    return stored;
}

Outcome<TopicRule> TopicRuleRecords::get(const Tenant& tenant, const RuleName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<void> TopicRuleRecords::change(const Tenant& tenant, const RuleName& name,
                                       const std::function<void(TopicRule&)>& change,
                                       const storage::Batch& along) {
    auto changed = registry::persistently([&]() -> Outcome<void> {
        auto stored = read(tenant, name);
        if (!stored) return refuse(std::move(stored.error()));
        change(stored->value);
        const auto key = key_of(tenant, name);
        storage::Batch batch = along;
        batch.require(storage::HasRevision{key, stored->revision},
                      registry::changed_meanwhile(topic_rule_words, name.view()));
        batch.put(key, encode(stored->value));
        const auto written = store_.apply(batch);
        if (!written) return refuse(refused_by(written.error()));
        return {};
    });
    if (!changed && changed.error().refusal == Refusal::VersionConflict) {
        changed.error().refusal = Refusal::ConflictingResourceUpdate;
    }
    return changed;
}

Outcome<void> TopicRuleRecords::replace(const Tenant& tenant, const RuleName& name,
                                        const RulePayload& payload, const storage::Batch& along) {
    return change(tenant, name, [&](TopicRule& rule) { rule.payload = payload; }, along);
}

Outcome<void> TopicRuleRecords::set_disabled(const Tenant& tenant, const RuleName& name,
                                             bool is_disabled) {
    return change(tenant, name, [&](TopicRule& rule) { rule.payload.is_disabled = is_disabled; });
}

Outcome<void> TopicRuleRecords::remove(const Tenant& tenant, const RuleName& name) {
    const auto removed =
        store_.apply(storage::Batch().change(storage::Remove{key_of(tenant, name)}));
    if (!removed) return refuse(refused_by(removed.error()));
    return {};
}

bool TopicRuleRecords::is_listed(const TopicRule& rule, const RuleListing& listing) const {
    if (listing.is_disabled && *listing.is_disabled != rule.payload.is_disabled) return false;
    if (!listing.topic) return true;
    const std::string filter = topic_pattern(rule);
    const auto multi = parts_.parent_match == ParentMatch::Yes ? mqtt::MultiLevel::IncludesParent
                                                               : mqtt::MultiLevel::ChildrenOnly;
    if (filter.empty()) return false;
    if (filter == *listing.topic) return true;
    return mqtt::check_topic_name(*listing.topic) == mqtt::TopicProblem::None &&
           mqtt::matches(filter, *listing.topic, multi);
}

Outcome<registry::Page<TopicRule>> TopicRuleRecords::list(const Tenant& tenant,
                                                          const RuleListing& listing) {
    if (listing.page_size < 1 || listing.page_size > listed_rules_max) {
        return registry::refuse_field("maxResults", "it is not from 1 to 10,000");
    }
    storage::ListQuery query{.tenant = tenant,
                             .kind = registry::topic_rule_kind,
                             .limit = storage::page_records_max,
                             .page_token = listing.token};
    registry::Page<TopicRule> page;
    // There are rules_max of them at most, so one page of the store has all.
    const auto records = store_.list(query);
    if (!records) return refuse(registry::refused_listing(records.error()));
    for (const storage::Record& record : records->records) {
        auto rule = decode_topic_rule(record);
        if (!rule) return refuse(refused_by(rule.error()));
        if (!is_listed(*rule, listing)) continue;
        if (page.items.size() == listing.page_size) {
            page.next_marker = storage::page_token_after(query, page.items.back().name.view());
            break;
        }
        page.items.push_back(std::move(*rule));
    }
    return page;
}

}  // namespace gatehouse::rules
