// One rule for one message: the statement, then the texts of its actions. Where a function has to
// ask a service it stops, and goes on once it is answered.
//
//     RuleRun run(reading, rule);
//     while (auto wanted = run.go_on(random)) run.answer(ask(*wanted));
//     if (run.matches()) dispatch(run.take());
//
// Threads: one at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "rules/execution.h"
#include "rules/reading.h"
#include "sql/effort.h"
#include "sql/program.h"

namespace gatehouse::rules {

class RuleRun {
public:
    // Of its actions. Once `stop` is true it goes no further (sql::Effort).
    RuleRun(std::shared_ptr<const Reading> reading, RulePtr rule,
            const std::atomic<bool>* stop = nullptr);
    // Of its error action, with what failed as payload. Requires: it has one.
    static RuleRun of_error_action(std::shared_ptr<const Reading> reading,
                                   const ExecutionPtr& failed,
                                   const std::atomic<bool>* stop = nullptr);
    // Its place, should it have to wait for room; and the turn that it holds if it did already
    // (backlog.h).
    void take_place(std::uint64_t number, std::shared_ptr<const BacklogTurn> turn) {
        number_ = number;
        turn_ = std::move(turn);
    }

    // What has to be asked; nothing: it is done.
    std::optional<sql::ServiceCall> go_on(Random& random);
    void answer(sql::Value value);
    // It cannot be answered, or goes no further: the rule ends with this alone.
    void give_up(ActionFailure failure);

    const CompiledRule& rule() const { return *rule_; }
    const RulePtr& shared_rule() const { return rule_; }
    const Reading& reading() const { return *reading_; }
    // About what it has made so far, of memory.
    std::size_t made_bytes() const;
    // How many steps it took so far.
    std::uint64_t spent() const { return spent_before_ + effort_.spent(); }
    // Once it is done. Whether anything comes of it.
    bool matches() const { return matches_; }

    struct Results {
        ExecutionPtr execution;
        std::vector<Dispatched> jobs;
    };
    // Requires: done, and it matches.
    Results take();

private:
    std::optional<sql::ServiceCall> run_statement(Random& random);
    std::optional<sql::ServiceCall> fill_texts(Random& random);
    const ActionSlot* slot() const;
    std::optional<sql::ServiceCall> fill_text(const ActionTexts::Declared& declared,
                                              Random& random);
    void add_job(const ActionSlot& slot);

    std::shared_ptr<const Reading> reading_;
    RulePtr rule_;
    bool is_of_error_action_ = false;
    bool is_selected_ = false;  // the statement has run
    bool matches_ = false;
    bool is_json_ = true;
    std::shared_ptr<const std::string> payload_;
    std::vector<sql::Value> variables_;
    std::vector<sql::Value> answers_;  // to what is being evaluated
    std::size_t slot_ = 0;             // whose texts are being filled
    std::vector<std::string> texts_;
    std::optional<ActionFailure> unfilled_;  // why this slot has no job
    const std::atomic<bool>* stop_;
    sql::Effort effort_;  // of all that is evaluated
    std::uint64_t spent_before_ = 0;
    std::shared_ptr<const BacklogTurn> turn_;
    std::uint64_t number_ = 0;
    ExecutionPtr failed_;  // of an error action
    std::vector<ActionFailure> failures_;
    std::vector<Dispatched> jobs_;
};

}  // namespace gatehouse::rules
