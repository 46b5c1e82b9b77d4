#include "logs/group.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/durable_file.h"
#include "base/json.h"
#include "logs/json_text.h"

namespace gatehouse::logs {
namespace {

constexpr const char* description_file = "group.json";
constexpr std::size_t frame_target_bytes = 1024 * 1024;

// What the first frame of these records takes, or a little less.
std::size_t frame_bytes_for(std::span<const NewRecord> records) {
    std::size_t bytes = frame_header_bytes;
    for (const NewRecord& record : records) {
        bytes += record_header_bytes + record.message.size();
        if (bytes >= frame_target_bytes) break;
    }
    return std::min(bytes, frame_target_bytes);
}

struct SegmentFile {
    std::uint64_t number;
    bool sealed;
};

// The segment files of a folder by number; leftovers of an interrupted sealing are removed.
std::vector<SegmentFile> segment_files(const std::filesystem::path& folder) {
    std::vector<SegmentFile> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string stem = entry.path().stem().string();
        const std::string ending = entry.path().extension().string();
        if (ending == ".partial") ::unlink(entry.path().c_str());
        if (ending != ".seg" && ending != ".log") continue;
        std::uint64_t number = 0;
        const char* end = stem.data() + stem.size();
        if (std::from_chars(stem.data(), end, number).ptr != end) continue;
        files.push_back({number, ending == ".seg"});
    }
    // A sealed segment before the active file it was made from.
    std::ranges::sort(files, [](const SegmentFile& a, const SegmentFile& b) {
        return a.number != b.number ? a.number < b.number : a.sealed > b.sealed;
    });
    return files;
}

}  // namespace

Group::Group(std::filesystem::path folder, Limits limits)
    : folder_(std::move(folder)), limits_(limits) {}

Result<std::shared_ptr<Group>> Group::create(std::filesystem::path folder, std::string name,
                                             std::int64_t created, Limits limits) {
    std::error_code error;
    if (std::filesystem::exists(folder / description_file, error)) {
        return fail(ErrorKind::Conflict, "The specified log group already exists");
    }
    std::filesystem::create_directories(folder, error);
    if (error) {
        const bool full = error == std::errc::no_space_on_device;
        return fail(full ? ErrorKind::LimitExceeded : ErrorKind::Internal,
                    fmt::format("cannot make {}: {}", folder.string(), error.message()));
    }
    std::shared_ptr<Group> group(new Group(std::move(folder), limits));
    group->name_ = std::move(name);
    group->created_ = created;
    group->loaded_ = true;
    if (auto wrote = group->write_description(); !wrote) return fail(wrote.error());
    return group;
}

Result<std::shared_ptr<Group>> Group::open(std::filesystem::path folder, Limits limits) {
    const auto text = read_file(folder / description_file, 64 * 1024);
    if (!text) return fail(text.error());
    const auto parsed = parse_json(*text, (folder / description_file).string());
    if (!parsed) return fail(parsed.error());
    const auto corrupt = [&] {
        return fail(ErrorKind::Corrupt, fmt::format("{} does not describe a log group",
                                                    (folder / description_file).string()));
    };
    const auto* object = parsed->if_object();
    const auto* name = object == nullptr ? nullptr : object->if_contains("logGroupName");
    const auto* created = object == nullptr ? nullptr : object->if_contains("creationTime");
    if (name == nullptr || !name->is_string() || created == nullptr || !created->is_int64()) {
        return corrupt();
    }
    std::shared_ptr<Group> group(new Group(std::move(folder), limits));
    group->name_ = std::string_view(name->get_string());
    group->created_ = created->get_int64();
    if (const auto* named = object->if_contains("logGroupClass"); named != nullptr) {
        const auto* const text_of_class = named->if_string();
        const auto known =
            parse_choice<GroupClass>(text_of_class ? std::string_view(*text_of_class) : "");
        if (!known) return corrupt();
        group->class_ = *known;
    }
    if (const auto* days = object->if_contains("retentionInDays"); days != nullptr) {
        if (!days->is_int64()) return corrupt();
        group->retention_days_ = static_cast<int>(days->get_int64());
    }
    if (const auto* tags = object->if_contains("tags"); tags != nullptr) {
        if (!tags->is_object()) return corrupt();
        for (const auto& [key, value] : tags->get_object()) {
            if (!value.is_string()) return corrupt();
            group->tags_[std::string(key)] = std::string(value.get_string());
        }
    }
    return group;
}

