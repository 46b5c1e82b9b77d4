#include "logs/scan.h"

#include <algorithm>
#include <map>
#include <memory>

#include "logs/segment.h"

namespace gatehouse::logs {
namespace {

struct Candidate {
    const BlockSource* source;
    Block block;
};

class Scan {
public:
    Scan(const GroupSnapshot& snapshot, const ScanQuery& query) : query_(query) {
        for (const auto& [id, name] : snapshot.streams) {
            if (wants(name)) streams_.emplace(id, &name);
        }
        collect(snapshot);
        std::ranges::sort(candidates_, [this](const Candidate& a, const Candidate& b) {
            return forward() ? a.block.times.first < b.block.times.first
                             : a.block.times.last > b.block.times.last;
        });
    }

    ScanResult run() {
        ScanResult result;
        std::size_t bytes = 0;
        std::uint64_t scanned = 0;
        std::size_t next = 0;
        while (true) {
            // A found record may be given out once no unread block can hold an earlier one.
            while (next < candidates_.size() && !safe(candidates_[next].block)) {
                if (scanned >= query_.scanned_max && moved_on(candidates_[next].block)) {
                    result.rest = frontier(candidates_[next].block);
                    return result;
                }
                scanned += candidates_[next].block.raw_bytes;
                read(candidates_[next++]);
            }
            if (found_.empty()) return result;
            auto first = forward() ? found_.begin() : std::prev(found_.end());
            const std::size_t size = size_of(first->second);
            const bool full = result.records.size() >= query_.records_max ||
                              (!result.records.empty() && bytes + size > query_.bytes_max);
            if (full) {
                result.rest = first->first;
                if (!forward()) ++result.rest->sequence;
                return result;
            }
            bytes += size;
            found_bytes_ -= size;
            result.records.push_back(std::move(first->second));
            found_.erase(first);
        }
    }

private:
    bool forward() const { return query_.direction == Direction::Forward; }

    bool wants(const std::string& name) const {
        if (!query_.stream_prefix.empty()) return name.starts_with(query_.stream_prefix);
        return query_.streams.empty() ||
               std::ranges::find(query_.streams, name) != query_.streams.end();
    }

    // The times that are still of interest.
    TimeSpan span() const {
        TimeSpan span = query_.times;
        if (forward()) {
            span.first = std::max(span.first, query_.from.time);
        } else {
            span.last = std::min(span.last, query_.from.time);
        }
        return span;
    }

    void collect(const GroupSnapshot& snapshot) {
        const TimeSpan wanted = span();
        if (streams_.empty() || wanted.empty()) return;
        const auto add = [&](const BlockSource& source, const std::vector<Block>& blocks) {
            for (const Block& block : blocks) {
                if (block.times.overlaps(wanted)) candidates_.push_back({&source, block});
            }
        };
        for (const auto& segment : snapshot.sealed) {
            if (!segment.times.overlaps(wanted)) continue;
            const auto index = read_index(segment.path);
            if (!index || !mentions_wanted(index->facts)) continue;
            auto source = BlockSource::open(segment.path, BlockSource::Form::Compressed);
            if (!source) continue;
            sources_.push_back(std::make_unique<BlockSource>(std::move(*source)));
            add(*sources_.back(), index->blocks);
        }
        if (snapshot.active) add(snapshot.active->source, snapshot.active->blocks);
    }

    bool mentions_wanted(const SegmentFacts& facts) const {
        return std::ranges::any_of(
            facts.streams, [this](const auto& entry) { return streams_.contains(entry.first); });
    }

    bool safe(const Block& unread) const {
        if (found_.empty()) return false;
        return forward() ? found_.begin()->first.time < unread.times.first
                         : std::prev(found_.end())->first.time > unread.times.last;
    }

    // Stopping before this block is progress over where the query began.
    bool moved_on(const Block& unread) const {
        return forward() ? frontier(unread) > query_.from : frontier(unread) < query_.from;
    }

    Position frontier(const Block& unread) const {
        return forward() ? Position{unread.times.first, 0}
                         : Position{unread.times.last, UINT64_MAX};
    }

    void read(const Candidate& candidate) {
        const auto chunk = candidate.source->read(candidate.block);
        if (!chunk) return;
        ChunkReader reader(*chunk);
        std::uint64_t sequence = candidate.block.first_sequence;
        while (const auto item = reader.next()) {
            const auto* record = std::get_if<Record>(&*item);
            if (record == nullptr) continue;
            take({record->timestamp, sequence++}, *record);
        }
    }

    void take(Position at, const Record& record) {
        if (at.time < query_.times.first || at.time > query_.times.last) return;
        if (forward() ? at < query_.from : at >= query_.from) return;
        const auto stream = streams_.find(record.stream);
        if (stream == streams_.end()) return;
        if (query_.pattern != nullptr && !query_.pattern->matches(record.message)) return;
        const auto added = found_.emplace(
            at, FoundRecord{at, *stream->second, record.ingested, std::string(record.message)});
        if (added.second) found_bytes_ += size_of(added.first->second);
        drop_superfluous();
    }

    static std::size_t size_of(const FoundRecord& record) {
        return record.message.size() + bytes_a_record;
    }

    // What lies behind a full page is not needed; it is found again from `rest`.
    void drop_superfluous() {
        while (found_.size() > 1) {
            const auto farthest = forward() ? std::prev(found_.end()) : found_.begin();
            const std::size_t size = size_of(farthest->second);
            const bool superfluous =
                found_.size() > query_.records_max + 1 || found_bytes_ - size > query_.bytes_max;
            if (!superfluous) return;
            found_bytes_ -= size;
            found_.erase(farthest);
        }
    }

    const ScanQuery& query_;
    std::unordered_map<std::uint32_t, const std::string*> streams_;
    std::vector<std::unique_ptr<BlockSource>> sources_;
    std::vector<Candidate> candidates_;
    std::map<Position, FoundRecord> found_;
    std::size_t found_bytes_ = 0;
};

}  // namespace

ScanResult scan(const GroupSnapshot& snapshot, const ScanQuery& query) {
    return Scan(snapshot, query).run();
}

}  // namespace gatehouse::logs
