#include "registry/topic_rule_destination_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/arn.h"
#include "base/encoding.h"
#include "base/uuid.h"
#include "registry/persistently.h"
#include "registry/role_arn.h"
#include "registry/topic_rule_destination_record.h"
#include "signature/digest.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view http_resource = "ruledestination/http/";
constexpr std::string_view vpc_resource = "ruledestination/vpc/";
constexpr std::size_t token_secret_bytes = 32;
constexpr std::size_t token_bytes_max = 2048;

Refused no_such_destination(std::string_view arn) {
    return {Refusal::Unauthorized,
            fmt::format("Access to TopicRuleDestination '{}' was denied", arn),
            "arn",
            {},
            {}};
}

Refused refused_token() {
    return {Refusal::Unauthorized,
            "The confirmation token is not that of a destination that waits for its confirmation.",
            "confirmationToken",
            {},
            {}};
}

// Nothing: it is no destination's, or another tenant's.
std::optional<std::string> id_in(const Tenant& tenant, const std::string& arn_text) {
    const auto arn = parse_arn(arn_text);
    if (!arn || arn->service != "iot" || !is_of_own_partition(*arn, tenant.region) ||
        arn->account != tenant.account.value() || arn->region != tenant.region.value()) {
        return std::nullopt;
    }
    for (const std::string_view kind : {http_resource, vpc_resource}) {
        if (!arn->resource.starts_with(kind)) continue;
        std::string id = arn->resource.substr(kind.size());
        if (is_uuid(id)) return id;
    }
    return std::nullopt;
}

// ACCOUNT.REGION.UUID.SECRET, so that it leads to its destination.
struct TokenParts {
    Tenant tenant;
    std::string id;
};

std::optional<TokenParts> parts_of(std::string_view token) {
    if (token.size() > token_bytes_max) return std::nullopt;
    std::array<std::string_view, 3> parts;
    for (std::string_view& part : parts) {
        const auto dot = token.find('.');
        if (dot == token.npos) return std::nullopt;
        part = token.substr(0, dot);
        token.remove_prefix(dot + 1);
    }
    if (!is_account_id(parts[0]) || !is_region(parts[1]) || !is_uuid(parts[2])) {
        return std::nullopt;
    }
    return TokenParts{{AccountId(parts[0]), Region(parts[1])}, std::string(parts[2])};
}

Outcome<void> check_url(const std::string& text, const TopicRuleDestinationRecords::Parts& parts) {
    constexpr std::string_view field = confirmation_url_field;
    if (text.size() > confirmation_url_bytes_max) {
        return refuse_field(field,
                            fmt::format("has over {} characters", confirmation_url_bytes_max));
    }
    if (text.contains("${")) return refuse_field(field, "holds a substitution template");
    const auto url = net::HttpUrl::parse(text);
    if (!url) return refuse_field(field, url.error().message);
    if (!parts.may_reach) {
        if (!url->is_https) return refuse_field(field, "leads over http");
        return {};
    }
    if (auto may = parts.may_reach(*url); !may) return refuse_field(field, may.error().message);
    return {};
}

Outcome<void> check_vpc(const VpcNetwork& vpc) {
    const auto are_names = [](const std::vector<std::string>& names, std::size_t most) {
        return names.size() <= most && std::ranges::all_of(names, [](const std::string& name) {
                   return !name.empty() && name.size() <= vpc_name_bytes_max;
               });
    };
    if (vpc.subnet_ids.empty() || !are_names(vpc.subnet_ids, vpc_subnets_max)) {
        return refuse_field("subnetIds",
                            fmt::format("has to list the ids of 1 to {} subnets", vpc_subnets_max));
    }
    if (vpc.security_groups && !are_names(*vpc.security_groups, vpc_security_groups_max)) {
        return refuse_field(
            "securityGroups",
            fmt::format("has to list the ids of at most {} groups", vpc_security_groups_max));
    }
    if (!are_names({vpc.vpc_id}, 1)) return refuse_field("vpcId", "has to be the id of a VPC");
    if (!check_role_arn(vpc.role_arn)) {
        return refuse_field("roleArn", fmt::format("'{}' is not the ARN of a role", vpc.role_arn));
    }
    return {};
}

Error too_many_destinations() {
    return {ErrorKind::LimitExceeded,
            fmt::format("an account has at most {} destinations", destinations_max),
            {}};
}

}  // namespace