Result<void> Group::write_description() {
    std::string text = "{\"logGroupName\":\"";
    append_escaped(text, name_);
    text += fmt::format("\",\"creationTime\":{}", created_);
    if (retention_days_) text += fmt::format(",\"retentionInDays\":{}", *retention_days_);
    if (class_ != GroupClass::Standard) {
        text += fmt::format(",\"logGroupClass\":\"{}\"", name_of_choice(class_));
    }
    if (!tags_.empty()) {
        json::object tags;
        for (const auto& [key, value] : tags_) tags[key] = value;
        text += ",\"tags\":" + to_text(tags);
    }
    text += "}\n";
    return write_file(folder_ / description_file, text, FileAccess::Private);
}

Result<void> Group::load() {
    if (removed_) return fail(ErrorKind::NotFound, "The specified log group does not exist.");
    if (loaded_) return {};
    if (auto read = load_segments(); !read) return read;
    loaded_ = true;
    return {};
}

Result<void> Group::load_segments() {
    sealed_.clear();
    active_.reset();
    for (const SegmentFile& found : segment_files(folder_)) {
        next_number_ = std::max(next_number_, found.number + 1);
        if (found.sealed) {
            auto index = read_index(sealed_path(folder_, found.number));
            // A damaged segment is passed over and stays for a person to look at.
            if (index) sealed_.push_back(std::move(index->facts));
            continue;
        }
        const auto path = active_path(folder_, found.number);
        if (!sealed_.empty() && sealed_.back().number == found.number) {
            ::unlink(path.c_str());  // was sealed; the crash came before its removal
            continue;
        }
        auto recovered = ActiveSegment::recover(folder_, found.number);
        if (!recovered) {
            if (recovered.error().kind != ErrorKind::Corrupt) return fail(recovered.error());
            auto aside = path;
            ::rename(path.c_str(), (aside += ".damaged").c_str());
            continue;
        }
        if (active_) {
            if (auto facts = seal(*active_)) {
                ::unlink(active_->path().c_str());
                sealed_.push_back(std::move(*facts));
            }
        }
        active_ = std::move(*recovered);
    }
    rebuild_streams();
    return {};
}

void Group::take_in(const SegmentFacts& facts) {
    next_sequence_ = std::max(next_sequence_, facts.next_sequence());
    for (const auto& [id, stream] : facts.streams) {
        next_stream_ = std::max(next_stream_, id + 1);
        Stream& known = streams_[stream.name];
        // A later stream of the same name has another id and begins afresh.
        if (known.id != id) known = {.id = id, .facts = {}};
        known.facts.include(stream);
    }
    for (const std::uint32_t id : facts.deleted_streams) {
        std::erase_if(streams_, [id](const auto& entry) { return entry.second.id == id; });
    }
}

void Group::rebuild_streams() {
    streams_.clear();
    for (const SegmentFacts& facts : sealed_) take_in(facts);
    if (active_) take_in(active_->index().facts);
    by_id_.clear();
    for (auto& [name, stream] : streams_) by_id_.emplace(stream.id, &stream.facts);
}

Result<GroupFacts> Group::facts() {
    const std::scoped_lock lock(mutex_);
    if (auto ready = load(); !ready) return fail(ready.error());
    GroupFacts facts{name_, created_, retention_days_, 0, class_};
    for (const SegmentFacts& segment : sealed_) facts.stored_bytes += segment.file_bytes;
    if (active_) facts.stored_bytes += active_->index().facts.file_bytes;
    return facts;
}

Result<std::map<std::string, StreamFacts>> Group::streams() {
    const std::scoped_lock lock(mutex_);
    if (auto ready = load(); !ready) return fail(ready.error());
    std::map<std::string, StreamFacts> out;
    for (const auto& [name, stream] : streams_) out.emplace(name, stream.facts);
    return out;
}

