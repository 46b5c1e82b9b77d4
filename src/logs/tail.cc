#include "logs/tail.h"

#include <algorithm>
#include <utility>

namespace gatehouse::logs {

Tail::Taken Tail::take() {
    const std::scoped_lock lock(mutex_);
    bytes_ = 0;
    return std::exchange(waiting_, {});
}

bool Tail::wants_stream(const Tenant& tenant, std::string_view group,
                        std::string_view stream) const {
    if (tenant != query_.tenant) return false;
    if (std::ranges::find(query_.groups, group) == query_.groups.end()) return false;
    if (query_.streams.empty() && query_.stream_prefixes.empty()) return true;
    if (std::ranges::find(query_.streams, stream) != query_.streams.end()) return true;
    return std::ranges::any_of(query_.stream_prefixes, [stream](const std::string& prefix) {
        return stream.starts_with(prefix);
    });
}

void Tail::offer(std::string_view group, std::string_view stream, std::int64_t timestamp,
                 std::int64_t ingested, std::string_view message) {
    if (!query_.pattern.matches(message)) return;
    bool was_empty = false;
    {
        const std::scoped_lock lock(mutex_);
        if (waiting_.records.size() >= records_max || bytes_ + message.size() > bytes_max) {
            ++waiting_.missed;
            return;
        }
        was_empty = waiting_.records.empty();
        bytes_ += message.size();
        waiting_.records.push_back(
            {std::string(group), std::string(stream), timestamp, ingested, std::string(message)});
    }
    if (was_empty && ready_) ready_();
}

}  // namespace gatehouse::logs
