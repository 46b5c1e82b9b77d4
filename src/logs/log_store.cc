#include "logs/log_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "logs/json_text.h"

namespace gatehouse::logs {
namespace {

constexpr const char* no_such_group = "The specified log group does not exist.";
constexpr const char* no_such_stream = "The specified log stream does not exist.";

// A folder name for a group name, readable and the same on every run. The true name stands in
// group.json; long ones are told apart by a hash.
std::string folder_name(std::string_view name) {
    std::string out = percent_encode(name, "");
    if (out.front() == '.') out.replace(0, 1, "%2E");
    constexpr std::size_t plain_max = 200;
    if (out.size() <= plain_max) return out;
    std::uint64_t hash = 14695981039346656037U;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return fmt::format("{}~{:016x}", out.substr(0, plain_max), hash);
}

std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.is_directory(error)) found.push_back(entry.path());
    }
    return found;
}

}  // namespace

bool is_group_name(std::string_view name) {
    return !name.empty() && name.size() <= 512 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_' || c == '/' || c == '#';
    });
}

bool is_stream_name(std::string_view name) {
    return !name.empty() && name.size() <= 512 && name.find_first_of(":*") == name.npos &&
           is_utf8(name);
}

LogStore::LogStore(StoreSettings settings, const Clock& clock)
    : settings_(std::move(settings)),
      group_bytes_(settings_.group_bytes),
      total_bytes_(settings_.total_bytes),
      clock_(clock),
      intake_(settings_.intake, settings_.write_budget) {}

Result<std::unique_ptr<LogStore>> LogStore::open(StoreSettings settings, const Clock& clock) {
    std::error_code error;
    std::filesystem::create_directories(settings.folder, error);
    if (error) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("cannot make {}: {}", settings.folder.string(), error.message()));
    }
    std::unique_ptr<LogStore> store(new LogStore(std::move(settings), clock));
    if (auto found = store->find_groups(); !found) return fail(found.error());
    store->writer_ = std::thread([&store = *store] { store.run(); });
    return store;
}

