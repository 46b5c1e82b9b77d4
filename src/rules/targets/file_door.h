// Appending to files in folders that the operator declared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse::rules {

struct FileLine {
    std::string path;  // within the folder, as is_file_path() has it
    std::string text;  // without its end
};

// Whether lines are on disk before they count as written, so that they outlive a power failure.
enum class OnDisk : bool { Soon, First };

// Threads: may_use() and check() any; append() on the loop of actions.
class FileDoor {
public:
    virtual ~FileDoor() = default;

    // NotFound: no such folder is declared for the account.
    virtual Result<void> may_use(const AccountId& account, std::string_view target) const = 0;
    // Whether there is one just now that this server may write into. Requires: may_use().
    virtual Result<void> check(std::string_view target) const = 0;
    // Appends the lines, each whole, in their order; an outcome for each. Requires: may_use(), and
    // paths that can be. Unavailable: the disk does not take it, or the folder is not there.
    // Timeout. Throttled: too much waits already. NotAllowed: the path leads over a symbolic link,
    // or is no file of this server's. LimitExceeded: there are too many paths.
    virtual async::Task<std::vector<Result<void>>> append(std::string target,
                                                          std::vector<FileLine> lines,
                                                          OnDisk on_disk, Deadline deadline) = 0;
};

}  // namespace gatehouse::rules
