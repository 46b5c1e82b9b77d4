#include "registry/authorization_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "policy/connection_variables.h"
#include "policy/question.h"
#include "registry/attached_policies.h"
#include "registry/policy_record.h"
#include "registry/principal_facts.h"
#include "registry/principal_reader.h"
#include "registry/registered_certificate_record.h"
#include "registry/stored.h"

namespace gatehouse::registry {
namespace {

using policy::Outcome::Allowed;
using policy::Outcome::DeniedByDefault;
using policy::Outcome::DeniedExplicitly;

class Trial {
public:
    Trial(storage::ResourceStore& store, const Tenant& tenant, const AuthorizationTrial& asked)
        : store_(store), tenant_(tenant), asked_(asked) {}

    // Before anything is asked.
    Outcome<void> prepare(const Clock& clock, const policy::DocumentLimits& limits) {
        policy::ConnectionFacts facts{.client_id = asked_.client_id};
        std::optional<Thing> thing;
        if (asked_.principal) {
            if (auto read = read_principal(facts, thing); !read) return read;
        }
        if (auto found = find_policies(thing); !found) return found;
        if (auto read = read_documents(limits); !read) return read;
        if (thing) facts.thing = facts_of(*thing);
        variables_ = policy::connection_variables(facts);
        variables_.set_absent("aws:SourceIp", "nothing connects when policies are tried out");
        variables_.set_clock(clock);
        return {};
    }

    Outcome<TrialAnswer> answer(const TrialQuestion& question) const {
        TrialAnswer answer{.outcome = Allowed};
        std::set<std::size_t> allowing;
        std::set<std::size_t> denying;
        for (const std::string& resource : question.resources) {
            const auto explained =
                policy::ask({.sources = sources_,
                             .variables = variables_,
                             .tenant = tenant_,
                             .action = std::string(policy::name_of(question.action)),
                             .resource = resource});
            if (!explained) return refuse(refused_by(explained.error()));
            for (const auto& match : explained->allowing) allowing.insert(match.where.document);
            for (const auto& match : explained->denying) denying.insert(match.where.document);
            for (std::string& name : explained->missing_variables()) {
                answer.missing.insert(std::move(name));
            }
            if (explained->outcome == DeniedExplicitly || answer.outcome == Allowed) {
                answer.outcome = explained->outcome;
            }
        }
        for (std::size_t i = 0; i < policies_.size(); ++i) {
            const PolicyName& name = policies_[i].name;
            if (allowing.contains(i)) answer.allowing.push_back(name);
            if (denying.contains(i)) answer.denying.push_back(name);
            if (!allowing.contains(i) && !denying.contains(i)) answer.silent.push_back(name);
        }
        return answer;
    }

private:
    Outcome<void> read_principal(policy::ConnectionFacts& facts, std::optional<Thing>& thing) {
        const PolicyTarget& principal = *asked_.principal;
        if (principal.kind == PolicyTarget::Kind::Certificate) {
            const CertificateId id(principal.name);
            const auto certificate = read_stored(store_, key_of(tenant_, id),
                                                 {"certificate", "principal"}, decode_certificate);
            if (!certificate) return refuse(certificate.error());
            if (const auto read = certificates::parse_certificate_pem(certificate->value.pem)) {
                facts.certificate = facts_of(id, read->der);
            }
        }
        auto found = thing_of_principal(store_, tenant_, principal.text, asked_.client_id);
        if (!found) return refuse(std::move(found.error()));
        thing = std::move(found->thing);
        return {};
    }

    Outcome<void> find_policies(const std::optional<Thing>& thing) {
        auto found = effective_policies(store_, tenant_, asked_.principal,
                                        named_by(asked_.client_id, thing));
        if (!found) return refuse(std::move(found.error()));
        policies_ = std::move(*found);
        std::erase_if(policies_, [&](const AttachedPolicy& policy) {
            return std::ranges::find(asked_.skipped, policy.name) != asked_.skipped.end();
        });
        for (const PolicyName& name : asked_.added) {
            if (std::ranges::find(policies_, name, &AttachedPolicy::name) != policies_.end()) {
                continue;
            }
            const auto policy = read_stored(store_, key_of(tenant_, name),
                                            {"policy", "policyNamesToAdd"}, decode_policy);
            if (!policy) return refuse(policy.error());
            policies_.push_back({name, policy->value.counting().document, {}});
        }
        return {};
    }

    Outcome<void> read_documents(const policy::DocumentLimits& limits) {
        for (const AttachedPolicy& policy : policies_) {
            auto document =
                policy::parse_document(policy.document, policy::Dialect::IotPolicy, limits);
            if (!document) {
                return refuse(Refusal::InternalFailure,
                              fmt::format("policy '{}' does not read: {}", policy.name.view(),
                                          document.error().describe()));
            }
            sources_.push_back({policy.name.value(),
                                std::make_shared<const policy::Document>(std::move(*document))});
        }
        return {};
    }

    storage::ResourceStore& store_;
    const Tenant& tenant_;
    const AuthorizationTrial& asked_;
    std::vector<AttachedPolicy> policies_;
    std::vector<policy::PolicySource> sources_;  // as policies_
    policy::Variables variables_;
};

}  // namespace

Outcome<std::vector<TrialAnswer>> try_authorization(storage::ResourceStore& store,
                                                    const Tenant& tenant,
                                                    const AuthorizationTrial& trial,
                                                    const Clock& clock,
                                                    const policy::DocumentLimits& limits) {
    Trial prepared(store, tenant, trial);
    if (auto ready = prepared.prepare(clock, limits); !ready) {
        return refuse(std::move(ready.error()));
    }
    std::vector<TrialAnswer> answers;
    for (const TrialQuestion& question : trial.questions) {
        auto answer = prepared.answer(question);
        if (!answer) return refuse(std::move(answer.error()));
        answers.push_back(std::move(*answer));
    }
    return answers;
}

}  // namespace gatehouse::registry
