// Traces of connection attempts as this service tells them, and what its operations on them share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/caller.h"
#include "api/shapes/gatehouse/types/trace.h"
#include "base/result.h"
#include "logs/trace.h"

namespace gatehouse::api::gatehouse {

Trace shape_of(::gatehouse::logs::ConnectionTrace trace);
std::vector<Trace> shapes_of(std::vector<::gatehouse::logs::ConnectionTrace> traces);

// NotAllowed when secrets are asked for from elsewhere than the server's own machine.
Result<::gatehouse::logs::Secrets> secrets_for(const Caller& caller, std::optional<bool> shown);

// A place in the changes of a TraceStore: "STARTED-REVISION". Revisions begin anew with the
// process, so a cursor of an earlier one means everything since this one began.
class TraceCursor {
public:
    explicit TraceCursor(WallTime server_started) : server_started_(server_started) {}

    std::string text(std::uint64_t revision) const;
    // InvalidInput when it is no cursor.
    Result<std::uint64_t> revision(const std::string& cursor) const;

private:
    WallTime server_started_;
};

}  // namespace gatehouse::api::gatehouse
