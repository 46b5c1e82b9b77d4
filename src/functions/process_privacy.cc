#include "functions/process_privacy.h"

#include <sys/prctl.h>

namespace gatehouse::functions {

Result<void> forbid_tracing() {
    if (prctl(PR_SET_DUMPABLE, 0) != 0) {
        return fail(ErrorKind::Unavailable, "the process cannot be made undumpable");
    }
    return {};
}

}  // namespace gatehouse::functions
