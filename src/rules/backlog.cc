#include "rules/backlog.h"

#include <algorithm>
#include <utility>

namespace gatehouse::rules {
namespace {

constexpr std::size_t taken_of_line_max = 256;
constexpr std::size_t parked_taken_max = 64;

// A rule keeps its line when it is replaced.
std::string key_of(const CompiledRule& rule, bool is_of_error_action) {
    return rule.facts->arn + (is_of_error_action ? "!" : "");
}

}  // namespace

BacklogTurn::BacklogTurn(std::shared_ptr<BacklogLine> line, std::uint64_t number,
                         bool was_evaluated)
    : line_(std::move(line)), number_(number), was_evaluated_(was_evaluated) {
    ++line_->under_way;
}

BacklogTurn::~BacklogTurn() {
    --line_->under_way;
}

bool Backlog::is_before(const CompiledRule& rule) const {
    if (is_empty_) return false;
    const std::scoped_lock lock(mutex_);
    return lines_.contains(key_of(rule, false));
}

bool Backlog::has_turn(const Execution& execution) const {
    if (is_empty_) return true;
    const std::scoped_lock lock(mutex_);
    const auto found = lines_.find(key_of(*execution.rule, execution.is_of_error_action));
    if (found == lines_.end()) return true;
    if (!execution.turn) return false;
    const auto& waiting = found->second->waiting;
    return waiting.empty() || waiting.begin()->first > execution.turn->number();
}

bool Backlog::fill() {
    return is_empty_.exchange(false);
}

void Backlog::put(BacklogEntry entry) {
    bool is_first = false;
    if (entry.number == 0) entry.number = next_number();
    const std::uint64_t number = entry.number;
    {
        const std::scoped_lock lock(mutex_);
        auto& line = lines_[key_of(*entry.rule, entry.failed != nullptr)];
        if (!line) line = std::make_shared<BacklogLine>();
        if (entry.bytes != 0) line->bytes_each = entry.bytes;
        ++uses_[entry.message->tenant].entries;
        line->waiting.emplace(number, std::move(entry));
        is_first = fill();
    }
    if (is_first) wake_();
}

bool Backlog::is_full(const Tenant& tenant) const {
    if (is_empty_) return false;
    const std::scoped_lock lock(mutex_);
    const auto found = uses_.find(tenant);
    return found != uses_.end() &&
           (!found->second.parked.empty() || found->second.entries >= entries_max_);
}

void Backlog::park(Arrived arrived) {
    bool is_first = false;
    {
        const std::scoped_lock lock(mutex_);
        arrived.reading.reset();
        arrived.was_parked = true;
        auto& parked = uses_[arrived.message->tenant].parked;
        parked.push_back(std::move(arrived));
        is_first = fill();
    }
    if (is_first) wake_();
}

// While some of them are under way nobody knows how much room there will be.
void Backlog::take_from(BacklogLine& line, const std::shared_ptr<BacklogLine>& shared,
                        const std::function<Room(const BacklogEntry&)>& room_for, Taken& taken) {
    if (line.under_way != 0 || line.waiting.empty()) return;
    Room room = room_for(line.waiting.begin()->second);
    for (std::size_t i = 0; i < taken_of_line_max && !line.waiting.empty(); ++i) {
        auto& [number, entry] = *line.waiting.begin();
        const std::size_t bytes = entry.bytes != 0 ? entry.bytes : line.bytes_each;
        const bool fits = room.jobs != 0 && bytes <= room.bytes;
        if (!fits && !(room.is_all && i == 0)) break;
        room.jobs -= std::min<std::size_t>(room.jobs, 1);
        room.bytes -= std::min(room.bytes, bytes);
        --uses_.find(entry.message->tenant)->second.entries;
        auto turn = std::make_shared<const BacklogTurn>(shared, number, entry.was_evaluated);
        taken.ready.push_back({std::move(entry), std::move(turn)});
        line.waiting.erase(line.waiting.begin());
    }
}

Backlog::Taken Backlog::take(const std::function<Room(const BacklogEntry&)>& room_for) {
    Taken taken;
    const std::scoped_lock lock(mutex_);
    for (auto each = lines_.begin(); each != lines_.end();) {
        take_from(*each->second, each->second, room_for, taken);
        const BacklogLine& line = *each->second;
        each = line.waiting.empty() && line.under_way == 0 ? lines_.erase(each) : std::next(each);
    }
    for (auto each = uses_.begin(); each != uses_.end();) {
        auto& [entries, parked] = each->second;
        // Not before there is room for some time.
        for (std::size_t i = 0;
             i < parked_taken_max && !parked.empty() && entries <= entries_max_ / 2; ++i) {
            taken.parked.push_back(std::move(parked.front()));
            parked.pop_front();
        }
        each = entries == 0 && parked.empty() ? uses_.erase(each) : std::next(each);
    }
    taken.is_last = lines_.empty() && uses_.empty();
    is_empty_ = taken.is_last;
    return taken;
}

std::size_t Backlog::size() const {
    const std::scoped_lock lock(mutex_);
    std::size_t size = 0;
    for (const auto& [tenant, use] : uses_) size += use.entries + use.parked.size();
    return size;
}

}  // namespace gatehouse::rules
