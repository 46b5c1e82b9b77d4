#include "registry/domain_configuration_records.h"

#include <fmt/format.h>

#include <utility>

#include "certificates/certificate.h"
#include "registry/authorizer_record.h"
#include "registry/domain_configuration_record.h"
#include "registry/domain_configuration_rules.h"
#include "registry/endpoint_name.h"
#include "registry/imported_certificate_record.h"
#include "registry/imported_certificate_records.h"
#include "registry/persistently.h"

namespace gatehouse::registry {
namespace {

constexpr std::size_t id_length = 5;

// Requires: the size of the alphabet divides 256, so that every character is equally likely.
std::string random_text(Random& random, std::string_view alphabet, std::size_t length) {
    std::vector<std::uint8_t> bytes(length);
    random.fill(bytes);
    std::string text;
    for (const std::uint8_t byte : bytes) text += alphabet[byte % alphabet.size()];
    return text;
}

// As AWS makes them: "dikMh".
std::string make_id(Random& random) {
    return random_text(random, "abcdefghijkmnopqrstuvwxyzABCDEFG", id_length);
}

// As AWS makes them: "d01645582h24k4we2vblw-ats".
std::string make_managed_label(Random& random) {
    return "d" + random_text(random, managed_label_alphabet, managed_label_length) + "-ats";
}

Error overtaken(const DomainConfiguration& configuration) {
    return changed_meanwhile(domain_configuration_words, configuration.name.view());
}

storage::Link certificate_link(const DomainConfiguration& configuration) {
    return {configuration.tenant, domain_certificate_relation, configuration.name.value(),
            configuration.server_certificate};
}

}  // namespace

Outcome<DomainConfiguration> DomainConfigurationRecords::create(
    const Tenant& tenant, const NewDomainConfiguration& wanted) {
    auto policy = security_policy_named(wanted.security_policy);
    if (!policy) return refuse(std::move(policy.error()));
    const WallTime now = parts_.clock.wall_now();
    DomainConfiguration configuration{
        .tenant = tenant,
        .name = wanted.name,
        .id = make_id(parts_.random),
        .status_changed = now,
        .authorizer = wanted.authorizer,
        .security_policy = *policy,
        .authentication = wanted.authentication,
        .protocol = wanted.protocol,
        .ocsp = wanted.ocsp,
        .client_certificate_callback = wanted.client_certificate_callback,
        .tags = wanted.tags,
        .created = now,
        .modified = now};
    if (auto checked = check_domain_configuration(configuration); !checked) {
        return refuse(std::move(checked.error()));
    }
    if (auto checked = check_authorizer(configuration); !checked) {
        return refuse(std::move(checked.error()));
    }
    if (auto chosen = choose_name(configuration, wanted.domain_name); !chosen) {
        return refuse(std::move(chosen.error()));
    }
    if (auto chosen = choose_certificate(configuration, wanted); !chosen) {
        return refuse(std::move(chosen.error()));
    }
    return add(configuration);
}

Outcome<void> DomainConfigurationRecords::choose_name(DomainConfiguration& configuration,
                                                      std::string_view wanted) {
    if (wanted.empty()) {
        configuration.type = DomainType::AwsManaged;
        auto name =
            parts_.naming.managed_name(configuration.tenant, make_managed_label(parts_.random));
        if (!name) return refuse_field("domainName", name.error().message);
        configuration.domain_name = std::move(*name);
        return {};
    }
    auto name = domain_name_of(wanted);
    if (!name) return refuse(std::move(name.error()));
    if (const auto reserved = parts_.naming.why_reserved(configuration.tenant, *name)) {
        return refuse_field("domainName", *reserved);
    }
    configuration.domain_name = std::move(*name);
    return {};
}

Outcome<void> DomainConfigurationRecords::choose_certificate(DomainConfiguration& configuration,
                                                             const NewDomainConfiguration& wanted) {
    if (!wanted.server_certificate_arn.empty()) {
        auto id = check_certificate(configuration, wanted.server_certificate_arn,
                                    "serverCertificateArns");
        if (!id) return refuse(std::move(id.error()));
        configuration.server_certificate = id->value();
    } else if (auto shown = parts_.naming.can_show_own(configuration.domain_name); !shown) {
        return refuse_field("serverCertificateArns", shown.error().message);
    }
    if (wanted.validation_certificate_arn.empty()) return {};
    auto id = check_certificate(configuration, wanted.validation_certificate_arn,
                                "validationCertificateArn");
    if (!id) return refuse(std::move(id.error()));
    configuration.validation_certificate = id->value();
    return {};
}

Outcome<ImportedCertificateId> DomainConfigurationRecords::check_certificate(
    const DomainConfiguration& configuration, std::string_view arn, std::string_view field) {
    auto id = imported_certificate_of(configuration.tenant, arn, field);
    if (!id) return refuse(std::move(id.error()));
    const auto invalid = [&](std::string_view why) {
        return refuse(Refusal::CertificateValidation, fmt::format("{}: {}", field, why),
                      std::string(field));
    };
    const auto stored = read_stored(store_, key_of(configuration.tenant, *id),
                                    imported_certificate_words, decode_imported_certificate);
    if (!stored && stored.error().refusal == Refusal::ResourceNotFound) {
        return invalid(
            fmt::format("there is no certificate {}; import it into AWS Certificate "
                        "Manager first",
                        arn));
    }
    if (!stored) return refuse(stored.error());
    const auto facts = certificates::parse_certificate_pem(stored->value.certificate_pem);
    if (!facts) return invalid(facts.error().message);
    const std::string fault =
        server_certificate_fault(*facts, configuration.domain_name, parts_.clock.wall_now());
    if (!fault.empty()) return invalid(fault);
    return id;
}

Outcome<void> DomainConfigurationRecords::check_authorizer(
    const DomainConfiguration& configuration) {
    if (!configuration.authorizer || configuration.authorizer->default_name.empty()) return {};
    const std::string& name = configuration.authorizer->default_name;
    if (parts_.naming.has_built_in_authorizer(configuration.tenant, name)) {
        if (configuration.authentication != DomainAuthentication::CustomAuthX509) return {};
        return refuse_field(
            "defaultAuthorizerName",
            fmt::format("'{}' knows no certificates, whose id authenticationType "
                        "CUSTOM_AUTH_X509 has its authorizer answer: give one with a "
                        "function",
                        name));
    }
    const auto found = store_.get(key_of(configuration.tenant, AuthorizerName(name)));
    if (found) return {};
    if (found.error().kind != ErrorKind::NotFound) return refuse(refused_by(found.error()));
    return refuse_field("defaultAuthorizerName", fmt::format("there is no authorizer '{}'", name));
}

void DomainConfigurationRecords::hold_authorizer(storage::Batch& batch,
                                                 const DomainConfiguration& configuration) {
    const Tenant& tenant = configuration.tenant;
    const std::string& by = configuration.name.value();
    batch.change(
        storage::RemoveLinks{tenant, domain_authorizer_relation, storage::Direction::From, by});
    if (!configuration.authorizer || configuration.authorizer->default_name.empty()) return;
    const std::string& name = configuration.authorizer->default_name;
    if (parts_.naming.has_built_in_authorizer(tenant, name)) return;
    batch.require(
        storage::Exists{key_of(tenant, AuthorizerName(name))},
        Error{ErrorKind::InvalidInput,
              fmt::format("defaultAuthorizerName: authorizer '{}' was just deleted", name),
              {}});
    batch.change(storage::AddLink{{tenant, domain_authorizer_relation, by, name}});
}

Outcome<DomainConfiguration> DomainConfigurationRecords::add(
    const DomainConfiguration& configuration) {
    const Tenant& tenant = configuration.tenant;
    const auto key = key_of(tenant, configuration.name);
    const auto name_key = domain_name_key(configuration.domain_name);
    storage::Batch batch;
    batch.require(
        storage::IsAbsent{key},
        Error{ErrorKind::Conflict,
              fmt::format("Domain configuration {} already exists.", configuration.name.view()),
              {}});
    batch.require(storage::IsAbsent{name_key},
                  Error{ErrorKind::Conflict,
                        fmt::format("domainName: '{}' has a domain configuration already",
                                    configuration.domain_name),
                        {}});
    batch.require(storage::FewerThan{tenant, domain_configuration_kind, domain_configurations_max},
                  Error{ErrorKind::LimitExceeded,
                        fmt::format("an account has at most {} domain configurations in a region",
                                    domain_configurations_max),
                        {}});
    batch.put(key, encode(configuration));
    batch.put(name_key, "{}");
    hold_authorizer(batch, configuration);
    if (!configuration.server_certificate.empty()) {
        batch.require(storage::Exists{key_of(
                          tenant, ImportedCertificateId(configuration.server_certificate))},
                      Error{ErrorKind::InvalidInput, "the certificate was just deleted", {}});
        batch.change(storage::AddLink{certificate_link(configuration)});
    }
    const auto added = store_.apply(batch);
    if (added) return configuration;
    auto refused = refused_by(added.error());
    if (refused.refusal != Refusal::VersionConflict) return refuse(std::move(refused));
    return refuse(Refused{Refusal::ResourceAlreadyExists,
                          added.error().message,
                          "domainConfigurationName",
                          configuration.name.value(),
                          {}});
}

Outcome<Stored<DomainConfiguration>> DomainConfigurationRecords::read(
    const Tenant& tenant, const DomainConfigurationName& name) {
    return read_stored(store_, key_of(tenant, name), domain_configuration_words,
                       decode_domain_configuration);
}

std::optional<ServerCertificateState> DomainConfigurationRecords::state_of_certificate(
    const DomainConfiguration& configuration) {
    if (configuration.server_certificate.empty()) return std::nullopt;
    ImportedCertificate shown{.tenant = configuration.tenant,
                              .id = ImportedCertificateId(configuration.server_certificate)};
    ServerCertificateState state{.arn = shown.arn(), .fault = {}};
    const auto stored = read_stored(store_, key_of(shown.tenant, shown.id),
                                    imported_certificate_words, decode_imported_certificate);
    const auto facts =
        stored
            ? certificates::parse_certificate_pem(stored->value.certificate_pem)
            : Result<certificates::Certificate>(fail(ErrorKind::NotFound, stored.error().message));
    state.fault =
        facts ? server_certificate_fault(*facts, configuration.domain_name, parts_.clock.wall_now())
              : facts.error().message;
    return state;
}

Outcome<DescribedDomain> DomainConfigurationRecords::describe(const Tenant& tenant,
                                                              const DomainConfigurationName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    auto state = state_of_certificate(stored->value);
    return DescribedDomain{std::move(stored->value), std::move(state)};
}

Outcome<DomainConfiguration> DomainConfigurationRecords::update(
    const Tenant& tenant, const DomainConfigurationName& name,
    const DomainConfigurationChange& change) {
    return persistently([&] { return try_update(tenant, name, change); });
}

Outcome<void> DomainConfigurationRecords::apply_change(DomainConfiguration& configuration,
                                                       const DomainConfigurationChange& change) {
    if (change.remove_authorizer && change.authorizer) {
        return refuse_field("removeAuthorizerConfig", "it does not go with authorizerConfig");
    }
    if (change.security_policy) {
        auto policy = security_policy_named(*change.security_policy);
        if (!policy) return refuse(std::move(policy.error()));
        configuration.security_policy = *policy;
    }
    if (change.remove_authorizer) configuration.authorizer = std::nullopt;
    if (change.authorizer) configuration.authorizer = change.authorizer;
    if (change.ocsp) configuration.ocsp = change.ocsp;
    if (change.client_certificate_callback) {
        configuration.client_certificate_callback = *change.client_certificate_callback;
    }
    configuration.authentication = change.authentication.value_or(configuration.authentication);
    configuration.protocol = change.protocol.value_or(configuration.protocol);
    if (change.status && *change.status != configuration.status) {
        configuration.status = *change.status;
        configuration.status_changed = parts_.clock.wall_now();
    }
    if (auto checked = check_domain_configuration(configuration); !checked) return checked;
    return change.authorizer || change.authentication ? check_authorizer(configuration)
                                                      : Outcome<void>();
}

Outcome<DomainConfiguration> DomainConfigurationRecords::try_update(
    const Tenant& tenant, const DomainConfigurationName& name,
    const DomainConfigurationChange& change) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    DomainConfiguration& configuration = stored->value;
    if (auto applied = apply_change(configuration, change); !applied) {
        return refuse(std::move(applied.error()));
    }
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(configuration));
    batch.put(key, encode(configuration));
    if (change.authorizer || change.remove_authorizer) hold_authorizer(batch, configuration);
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return configuration;
}

