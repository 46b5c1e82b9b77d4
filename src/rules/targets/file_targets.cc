#include "rules/targets/file_targets.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "async/worker_pool.h"
#include "rules/targets/folder_writer.h"

namespace gatehouse::rules {
namespace {

// Batches of lines, of one folder.
constexpr std::size_t appends_waiting_max = 64;

}  // namespace

struct FileTargets::Folder {
    explicit Folder(DeclaredFolder folder) : declared(std::move(folder)), writer(declared) {}

    const DeclaredFolder declared;
    FolderWriter writer;  // on the thread alone
    async::WorkerPool thread{
        {.name = "rule-files", .threads = 1, .queue_max = appends_waiting_max}};
};

FileTargets::FileTargets(async::EventLoop& loop, DeclaredFolders folders) : tickets_(loop) {
    for (auto& [name, declared] : folders) {
        folders_.emplace(name, std::make_unique<Folder>(std::move(declared)));
    }
}

FileTargets::~FileTargets() = default;

Result<void> FileTargets::may_use(const AccountId& account, std::string_view target) const {
    const auto found = folders_.find(target);
    if (found != folders_.end() && found->second->declared.accounts.contains(account)) return {};
    return fail(ErrorKind::NotFound,
                fmt::format("names no folder that the operator declared for this account: '{}' is "
                            "not among files of rules.targets-file",
                            target));
}

Result<void> FileTargets::check(std::string_view target) const {
    const auto found = folders_.find(target);
    assert(found != folders_.end() && "nobody may use it");
    return FolderWriter::check(found->second->declared);
}

async::Task<std::vector<Result<void>>> FileTargets::append(std::string target,
                                                           std::vector<FileLine> lines,
                                                           OnDisk on_disk, Deadline deadline) {
    const auto found = folders_.find(target);
    assert(found != folders_.end() && "nobody may use it");
    Folder& folder = *found->second;
    const std::size_t count = lines.size();
    const auto ticket = tickets_.make();
    const bool is_taken =
        folder.thread.post([&folder, ticket, lines = std::move(lines), on_disk]() mutable {
            if (!ticket->is_given_up()) ticket->answer(folder.writer.append(lines, on_disk));
        });
    if (!is_taken) {
        co_return std::vector<Result<void>>(
            count,
            fail(ErrorKind::Throttled, "The disk is behind with what it was given already."));
    }
    auto outcomes = co_await tickets_.wait(ticket, deadline);
    if (outcomes) co_return std::move(*outcomes);
    if (outcomes.error().kind == ErrorKind::Timeout) {
        outcomes.error().message = "The disk did not take it in time.";
    }
    co_return std::vector<Result<void>>(count, fail(std::move(outcomes.error())));
}

}  // namespace gatehouse::rules
