// How much is logged, and for whom.
//
// Source: AWS IoT Core Developer Guide, "Configure AWS IoT logging" (levels, log targets).
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/tenant.h"

namespace gatehouse::logs {

// Each level includes the ones before it.
enum class Level : std::uint8_t {
    Disabled,
    Error,
    Warn,
    Info,
    // Successes of what each message brings about (Publish-In, Queued, RuleExecution and the like),
    // too, which are INFO on AWS. A busy broker's log is nothing else: they have to be asked for.
    Messages,
    Debug,
};
inline constexpr std::size_t level_count = 6;

// "DISABLED", "ERROR", "WARN", "INFO", "DEBUG"; Messages is "INFO", too.
std::string_view name_of(Level level);
// The level of that exact name as AWS has it: "INFO" is Messages.
std::optional<Level> parse_level(std::string_view name);

// Who an event is about, as far as it is known. Borrowed for the duration of a call.
struct Subject {
    const Tenant& tenant;
    std::string_view client_id = {};
    std::string_view principal_id = {};
    std::string_view source_ip = {};
};

// Answers at which level a subject's events are kept: client id, principal id, source address
// and thing groups before the account's default; where several fit, the most verbose.
//
// A connection asks once when it knows its subject, keeps the answer (a byte), and asks again
// when something happens to it and generation() differs from the one it saw. So a change costs
// nothing for those to whom nothing happens.
//
// Threads: any; implementations answer from an immutable snapshot.
class LevelResolver {
public:
    virtual ~LevelResolver() = default;
    virtual Level level_for(const Subject& subject) const = 0;
    // Grows whenever an answer may have changed; begins at 1. Not virtual: it is read for each
    // message.
    std::uint32_t generation() const { return generation_.load(std::memory_order_relaxed); }
    const std::atomic<std::uint32_t>& generation_counter() const { return generation_; }
    // The most that level_for() answers about anybody. Not virtual either.
    Level most_verbose() const { return most_verbose_.load(std::memory_order_relaxed); }

protected:
    explicit LevelResolver(Level most_verbose) : most_verbose_(most_verbose) {}
    void note_change(Level most_verbose) {
        most_verbose_.store(most_verbose, std::memory_order_relaxed);
        generation_.fetch_add(1, std::memory_order_release);
    }

private:
    std::atomic<std::uint32_t> generation_{1};
    std::atomic<Level> most_verbose_;
};

// The same level for everybody; for tools and tests.
class FixedLevel final : public LevelResolver {
public:
    explicit FixedLevel(Level level) : LevelResolver(level), level_(level) {}
    Level level_for(const Subject&) const override { return level_; }

private:
    Level level_;
};

}  // namespace gatehouse::logs
