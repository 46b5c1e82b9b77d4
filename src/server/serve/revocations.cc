#include "server/serve/revocations.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/deadline.h"

namespace gatehouse::server {
namespace {

constexpr std::chrono::seconds reading_wait_max{10};

}  // namespace

Revocations::Revocations(Parts parts)
    : parts_(std::move(parts)),
      lists_(std::make_shared<const certificates::RevocationLists>()),
      tasks_(parts_.loop, "revocation lists") {}

Result<void> Revocations::load() {
    if (parts_.path.empty()) return {};
    auto lists = certificates::RevocationLists::read(parts_.path);
    if (!lists) return fail(std::move(lists.error()));
    take(std::move(*lists));
    return {};
}

void Revocations::refresh() {
    if (parts_.path.empty()) return;
    if (is_reading_) {
        is_due_again_ = true;
        return;
    }
    is_reading_ = true;
    tasks_.start(read_again());
}

async::Task<void> Revocations::read_again() {
    do {
        is_due_again_ = false;
        auto lists = co_await parts_.workers.run(parts_.loop, [path = parts_.path] {
            return certificates::RevocationLists::read(path);
        });
        if (lists) {
            take(std::move(*lists));
        } else {
            parts_.tell(logs::Status::Failure, "REVOCATION_LISTS_NOT_READ",
                        "the revocation lists stay as they were: " + lists.error().describe());
        }
        for (const std::string& sentence : lists_->outdated(parts_.clock.wall_now())) {
            parts_.tell(logs::Status::Failure, "REVOCATION_LIST_OUTDATED", sentence);
        }
    } while (is_due_again_);
    is_reading_ = false;
}

void Revocations::take(certificates::RevocationListsPtr lists) {
    if (lists->is_same_as(*lists_)) return;
    lists_ = lists;
    parts_.devices.take_revocations(std::move(lists));
    parts_.tell(logs::Status::Success, "REVOCATION_LISTS",
                fmt::format("{} revocation lists are in force", lists_->size()));
}

async::Task<void> Revocations::stop() {
    co_await tasks_.join(Deadline::after(parts_.clock, reading_wait_max));
}

}  // namespace gatehouse::server
