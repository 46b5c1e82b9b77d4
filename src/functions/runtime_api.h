// The Runtime API as a pure state machine: which request is legal when, and what is answered.
// One for each instance.
//
//   Starting ──next──▶ Waiting ──give()──▶ Running ──response|error──▶ Answered ──next──▶ Waiting
//       └─init/error─▶ InitFailed
//
// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API", and the states of
// aws-lambda-runtime-interface-emulator, whose error types and texts it answers with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "functions/function.h"
#include "functions/runtime_request.h"

namespace gatehouse::functions {

class RuntimeApi {
public:
    enum class State : std::uint8_t { Starting, InitFailed, Waiting, Running, Answered };

    // What a request meant, beside the answer it gets.
    enum class Event : std::uint8_t {
        None,
        Ready,             // asks for the next event: initialised, or done with the last one
        Response,          // the function's result is in `body`
        Error,             // the function's error body is in `body`, its type in `error_type`
        ResponseTooLarge,  // the result was over the limit and is lost
        InitError,         // the code could not be loaded: `body`, `error_type`
    };
    struct Outcome {
        Event event = Event::None;
        unsigned status = 0;  // 0: no answer yet; the connection waits for give()
        std::string answer;   // JSON text, or plain text for /ping
        std::string body;
        std::string error_type;
        // The runtime had asked for the next event before it answered: after this event it is
        // Ready too.
        bool also_ready = false;
    };

    Outcome handle(RuntimeRequest request);

    // What travels with an event. Empty texts are left out.
    struct Invocation {
        RequestId request_id;
        std::int64_t deadline_ms = 0;  // since 1970
        std::string_view function_arn;
        std::string_view trace_id;
        std::string_view client_context;
        std::string_view payload;
    };
    // Requires: state() == Waiting. The bytes that answer the waiting request.
    std::string give(const Invocation& invocation);
    // The connection whose request for the next event waited is gone.
    void forget_waiting();

    State state() const { return state_; }

private:
    Outcome next();
    Outcome answer_invocation(std::string_view rest, RuntimeRequest request);
    static Outcome outcome_of(std::string_view kind, RuntimeRequest request);
    Outcome init_error(RuntimeRequest request);
    static Outcome extension(const RuntimeRequest& request);

    State state_ = State::Starting;
    bool asked_early_ = false;  // for the next event, while Running
    RequestId current_;
};

// A whole HTTP response with a body of that type.
std::string http_answer(unsigned status, std::string_view content_type, std::string_view body);

}  // namespace gatehouse::functions
