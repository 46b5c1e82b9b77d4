// Hears every publish, and leaves a copy of those that rules want to the evaluator. What a topic's
// rules are is found once and kept with the publisher's route, so that a message that no rule
// wants costs one comparison.
//
// Threads: on_publish() on the publisher's loop, which is any; wants() from any.
#pragma once

#include <string_view>

#include "base/pinned.h"
#include "base/random.h"
#include "broker/publish_listener.h"
#include "rules/evaluator.h"
#include "rules/rule_directory.h"
#include "rules/rule_reports.h"

namespace gatehouse::rules {

class RuleListener final : public broker::PublishListener, Pinned {
public:
    // All must outlive it.
    struct Parts {
        const RuleDirectory& directory;
        Evaluator& evaluator;
        const RuleReports& reports;
        Random& random;  // of any thread
        Count& not_found;
    };
    explicit RuleListener(const Parts& parts) : parts_(parts) {}

    broker::Disposition on_publish(const broker::Publisher& from, broker::Route& route,
                                   const broker::Publication& publication) override;
    bool wants(const Tenant& tenant, std::string_view topic) const override;

private:
    FindingPtr find(const Tenant& tenant, std::string_view topic) const;
    MessagePtr copy(const broker::Publisher& from, const broker::Route& route,
                    const broker::Publication& publication) const;
    void leave(const FindingPtr& finding, MessagePtr message) const;

    const Parts parts_;
};

}  // namespace gatehouse::rules