Result<GroupSnapshot> Group::snapshot() {
    const std::scoped_lock lock(mutex_);
    if (auto ready = load(); !ready) return fail(ready.error());
    GroupSnapshot out;
    for (const SegmentFacts& facts : sealed_) {
        out.sealed.push_back({sealed_path(folder_, facts.number), facts.times});
    }
    if (active_) {
        auto source = BlockSource::open(active_->path(), BlockSource::Form::Raw);
        if (!source) return fail(source.error());
        out.active.emplace(GroupSnapshot::Active{active_->index().blocks, std::move(*source)});
    }
    for (const auto& [name, stream] : streams_) out.streams.emplace(stream.id, name);
    return out;
}

std::optional<int> Group::retention_days() const {
    const std::scoped_lock lock(mutex_);
    return retention_days_;
}

std::optional<std::int64_t> Group::oldest_sealed() {
    const std::scoped_lock lock(mutex_);
    if (!load() || sealed_.empty()) return std::nullopt;
    std::int64_t newest = 0;
    for (const auto& [id, stream] : sealed_.front().streams) {
        newest = std::max(newest, stream.last_ingested);
    }
    return newest;
}

Result<void> Group::need_active() {
    if (active_) return {};
    auto made = ActiveSegment::create(folder_, next_number_, next_sequence_);
    if (!made) return fail(made.error());
    ++next_number_;
    active_ = std::move(*made);
    return {};
}

// The stream's id; what makes it known to the active segment is added to the items.
std::uint32_t Group::stream_id(std::string_view name, std::int64_t now, std::vector<Item>& items) {
    auto at = streams_.find(name);
    if (at == streams_.end()) {
        Stream stream{.id = next_stream_++, .facts = {}};
        stream.facts.name = name;
        stream.facts.created = now;
        at = streams_.emplace(std::string(name), std::move(stream)).first;
        by_id_.emplace(at->second.id, &at->second.facts);
    }
    const Stream& stream = at->second;
    // Each segment names the streams it mentions, so that it can be read by itself.
    const auto defines = [&](const Item& item) {
        const auto* defined = std::get_if<StreamDefined>(&item);
        return defined != nullptr && defined->id == stream.id;
    };
    if (!active_->index().facts.streams.contains(stream.id) &&
        std::ranges::none_of(items, defines)) {
        items.emplace_back(StreamDefined{stream.id, stream.facts.created, at->first});
    }
    return stream.id;
}

Result<void> Group::write(FrameWriter& frame, std::vector<Item>& items) {
    if (items.empty()) return {};
    for (const Item& item : items) frame.add(item);
    auto wrote = active_->append(frame.finish(), items);
    if (wrote) {
        SegmentFacts added;
        for (const Item& item : items) added.include(item);
        for (const auto& [id, facts] : added.streams) {
            if (const auto at = by_id_.find(id); at != by_id_.end()) at->second->include(facts);
        }
        next_sequence_ = active_->index().facts.next_sequence();
        unsynced_ = true;
    } else {
        rebuild_streams();  // without the streams that were to come into being
    }
    frame.clear();
    items.clear();
    return wrote;
}

Result<void> Group::append(std::span<const NewRecord> records, std::size_t& written) {
    written = 0;
    const std::scoped_lock lock(mutex_);
    if (auto ready = load(); !ready) return ready;
    if (auto ready = need_active(); !ready) return ready;
    FrameWriter frame;
    frame.reserve(frame_bytes_for(records));
    std::vector<Item> items;
    std::string_view last_name;
    std::uint32_t last_id = 0;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const NewRecord& record = records[i];
        if (last_id == 0 || record.stream != last_name) {
            last_id = stream_id(record.stream, record.ingested, items);
            last_name = record.stream;
        }
        items.emplace_back(Record{last_id, record.timestamp, record.ingested,
                                  record.message.substr(0, message_bytes_max)});
        bytes += record_header_bytes + record.message.size();
        if (bytes < frame_target_bytes && i + 1 < records.size()) continue;
        if (auto wrote = write(frame, items); !wrote) return wrote;
        written = i + 1;
        bytes = 0;
        last_id = 0;
    }
    return {};
}

Result<void> Group::create_stream(std::string_view name, std::int64_t now) {
    const std::scoped_lock lock(mutex_);
    if (auto ready = load(); !ready) return ready;
    if (streams_.contains(name)) {
        return fail(ErrorKind::Conflict, "The specified log stream already exists");
    }
    if (auto ready = need_active(); !ready) return ready;
    FrameWriter frame;
    std::vector<Item> items;
    stream_id(name, now, items);
    return write(frame, items);
}

