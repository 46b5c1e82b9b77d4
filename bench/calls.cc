// Calls of the control plane, as fast as the server answers.
//
//   bench_calls describe|create --port PORT --pid SERVER --key-id ID --secret TEXT
//               [--clients N] [--ms N] [--things N] [--prefix TEXT]
//
// Each client keeps its connection and signs every request. `describe` asks for things
// "PREFIX0" to "PREFIXn" in turn, `create` makes them, from number 0 on.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "arguments.h"
#include "async/event_loop.h"
#include "async/task_group.h"
#include "base/clock.h"
#include "net/http_client.h"
#include "process_usage.h"
#include "signature/signer.h"

namespace gatehouse::bench {
namespace {

constexpr std::string_view usage =
    "usage: bench_calls describe|create --port PORT --pid SERVER --key-id ID --secret TEXT\n"
    "  --clients N --ms N --things N --prefix TEXT\n";
constexpr std::size_t answer_bytes_max = 64 * 1024;
constexpr std::chrono::milliseconds warm_up{300};

struct Calls {
    bool creates = false;
    net::Address address;
    pid_t server = 0;
    signature::SigningKey key;
    std::size_t clients = 32;
    std::chrono::milliseconds duration{2000};
    std::uint64_t things = 1000;
    std::string prefix = "thing-";
};

class Callers {
public:
    Callers(async::EventLoop& loop, const Clock& clock, const Calls& calls)
        : loop_(loop), clock_(clock), calls_(calls) {}

    int run() {
        for (std::size_t i = 0; i < calls_.clients; ++i) callers_.start(call_until_the_end());
        measuring_.start(measure());
        loop_.run();
        const double made = static_cast<double>(made_);
        const double seconds = std::chrono::duration<double>(took_).count();
        fmt::print(
            "{{\"calls\": {}, \"failed\": {}, \"per_second\": {:.1f}, \"cpu_us\": {:.2f}}}\n",
            made_, failed_, made / seconds,
            std::chrono::duration<double, std::micro>(cpu_).count() / made);
        return failed_ == 0 && made_ > 0 ? 0 : 1;
    }

private:
    net::HttpRequest next_request() {
        const std::string path =
            fmt::format("/things/{}{}", calls_.prefix, next_++ % calls_.things);
        net::HttpRequest request{.method = calls_.creates ? "POST" : "GET",
                                 .target = path,
                                 .path = path,
                                 .body = calls_.creates ? "{}" : ""};
        request.headers.add("Host", fmt::format("localhost:{}", calls_.address.port()));
        const signature::RequestView view{request.method, request.path, request.query,
                                          request.headers.fields(), request.body};
        for (auto& [name, value] : signature::sign_headers(view, calls_.key, Region("us-east-1"),
                                                           "iot", clock_.wall_now())) {
            request.headers.add(std::move(name), std::move(value));
        }
        return request;
    }

    async::Task<void> call_until_the_end() {
        const auto deadline =
            Deadline::after(clock_, warm_up + calls_.duration + std::chrono::seconds(30));
        auto stream = co_await net::connect_tcp(loop_, calls_.address, deadline);
        while (stream && !is_over_) {
            const auto answer =
                co_await net::exchange_http(**stream, next_request(), answer_bytes_max, deadline);
            ++answered_;
            if (answer && answer->status == 200) continue;
            ++failed_;
            fmt::print(stderr, "bench_calls: {}\n", answer ? answer->body : answer.error().message);
            break;
        }
        if (!stream) ++failed_;
    }

    async::Task<void> measure() {
        co_await async::sleep_until(loop_, Deadline::after(clock_, warm_up));
        const SteadyTime began = clock_.steady_now();
        const auto cpu = usage_of(calls_.server).cpu;
        const std::uint64_t answered = answered_;
        co_await async::sleep_until(loop_, Deadline::after(clock_, calls_.duration));
        made_ = answered_ - answered;
        cpu_ = usage_of(calls_.server).cpu - cpu;
        took_ = clock_.steady_now() - began;
        is_over_ = true;
        (void)co_await callers_.join(Deadline::never());  // each has a deadline
        loop_.stop();
    }

    async::EventLoop& loop_;
    const Clock& clock_;
    const Calls& calls_;
    async::TaskGroup callers_{loop_, "callers"};
    async::TaskGroup measuring_{loop_, "measuring"};
    std::uint64_t next_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t failed_ = 0;
    bool is_over_ = false;
    std::uint64_t made_ = 0;
    std::chrono::nanoseconds cpu_{};
    std::chrono::nanoseconds took_{};
};

int run(int count, char** words) {
    const std::string_view operation = count > 1 ? words[1] : "";
    Arguments arguments(count, words, usage);
    Calls calls;
    calls.creates = operation == "create";
    if (!calls.creates && operation != "describe") arguments.refuse("no such operation");
    const auto port = static_cast<std::uint16_t>(arguments.number("--port", 0));
    calls.address = *net::Address::parse("127.0.0.1", port);
    calls.server = static_cast<pid_t>(arguments.number("--pid", 0));
    calls.key = {signature::AccessKeyId(arguments.text("--key-id")), arguments.text("--secret"),
                 ""};
    calls.clients = arguments.number("--clients", calls.clients);
    calls.duration = std::chrono::milliseconds(arguments.number("--ms", 2000));
    calls.things = arguments.number("--things", calls.creates ? ~std::uint64_t{0} : calls.things);
    if (std::string prefix = arguments.text("--prefix"); !prefix.empty()) calls.prefix = prefix;
    arguments.refuse_the_rest();
    if (port == 0 || calls.server == 0) arguments.refuse("--port and --pid are needed");
    SystemClock clock;
    async::EventLoop loop(clock, {});
    return Callers(loop, clock, calls).run();
}

}  // namespace
}  // namespace gatehouse::bench

int main(int count, char** words) {
    return gatehouse::bench::run(count, words);
}
