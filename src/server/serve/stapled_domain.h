// A domain configuration whose handshakes staple what an OCSP responder says of its certificate:
// what is asked about, and the response that there is.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>

#include "async/guarded.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "certificates/ocsp.h"
#include "gateway/domain.h"

namespace gatehouse::server {

class StapledDomain : Pinned {
public:
    struct Facts {
        gateway::DomainConfigurationPtr configuration;
        certificates::OcspSubject subject;
        Bytes authorized_responder;  // DER; empty: the issuer signs
        std::string problem;         // why no responder can be asked; empty: one can
    };
    // The clock must outlive it.
    StapledDomain(Facts facts, const Clock& clock) : facts_(std::move(facts)), clock_(clock) {}

    const Facts& facts() const { return facts_; }
    // Whether the same is asked of the same, so that the response holds for them, too.
    bool is_same(const Facts& facts) const {
        return facts.configuration->id == facts_.configuration->id &&
               facts.configuration->ocsp == facts_.configuration->ocsp &&
               facts.subject == facts_.subject &&
               facts.authorized_responder == facts_.authorized_responder &&
               facts.problem == facts_.problem;
    }

    // Null: there is none that still holds.
    std::shared_ptr<const Bytes> response() const {
        const auto kept = kept_.lock();
        return clock_.wall_now() < kept->until ? kept->response : nullptr;
    }
    // In the place of what there is.
    void keep(Bytes response, WallTime until) {
        *kept_.lock() = {std::make_shared<const Bytes>(std::move(response)), until};
    }

private:
    struct Kept {
        std::shared_ptr<const Bytes> response;
        WallTime until{};
    };

    const Facts facts_;
    const Clock& clock_;
    async::Guarded<Kept> kept_;
};

}  // namespace gatehouse::server
