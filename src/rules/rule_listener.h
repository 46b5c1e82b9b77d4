// Hears every publish, and leaves a copy of those that rules want to the evaluator. What a topic's
// rules are is found once and kept with the publisher's route, so that a message that no rule
// wants costs one comparison.
//
// Threads: on_publish() on the publisher's loop, which is any; everything else from any.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "base/pinned.h"
#include "base/random.h"
#include "broker/publish_listener.h"
#include "rules/evaluator.h"
#include "rules/pledges.h"
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
        Pledges& pledges;
    };
    explicit RuleListener(const Parts& parts) : parts_(parts) {}

    broker::ListenerAnswer on_publish(const broker::Publisher& from, broker::Route& route,
                                      const broker::Publication& publication,
                                      broker::Keeping keeping) override;
    bool wants(const Tenant& tenant, std::string_view topic) const override;
    Result<void> on_restored(const broker::PledgedMessage& pledged) override;

    // Leaves a message that was restored to those rules that asked for it. False: there is no room
    // for it yet.
    bool take_up(const std::shared_ptr<Message>& restored) const;

    // The rule as it is by now, if it still wants what was published on the topic and sees it
    // through; null: it does not.
    RulePtr current(const CompiledRule& rule, const Message& message) const;

private:
    FindingPtr find(const Tenant& tenant, std::string_view topic) const;
    std::shared_ptr<Message> copy(const broker::Publisher& from, const broker::Route& route,
                                  const broker::Publication& publication) const;
    // False: there is no room for it.
    bool leave(const FindingPtr& finding, const MessagePtr& message) const;
    void throttle(const Finding& finding, const Message& message, const char* why) const;
    std::optional<broker::Pledge> leave_assured(const FindingPtr& finding,
                                                const std::shared_ptr<Message>& message,
                                                std::size_t loop) const;

    const Parts parts_;
};

}  // namespace gatehouse::rules
