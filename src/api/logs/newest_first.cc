#include "api/logs/newest_first.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "api/logs/record_pointer.h"

namespace gatehouse::api::logs {

NewestFirst::NewestFirst(store::LogStore& logs, Tenant tenant,
                         const std::vector<std::string>& groups, store::TimeSpan times)
    : logs_(logs), tenant_(std::move(tenant)), times_(times) {
    const store::Position newest{std::numeric_limits<std::int64_t>::max(), 0};
    for (const std::string& group : groups) sources_.push_back({group, {}, newest});
}

bool NewestFirst::read_some() {
    const auto wanting = std::ranges::find_if(
        sources_, [](const Source& one) { return one.page.empty() && one.from; });
    if (wanting == sources_.end()) return false;
    read_page(*wanting);
    return true;
}

void NewestFirst::read_page(Source& source) const {
    const auto group = logs_.group(tenant_, source.group);
    // A group that is deleted meanwhile has no events.
    const auto snapshot = group ? (*group)->snapshot() : fail(group.error());
    if (!snapshot) return source.from.reset();
    constexpr std::size_t pages_bytes = 2UL * 1024 * 1024;
    constexpr std::uint64_t scanned_max = 8UL * 1024 * 1024;
    auto found = store::scan(*snapshot, {.times = times_,
                                         .direction = store::Direction::Backward,
                                         .from = *source.from,
                                         .bytes_max = pages_bytes / (1 + sources_.size()),
                                         .scanned_max = scanned_max});
    std::ranges::move(found.records, std::back_inserter(source.page));
    source.from = found.rest;
}

std::shared_ptr<const store::insights::Record> NewestFirst::take() {
    Source* newest = nullptr;
    for (Source& one : sources_) {
        if (one.page.empty()) continue;
        if (newest == nullptr || one.page.front().at.time > newest->page.front().at.time) {
            newest = &one;
        }
    }
    if (newest == nullptr) return nullptr;
    auto record = std::make_shared<const store::insights::Record>(
        record_of(tenant_, newest->group, std::move(newest->page.front())));
    newest->page.pop_front();
    return record;
}

}  // namespace gatehouse::api::logs