Result<void> Group::delete_stream(std::string_view name) {
    const std::scoped_lock lock(mutex_);
    if (auto ready = load(); !ready) return ready;
    const auto at = streams_.find(name);
    if (at == streams_.end()) {
        return fail(ErrorKind::NotFound, "The specified log stream does not exist.");
    }
    if (auto ready = need_active(); !ready) return ready;
    FrameWriter frame;
    std::vector<Item> items = {StreamDeleted{at->second.id}};
    if (auto wrote = write(frame, items); !wrote) return wrote;
    by_id_.erase(at->second.id);
    streams_.erase(at);
    return {};
}

Result<void> Group::set_retention(std::optional<int> days) {
    const std::scoped_lock lock(mutex_);
    if (removed_) return fail(ErrorKind::NotFound, "The specified log group does not exist.");
    const auto before = std::exchange(retention_days_, days);
    auto wrote = write_description();
    if (!wrote) retention_days_ = before;
    return wrote;
}

ResourceTags Group::tags() const {
    const std::scoped_lock lock(mutex_);
    return tags_;
}

Result<void> Group::set_tags(ResourceTags tags) {
    const std::scoped_lock lock(mutex_);
    if (removed_) return fail(ErrorKind::NotFound, "The specified log group does not exist.");
    auto before = std::exchange(tags_, std::move(tags));
    auto wrote = write_description();
    if (!wrote) tags_ = std::move(before);
    return wrote;
}

Result<void> Group::set_class(GroupClass group_class) {
    const std::scoped_lock lock(mutex_);
    if (removed_) return fail(ErrorKind::NotFound, "The specified log group does not exist.");
    const auto before = std::exchange(class_, group_class);
    auto wrote = write_description();
    if (!wrote) class_ = before;
    return wrote;
}

bool Group::has_active() const {
    const std::scoped_lock lock(mutex_);
    return loaded_ && active_.has_value();
}

Result<void> Group::sync() {
    // Not under the lock: a slow disk must not hold up readers. Once loaded, active_ is changed
    // by the one writer alone.
    if (!has_active() || !unsynced_) return {};
    unsynced_ = false;
    return active_->sync();
}

Result<Group::Rotation> Group::rotate(std::uint64_t bytes_max) {
    if (!has_active() || active_->index().facts.file_bytes < limits_.segment_bytes) {
        return Rotation::NotDue;
    }
    auto facts = seal(*active_);
    if (!facts) return fail(facts.error());
    {
        const std::scoped_lock lock(mutex_);
        ::unlink(active_->path().c_str());
        sealed_.push_back(std::move(*facts));
        active_.reset();
        unsynced_ = false;
    }
    while (true) {
        const auto now = this->facts();
        if (!now || now->stored_bytes <= bytes_max || !oldest_sealed()) {
            return Rotation::Sealed;
        }
        drop_oldest();
    }
}

void Group::drop_oldest() {
    const std::scoped_lock lock(mutex_);
    if (!load() || sealed_.empty()) return;
    ::unlink(sealed_path(folder_, sealed_.front().number).c_str());
    sealed_.pop_front();
    rebuild_streams();
}

void Group::drop_before(std::int64_t time) {
    const std::scoped_lock lock(mutex_);
    if (!load()) return;
    const std::size_t before = sealed_.size();
    while (!sealed_.empty() && sealed_.front().times.last < time) {
        ::unlink(sealed_path(folder_, sealed_.front().number).c_str());
        sealed_.pop_front();
    }
    if (sealed_.size() != before) rebuild_streams();
}

void Group::close_file() {
    const std::scoped_lock lock(mutex_);
    if (active_) active_->close();
}

Result<void> Group::remove() {
    const std::scoped_lock lock(mutex_);
    removed_ = true;
    active_.reset();
    sealed_.clear();
    streams_.clear();
    by_id_.clear();
    // The description first: without it the folder is no group, whatever a crash leaves.
    std::error_code error;
    std::filesystem::remove(folder_ / description_file, error);
    if (!error) std::filesystem::remove_all(folder_, error);
    if (error) {
        return fail(ErrorKind::Internal,
                    fmt::format("cannot remove {}: {}", folder_.string(), error.message()));
    }
    return {};
}

}  // namespace gatehouse::logs