DestinationChallenge TopicRuleDestinationRecords::begin(TopicRuleDestination destination) {
    std::array<std::uint8_t, token_secret_bytes> secret{};
    parts_.random.fill(secret);
    std::string token =
        fmt::format("{}.{}.{}.{}", destination.tenant.account.view(),
                    destination.tenant.region.view(), destination.id, to_hex(secret));
    destination.challenged = parts_.clock.wall_now();
    destination.token_hash = signature::sha256_hex(token);
    destination.status = DestinationStatus::InProgress;
    destination.status_reason = fmt::format(
        "Awaiting confirmation. Confirmation message sent on {}; no response received "
        "from the endpoint.",
        format_iso8601(destination.challenged));
    return {std::move(destination), std::move(token)};
}

DestinationChallenge TopicRuleDestinationRecords::add(const Tenant& tenant,
                                                      const std::string& confirmation_url,
                                                      std::size_t of, storage::Batch& batch) {
    DestinationChallenge made = begin(
        {.tenant = tenant, .id = make_uuid(parts_.random), .confirmation_url = confirmation_url});
    const storage::Link link = url_link(made.destination);
    batch.require(
        storage::HasNoLinks{tenant, destination_url_relation, storage::Direction::From, link.from},
        Error{ErrorKind::Conflict,
              "A destination with this confirmation URL exists already.",
              {std::string(confirmation_url_field), 0, 0}});
    // Conditions are of what is there before the batch.
    batch.require(storage::FewerThan{tenant, destination_kind, destinations_max + 1 - of},
                  too_many_destinations());
    batch.put(destination_key(tenant, made.destination.id), encode(made.destination));
    batch.change(storage::AddLink{link});
    return made;
}

Outcome<DestinationChallenge> TopicRuleDestinationRecords::create(
    const Tenant& tenant, const std::string& confirmation_url) {
    if (auto checked = check_url(confirmation_url, parts_); !checked) {
        return refuse(std::move(checked.error()));
    }
    storage::Batch batch;
    DestinationChallenge made = add(tenant, confirmation_url, 1, batch);
    if (const auto applied = store_.apply(batch); !applied) {
        return refuse(refused_by(applied.error(), Refusal::ResourceAlreadyExists));
    }
    auto stored = read(tenant, made.destination.arn());
    if (!stored) return refuse(std::move(stored.error()));
    made.destination = std::move(stored->value);
    return made;
}

Outcome<TopicRuleDestination> TopicRuleDestinationRecords::create(const Tenant& tenant,
                                                                  VpcNetwork vpc) {
    if (auto checked = check_vpc(vpc); !checked) return refuse(std::move(checked.error()));
    const TopicRuleDestination made{.tenant = tenant,
                                    .id = make_uuid(parts_.random),
                                    .vpc = std::move(vpc),
                                    .status = DestinationStatus::Enabled};
    storage::Batch batch;
    batch.require(storage::FewerThan{tenant, destination_kind, destinations_max},
                  too_many_destinations());
    batch.put(destination_key(tenant, made.id), encode(made));
    if (const auto applied = store_.apply(batch); !applied) {
        return refuse(refused_by(applied.error()));
    }
    return get(tenant, made.arn());
}

Outcome<NewDestinations> TopicRuleDestinationRecords::prepare(
    const Tenant& tenant, std::span<const std::string> confirmation_urls) {
    NewDestinations made;
    for (const std::string& url : confirmation_urls) {
        made.challenges.push_back(add(tenant, url, confirmation_urls.size(), made.batch));
    }
    return made;
}

Outcome<Stored<TopicRuleDestination>> TopicRuleDestinationRecords::read(const Tenant& tenant,
                                                                        const std::string& arn) {
    const auto id = id_in(tenant, arn);
    if (!id) return refuse(no_such_destination(arn));
    auto stored =
        read_stored(store_, destination_key(tenant, *id), destination_words, decode_destination);
    if (!stored && stored.error().refusal == Refusal::ResourceNotFound) {
        return refuse(no_such_destination(arn));
    }
    // The id of one kind below the name of the other.
    if (stored && stored->value.arn() != arn) return refuse(no_such_destination(arn));
    return stored;
}

Outcome<void> TopicRuleDestinationRecords::write(const Stored<TopicRuleDestination>& changed) {
    const auto key = destination_key(changed.value.tenant, changed.value.id);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, changed.revision},
                  changed_meanwhile(destination_words, changed.value.id));
    batch.put(key, encode(changed.value));
    if (const auto applied = store_.apply(batch); !applied) {
        return refuse(refused_by(applied.error()));
    }
    return {};
}

