// The folders that file actions write into. Each has a thread of its own, the only one that writes
// there, so that a disk that hangs holds up nobody else.
//
// Threads: its loop; may_use() and check() any.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "async/event_loop.h"
#include "base/pinned.h"
#include "rules/targets/declared_folder.h"
#include "rules/targets/file_door.h"
#include "rules/targets/tickets.h"

namespace gatehouse::rules {

class FileTargets final : public FileDoor, Pinned {
public:
    // The loop outlives it.
    FileTargets(async::EventLoop& loop, DeclaredFolders folders);
    // Waits for what the disk is doing.
    ~FileTargets() override;

    Result<void> may_use(const AccountId& account, std::string_view target) const override;
    Result<void> check(std::string_view target) const override;
    async::Task<std::vector<Result<void>>> append(std::string target, std::vector<FileLine> lines,
                                                  OnDisk on_disk, Deadline deadline) override;
    // What is under way fails with Cancelled, and whatever is appended later.
    void close() { tickets_.close(); }

private:
    struct Folder;

    std::map<std::string, std::unique_ptr<Folder>, std::less<>> folders_;
    Tickets<std::vector<Result<void>>> tickets_;
};

}  // namespace gatehouse::rules
