// What a rule does with its results: the door for targets.
//
// A target is a class of its own in targets/, made by a function that reads its parameters
// (parameters.h), and one line in action_kinds.cc:
//
//     Result<ActionPtr> make_s3(Parameters& parameters, const ActionParts& parts);
//
// It is made once for a rule (and once more to see whether a request is right, without being
// asked to do anything), is never changed, and does its work for one message after the other. The
// engine has a queue and workers of its own for each action (action_lane.h), repeats what may pass
// (is_worth_repeating()), and tells logs, metrics and the error action how it went.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.h"
#include "base/deadline.h"
#include "base/pinned.h"
#include "base/result.h"
#include "base/tenant.h"
#include "rules/message.h"
#include "rules/text.h"

namespace gatehouse::rules {

// Which rule; the same for all its actions.
struct RuleFacts {
    Tenant tenant;
    std::string name;
    std::string arn;  // arn:aws:iot:REGION:ACCOUNT:rule/NAME
};

// One result of a rule on its way to one action.
struct Job {
    MessagePtr message;
    std::shared_ptr<const RuleFacts> rule;
    // What SELECT came to, without extra blanks; with `SELECT *`, what was published, byte for
    // byte. Of an error action: what failed, as JSON. Shared by all actions of the rule.
    std::shared_ptr<const std::string> payload;
    bool is_json = true;             // of the payload
    std::vector<std::string> texts;  // filled

    // About what it takes of memory, with all that it shares with others.
    std::size_t bytes() const;

    std::string_view text(const Text& of) const {
        return of.number_ ? std::string_view(texts[*of.number_]) : std::string_view(of.constant_);
    }
};

enum class BatchTold : std::uint8_t { Apart, OfOneTopic, AcrossTopics };

// How many jobs go together; one at a time unless an action says otherwise.
struct BatchTerms {
    std::size_t jobs_max = 1;
    std::size_t bytes_max = 128UL * 1024;  // of payloads
    // How long the first of a batch waits for others, of the machine's time.
    std::chrono::milliseconds open_max{0};
    // Whether the error action is told once of what failed together.
    BatchTold told = BatchTold::Apart;
};

// How an action went that went well.
struct Done {
    std::string details;  // what the rule's owner may want to know; mostly empty
};

class Action : Pinned {
public:
    virtual ~Action() = default;

    // "S3Action": in logs, metrics, and to the error action.
    virtual std::string_view name() const = 0;
    // What it acts on for this job: failedResource of the error action ("my-bucket").
    virtual std::string resource(const Job& job) const = 0;
    // `resources` of RuleExecution: {"S3Bucket", "my-bucket"}.
    virtual std::vector<std::pair<std::string_view, std::string>> resources(
        const Job& job) const = 0;
    // In whose name it acts; empty: nobody's. Whoever makes the rule has to be allowed to pass it.
    virtual std::string_view role_arn() const { return {}; }

    // Whether a target that has no room just now (Throttled) is waited for: it is one of this
    // server's own, and will have.
    virtual bool waits_for_room() const { return false; }

    // Does it, on the loop of actions, where nothing may block. Timeout, Throttled and Unavailable
    // are tried again; every other failure is the last. The sentence is shown to the rule's owner.
    // The deadline is that of this try. The job lives until the task ends.
    virtual async::Task<Result<Done>> perform(const Job& job, Deadline deadline) const = 0;

    virtual BatchTerms batch_terms() const { return {}; }
    // The same for several, in their order, one outcome for each; with jobs_max over 1 alone.
    virtual async::Task<std::vector<Result<Done>>> perform_all(std::span<const Job* const> jobs,
                                                               Deadline deadline) const;
};

using ActionPtr = std::shared_ptr<const Action>;

bool is_worth_repeating(ErrorKind kind);

}  // namespace gatehouse::rules
