// Arbitrary bytes on a Runtime API connection: the reader and the state machine keep their
// promises whatever a runtime sends, and however it is cut.
#include <cstdlib>

#include "functions/runtime_api.h"

namespace gatehouse::functions {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check(RuntimeApi& api, const RuntimeApi::Outcome& outcome, bool was_running) {
    using Event = RuntimeApi::Event;
    const bool is_answer = outcome.event == Event::Response || outcome.event == Event::Error ||
                           outcome.event == Event::ResponseTooLarge;
    require(!is_answer || was_running);
    require(outcome.status != 0 || outcome.event == Event::Ready ||
            api.state() == RuntimeApi::State::Running);
    if (api.state() == RuntimeApi::State::Waiting) {
        // The event's id is easy to guess, so that answers are reached.
        api.give({.request_id = RequestId("1"), .deadline_ms = 1, .payload = "{}"});
    }
}

}  // namespace
}  // namespace gatehouse::functions

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::functions;
    if (size == 0) return 0;
    const std::size_t piece = data[0] + std::size_t{1};
    std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    RuntimeRequestReader reader({.head_bytes_max = 512, .body_bytes_max = 256});
    RuntimeApi api;
    while (!bytes.empty()) {
        std::string_view part = bytes.substr(0, piece);
        bytes.remove_prefix(part.size());
        while (!part.empty()) {
            const auto status = reader.feed(part);
            if (status == RuntimeRequestReader::Status::Malformed) {
                require(!reader.problem().empty());
                return 0;
            }
            if (status == RuntimeRequestReader::Status::NeedMore) {
                require(part.empty());
                break;
            }
            RuntimeRequest request = reader.take();
            require(request.body.size() <= 256);
            const bool was_running = api.state() == RuntimeApi::State::Running;
            check(api, api.handle(std::move(request)), was_running);
        }
    }
    return 0;
}
