#include "registry/tag_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/resource_tags.h"
#include "registry/authorizer_record.h"
#include "registry/billing_group_record.h"
#include "registry/ca_certificate_record.h"
#include "registry/certificate_provider_record.h"
#include "registry/domain_configuration_record.h"
#include "registry/elsewhere.h"
#include "registry/own_arn.h"
#include "registry/persistently.h"
#include "registry/policy_record.h"
#include "registry/record_reader.h"
#include "registry/role_alias_record.h"
#include "registry/thing_group_record.h"
#include "registry/thing_type_record.h"
#include "registry/topic_rule_kind.h"

namespace gatehouse::registry {
namespace {

// The bodies of all of them have a member of this name.
constexpr const char* tags_member = "tags";

const std::array taggables{
    Taggable{"authorizer/", authorizer_kind, "authorizer"},
    Taggable{billing_group_resource, billing_group_kind, "billing group"},
    Taggable{ca_certificate_resource, ca_certificate_kind, "CA certificate"},
    Taggable{certificate_provider_resource, certificate_provider_kind,
             certificate_provider_words.what},
    Taggable{domain_configuration_resource, domain_configuration_kind,
             domain_configuration_words.what},
    Taggable{"policy/", policy_kind, "policy"},
    Taggable{role_alias_resource, role_alias_kind, role_alias_words.what},
    Taggable{thing_group_resource, thing_group_kind, "thing group"},
    Taggable{"thingtype/", thing_type_kind, "thing type"},
    Taggable{topic_rule_resource, topic_rule_kind, "topic rule", &topic_rule_tags_fault},
};

Outcome<json::object> body_of(const storage::Record& record) {
    auto body = registry::body_of(record, record.key.kind.view());
    if (!body) return refuse(refused_by(body.error()));
    return std::move(*body);
}

Outcome<Texts> tags_in(const storage::Record& record, const json::object& body) {
    RecordReader reader(body);
    Texts tags = reader.texts(tags_member);
    if (reader.is_whole()) return tags;
    return refuse(refused_by(unreadable(record, record.key.kind.view()).error()));
}

Outcome<void> check(const Taggable& taggable, const Texts& tags) {
    if (taggable.fault != nullptr) {
        if (auto fault = taggable.fault(tags)) {
            return refuse(Refusal::InvalidRequest, std::move(*fault), "tags");
        }
    }
    const auto fault = tags_fault(tags);
    if (!fault) return {};
    return refuse(
        tags.size() > resource_tags_max ? Refusal::LimitExceeded : Refusal::InvalidRequest, *fault,
        "tags");
}

}  // namespace

Outcome<void> check_tags(const Texts& tags) {
    if (const auto fault = tags_fault(tags)) {
        return refuse(Refusal::InvalidRequest, *fault, "tags");
    }
    return {};
}

const Taggable* TagRecords::taggable_of(std::string_view resource) const {
    const auto is_one = [&](const Taggable& each) { return resource.starts_with(each.prefix); };
    if (const auto* own = std::ranges::find_if(taggables, is_one); own != taggables.end()) {
        return own;
    }
    const auto other = std::ranges::find_if(parts_.others, is_one);
    return other == parts_.others.end() ? nullptr : &*other;
}

Outcome<storage::Record> TagRecords::read(const Tenant& tenant, std::string_view arn,
                                          Ending ending) {
    auto found = find(tenant, arn, ending);
    if (!found) return refuse(std::move(found.error()));
    return std::move(found->record);
}

Outcome<TagRecords::Found> TagRecords::find(const Tenant& tenant, std::string_view arn,
                                            Ending ending) {
    constexpr std::string_view field = "resourceArn";
    const auto resource = own_resource(tenant, arn, field, "the ARN of a resource of AWS IoT");
    if (!resource) return refuse(resource.error());
    const Taggable* const taggable = taggable_of(*resource);
    if (taggable == nullptr) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("{}: '{}' is of no type that has tags", field, *resource),
                      std::string(field));
    }
    std::string name = resource->substr(taggable->prefix.size());
    // Its ARN goes on behind its name, which has no slash.
    const bool has_id = taggable->kind == domain_configuration_kind;
    if (has_id) name.resize(std::min(name.find('/'), name.size()));
    const auto missing = [&] {
        return refuse(
            Refusal::ResourceNotFound,
            fmt::format("there is no {} '{}' in {}", taggable->what, name, describe(tenant)),
            std::string(field));
    };
    if (name.empty() || name.size() > storage::name_bytes_max) return missing();
    auto record = store_.get({tenant, taggable->kind, name});
    if (!record && record.error().kind == ErrorKind::NotFound) return missing();
    if (!record) return refuse(refused_by(record.error()));
    if (has_id) {
        const auto domain = decode_domain_configuration(*record);
        if (!domain) return refuse(refused_by(domain.error()));
        const bool is_any = ending == Ending::Any && arn.ends_with("/*");
        if (domain->arn() != arn && !is_any) return missing();
    }
    return Found{std::move(*record), taggable};
}

Outcome<Texts> TagRecords::list(const Tenant& tenant, std::string_view arn) {
    const auto record = read(tenant, arn);
    if (!record) return refuse(record.error());
    const auto body = body_of(*record);
    if (!body) return refuse(body.error());
    return tags_in(*record, *body);
}

Outcome<Texts> TagRecords::asked_of(const Tenant& tenant, std::string_view arn) {
    const auto record = read(tenant, arn, Ending::Any);
    if (!record && (record.error().refusal == Refusal::InvalidRequest ||
                    record.error().refusal == Refusal::ResourceNotFound)) {
        return Texts();
    }
    if (!record) return refuse(record.error());
    const auto body = body_of(*record);
    if (!body) return refuse(body.error());
    return tags_in(*record, *body);
}

template <class Change>
Outcome<void> TagRecords::change(const Tenant& tenant, std::string_view arn, Change change) {
    return persistently([&]() -> Outcome<void> {
        const auto found = find(tenant, arn, Ending::OfTheArn);
        if (!found) return refuse(found.error());
        const storage::Record* const record = &found->record;
        auto body = body_of(*record);
        if (!body) return refuse(body.error());
        auto tags = tags_in(*record, *body);
        if (!tags) return refuse(tags.error());
        const Texts before = *tags;
        change(*tags);
        if (*tags == before) return {};
        if (auto checked = check(*found->taggable, *tags); !checked) return checked;
        (*body)[tags_member] = to_object(*tags);
        storage::Batch batch;
        batch.require(storage::HasRevision{record->key, record->revision},
                      Error{ErrorKind::Conflict,
                            fmt::format("{} was changed meanwhile; look at it and try again", arn),
                            {}});
        batch.put(record->key, to_text(*body));
        if (const auto written = store_.apply(batch); !written) {
            return refuse(refused_by(written.error()));
        }
        return {};
    });
}

Outcome<void> TagRecords::add(const Tenant& tenant, std::string_view arn, const Texts& tags) {
    return change(tenant, arn, [&](Texts& present) {
        for (const auto& [key, value] : tags) present[key] = value;
    });
}

Outcome<void> TagRecords::remove(const Tenant& tenant, std::string_view arn,
                                 const std::vector<std::string>& keys) {
    return change(tenant, arn, [&](Texts& present) {
        for (const std::string& key : keys) present.erase(key);
    });
}

}  // namespace gatehouse::registry