LogStore::~LogStore() {
    if (!writer_.joinable()) return;
    {
        const std::scoped_lock lock(wake_mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    writer_.join();
}

void LogStore::change_bounds(std::uint64_t group_bytes, std::uint64_t total_bytes,
                             std::uint64_t write_budget) {
    group_bytes_ = group_bytes;
    total_bytes_ = total_bytes;
    intake_.set_write_budget(write_budget);
}

Result<void> LogStore::find_groups() {
    const Group::Limits limits{settings_.segment_bytes};
    const std::scoped_lock lock(groups_mutex_);
    for (const auto& account : folders_in(settings_.folder)) {
        for (const auto& region : folders_in(account)) {
            const Tenant tenant{AccountId(account.filename().string()),
                                Region(region.filename().string())};
            for (const auto& folder : folders_in(region)) {
                auto group = Group::open(folder, limits);
                if (group) {
                    groups_.emplace(Key{tenant, (*group)->name()}, std::move(*group));
                } else if (group.error().kind != ErrorKind::NotFound && settings_.report) {
                    settings_.report(group.error().message);
                }
            }
        }
    }
    return {};
}

std::int64_t LogStore::now_ms() const {
    return clock_.wall_now().time_since_epoch().count();
}

StreamRef LogStore::event_stream(const Tenant& tenant, WallTime time) {
    // One stream a day; a thread mostly records for one tenant at a time.
    struct Last {
        const LogStore* store = nullptr;
        std::chrono::sys_days day;
        StreamRef stream;
    };
    thread_local Last last;
    const auto day = std::chrono::floor<std::chrono::days>(time);
    if (last.store != this || last.day != day || last.stream->tenant != tenant) {
        last.store = this;
        last.day = day;
        last.stream = std::make_shared<const StreamAddress>(
            StreamAddress{tenant, iot_log_group, format_iso8601(WallTime(day)).substr(0, 10)});
    }
    return last.stream;
}

void LogStore::record(const Event& event) {
    const WallTime time = clock_.wall_now();
    const Importance importance =
        event.status == Status::Failure ? Importance::Kept : Importance::Droppable;
    const auto added =
        intake_.add(event_stream(event.tenant, time), time.time_since_epoch().count(), importance,
                    [&](std::string& out) { append_json(out, event, time); });
    if (added == Intake::Added::First) wake_writer();
}

void LogStore::append(const StreamRef& stream, WallTime time, std::string_view message,
                      Importance importance) {
    constexpr std::size_t line_bytes_max = 256 * 1024;
    const auto added =
        intake_.add(stream, time.time_since_epoch().count(), importance,
                    [&](std::string& out) { append_utf8(out, message.substr(0, line_bytes_max)); });
    if (added == Intake::Added::First) wake_writer();
}

void LogStore::wake_writer() {
    // Through the lock, so that the writer is either asleep or has yet to look.
    {
        const std::scoped_lock lock(wake_mutex_);
    }
    wake_.notify_one();
}

void LogStore::flush() {
    const std::scoped_lock lock(writer_mutex_);
    write_waiting();
}

Result<std::shared_ptr<Group>> LogStore::group(const Tenant& tenant, std::string_view name) const {
    const std::scoped_lock lock(groups_mutex_);
    const auto at = groups_.find(Key{tenant, std::string(name)});
    if (at == groups_.end()) return fail(ErrorKind::NotFound, no_such_group);
    return at->second;
}

std::vector<std::shared_ptr<Group>> LogStore::groups(const Tenant& tenant) const {
    std::vector<std::shared_ptr<Group>> found;
    const std::scoped_lock lock(groups_mutex_);
    for (auto at = groups_.lower_bound(Key{tenant, ""});
         at != groups_.end() && at->first.tenant == tenant; ++at) {
        found.push_back(at->second);
    }
    return found;
}

Result<std::shared_ptr<Group>> LogStore::need_group(const Tenant& tenant, std::string_view name) {
    if (auto found = group(tenant, name)) return found;
    // Both become names of folders, wherever they came from.
    if (!is_account_id(tenant.account.view()) || !is_region(tenant.region.view())) {
        return fail(ErrorKind::InvalidInput, "there are no logs of such an account and region");
    }
    const std::scoped_lock lock(groups_mutex_);
    if (groups_.size() >= settings_.groups_max) {
        return fail(
            ErrorKind::LimitExceeded,
            fmt::format("there are {} log groups already; no more are made", groups_.size()));
    }
    auto made = Group::create(
        settings_.folder / tenant.account.value() / tenant.region.value() / folder_name(name),
        std::string(name), now_ms(), {settings_.segment_bytes});
    if (made) groups_.emplace(Key{tenant, std::string(name)}, *made);
    return made;
}

Result<void> LogStore::create_group(const Tenant& tenant, std::string_view name, ResourceTags tags,
                                    GroupClass group_class) {
    if (auto fault = tags_fault(tags)) return fail(ErrorKind::InvalidInput, std::move(*fault));
    const std::scoped_lock lock(writer_mutex_);
    write_waiting();
    if (group(tenant, name)) {
        return fail(ErrorKind::Conflict, "The specified log group already exists");
    }
    auto made = need_group(tenant, name);
    if (!made) return fail(made.error());
    if (group_class != GroupClass::Standard) {
        if (auto set = (*made)->set_class(group_class); !set) return set;
    }
    return tags.empty() ? Result<void>() : (*made)->set_tags(std::move(tags));
}

Result<void> LogStore::delete_group(const Tenant& tenant, std::string_view name) {
    const std::scoped_lock lock(writer_mutex_);
    write_waiting();
    auto found = group(tenant, name);
    if (!found) return fail(found.error());
    open_groups_.erase(*found);
    {
        const std::scoped_lock groups_lock(groups_mutex_);
        groups_.erase(Key{tenant, std::string(name)});
    }
    return (*found)->remove();
}

Result<void> LogStore::create_stream(const Tenant& tenant, std::string_view group_name,
                                     std::string_view stream) {
    const std::scoped_lock lock(writer_mutex_);
    write_waiting();
    auto found = group(tenant, group_name);
    if (!found) return fail(found.error());
    open_groups_[*found] = std::chrono::steady_clock::now();
    return (*found)->create_stream(stream, now_ms());
}

Result<void> LogStore::delete_stream(const Tenant& tenant, std::string_view group_name,
                                     std::string_view stream) {
    const std::scoped_lock lock(writer_mutex_);
    write_waiting();
    auto found = group(tenant, group_name);
    if (!found) return fail(found.error());
    open_groups_[*found] = std::chrono::steady_clock::now();
    return (*found)->delete_stream(stream);
}

Result<void> LogStore::set_retention(const Tenant& tenant, std::string_view group_name,
                                     std::optional<int> days) {
    const std::scoped_lock lock(writer_mutex_);
    write_waiting();
    auto found = group(tenant, group_name);
    if (!found) return fail(found.error());
    return (*found)->set_retention(days);
}

Result<void> LogStore::change_tags(const Tenant& tenant, std::string_view group_name,
                                   const ResourceTags& added,
                                   std::span<const std::string> removed) {
    const std::scoped_lock lock(writer_mutex_);
    auto found = group(tenant, group_name);
    if (!found) return fail(found.error());
    ResourceTags tags = (*found)->tags();
    for (const auto& [key, value] : added) tags.insert_or_assign(key, value);
    for (const std::string& key : removed) tags.erase(key);
    if (tags.size() > resource_tags_max) {
        return fail(ErrorKind::LimitExceeded, *tags_fault(tags), Place{"tags", 0, 0});
    }
    if (auto fault = tags_fault(tags)) return fail(ErrorKind::InvalidInput, std::move(*fault));
    return (*found)->set_tags(std::move(tags));
}

Result<void> LogStore::put_events(const Tenant& tenant, std::string_view group_name,
                                  std::string_view stream, std::span<const PutEvent> events) {
    const std::scoped_lock lock(writer_mutex_);
    write_waiting();
    auto found = group(tenant, group_name);
    if (!found) return fail(found.error());
    const auto streams = (*found)->streams();
    if (!streams) return fail(streams.error());
    if (!streams->contains(std::string(stream))) return fail(ErrorKind::NotFound, no_such_stream);
    std::vector<NewRecord> records;
    const std::int64_t now = now_ms();
    for (const PutEvent& event : events) {
        records.push_back({stream, event.timestamp, now, event.message});
    }
    return write_to_group({tenant, std::string(group_name), std::string(stream)}, records);
}

Result<std::shared_ptr<Tail>> LogStore::tail(TailQuery query, std::function<void()> ready) {
    const std::scoped_lock lock(writer_mutex_);
    std::erase_if(tails_, [](const std::weak_ptr<Tail>& tail) { return tail.expired(); });
    if (tails_.size() >= settings_.tails_max) {
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("{} followers read the log already", tails_.size()));
    }
    write_waiting();  // what was recorded before is not live
    auto made = std::make_shared<Tail>(std::move(query), std::move(ready));
    tails_.push_back(made);
    return made;
}

StoreCounters LogStore::counters() const {
    return {written_.load(), intake_.dropped(), intake_.lost() + lost_.load()};
}

}  // namespace gatehouse::logs