Outcome<void> DomainConfigurationRecords::remove(const Tenant& tenant,
                                                 const DomainConfigurationName& name) {
    return persistently([&] { return try_remove(tenant, name); });
}

Outcome<void> DomainConfigurationRecords::try_remove(const Tenant& tenant,
                                                     const DomainConfigurationName& name) {
    const auto stored = read(tenant, name);
    if (!stored) return refuse(stored.error());
    const DomainConfiguration& configuration = stored->value;
    if (configuration.status == DomainStatus::Enabled) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("domain configuration '{}' is ENABLED; set its status to "
                                  "DISABLED (UpdateDomainConfiguration), then delete it",
                                  name.view()),
                      "domainConfigurationName");
    }
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(configuration));
    batch.change(storage::Remove{key});
    batch.change(storage::Remove{domain_name_key(configuration.domain_name)});
    batch.change(storage::RemoveLinks{tenant, domain_authorizer_relation, storage::Direction::From,
                                      name.value()});
    if (!configuration.server_certificate.empty()) {
        batch.change(storage::RemoveLink{certificate_link(configuration)});
    }
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

Outcome<std::vector<DomainConfiguration>> DomainConfigurationRecords::all(const Tenant& tenant) {
    auto page = list_records<DomainConfiguration>(
        store_, {.tenant = tenant, .kind = domain_configuration_kind},
        {.page_size = domain_configurations_max + 1}, decode_domain_configuration,
        [](const DomainConfiguration&) { return true; });
    if (!page) return refuse(std::move(page.error()));
    return std::move(page->items);
}

}  // namespace gatehouse::registry