Outcome<TopicRuleDestination> TopicRuleDestinationRecords::get(const Tenant& tenant,
                                                               const std::string& arn) {
    auto stored = read(tenant, arn);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<Page<TopicRuleDestination>> TopicRuleDestinationRecords::list(const Tenant& tenant,
                                                                      const Listing& listing) {
    return list_records<TopicRuleDestination>(store_, {.tenant = tenant, .kind = destination_kind},
                                              listing, decode_destination,
                                              [](const TopicRuleDestination&) { return true; });
}

Outcome<void> TopicRuleDestinationRecords::remove(const Tenant& tenant, const std::string& arn) {
    return persistently([&]() -> Outcome<void> {
        const auto stored = read(tenant, arn);
        if (!stored && stored.error().refusal == Refusal::Unauthorized) return {};
        if (!stored) return refuse(stored.error());
        const auto key = destination_key(tenant, stored->value.id);
        storage::Batch batch;
        batch.require(storage::HasRevision{key, stored->revision},
                      changed_meanwhile(destination_words, stored->value.id));
        batch.change(storage::Remove{key});
        if (!stored->value.vpc) batch.change(storage::RemoveLink{url_link(stored->value)});
        if (const auto applied = store_.apply(batch); !applied) {
            return refuse(refused_by(applied.error()));
        }
        return {};
    });
}

Outcome<void> TopicRuleDestinationRecords::enable(const Tenant& tenant, const std::string& arn) {
    return persistently([&]() -> Outcome<void> {
        auto stored = read(tenant, arn);
        if (!stored) return refuse(std::move(stored.error()));
        TopicRuleDestination& destination = stored->value;
        if (destination.status == DestinationStatus::Enabled) return {};
        if (destination.status != DestinationStatus::Disabled) {
            return refuse_field("status",
                                "the destination was not confirmed; confirm it with the token "
                                "that was sent to its endpoint, or set IN_PROGRESS for another");
        }
        destination.status = DestinationStatus::Enabled;
        destination.status_reason.clear();
        return write(*stored);
    });
}

Outcome<void> TopicRuleDestinationRecords::disable(const Tenant& tenant, const std::string& arn) {
    return persistently([&]() -> Outcome<void> {
        auto stored = read(tenant, arn);
        if (!stored) return refuse(std::move(stored.error()));
        TopicRuleDestination& destination = stored->value;
        if (destination.status == DestinationStatus::Disabled) return {};
        if (destination.status != DestinationStatus::Enabled) {
            return refuse_field("status", "only a destination that is ENABLED can be disabled");
        }
        destination.status = DestinationStatus::Disabled;
        return write(*stored);
    });
}

Outcome<DestinationChallenge> TopicRuleDestinationRecords::challenge(const Tenant& tenant,
                                                                     const std::string& arn) {
    return persistently([&]() -> Outcome<DestinationChallenge> {
        auto stored = read(tenant, arn);
        if (!stored) return refuse(std::move(stored.error()));
        if (stored->value.vpc) {
            return refuse_field("status",
                                "a destination in a VPC is not confirmed: it is ENABLED or "
                                "DISABLED");
        }
        DestinationChallenge made = begin(std::move(stored->value));
        if (auto written = write({made.destination, stored->revision}); !written) {
            return refuse(std::move(written.error()));
        }
        return made;
    });
}

Outcome<TopicRuleDestination> TopicRuleDestinationRecords::confirm(const std::string& token) {
    const auto parts = parts_of(token);
    if (!parts) return refuse(refused_token());
    const TopicRuleDestination named{.tenant = parts->tenant, .id = parts->id};
    return persistently([&]() -> Outcome<TopicRuleDestination> {
        auto stored = read(named.tenant, named.arn());
        if (!stored && stored.error().refusal == Refusal::Unauthorized) {
            return refuse(refused_token());
        }
        if (!stored) return refuse(std::move(stored.error()));
        TopicRuleDestination& destination = stored->value;
        const bool is_right =
            destination.status_at(parts_.clock.wall_now()) == DestinationStatus::InProgress &&
            equal_in_constant_time(destination.token_hash, signature::sha256_hex(token));
        if (!is_right) return refuse(refused_token());
        destination.status = DestinationStatus::Enabled;
        destination.status_reason.clear();
        destination.token_hash.clear();
        if (auto written = write(*stored); !written) return refuse(std::move(written.error()));
        return destination;
    });
}

}  // namespace gatehouse::registry
