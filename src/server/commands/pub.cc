#include <chrono>
#include <utility>

#include "base/durable_file.h"
#include "server/commands/table.h"
#include "server/device/publish_flags.h"
#include "server/device/publisher.h"
#include "server/device/run_errand.h"

namespace gatehouse::server {
namespace {

// The largest packet of MQTT; the server's own bound is lower and says so itself.
constexpr std::size_t payload_bytes_max = 268'435'455;

std::vector<Flag> pub_flags() {
    using namespace device;
    std::vector<Flag> flags = connect_flags();
    flags.insert(flags.end(), {{"topic", "TOPIC", "Where to publish."},
                               {"message", "TEXT", "What to publish, as it is."},
                               {"file", "FILE", "Publish the content of a file; - is stdin."},
                               {"count", "N", "How often; by default once."},
                               {"interval", "TIME", "The time between messages; by default 1s."},
                               {"qos", "0|1|2", "The quality of service; by default 1."},
                               {"retain", "", "Have the server keep it for later subscribers."},
                               {"verbose", "", "Tell each step."}});
    return flags;
}

Result<std::string> read_payload(const Arguments& arguments) {
    using namespace device;
    const auto message = arguments.value("message");
    const auto file = arguments.value("file");
    if (message.has_value() == file.has_value()) {
        return fail(ErrorKind::InvalidInput, "say what to publish: --message TEXT or --file FILE");
    }
    if (message) return *message;
    return read_file(*file == "-" ? "/dev/stdin" : *file, payload_bytes_max);
}

Result<device::PublishPlan> read_publish_plan(const Arguments& arguments) {
    using namespace device;
    auto plan = read_publish_flags(arguments, {.count = 1, .interval = std::chrono::seconds(1)});
    if (!plan) return plan;
    auto payload = read_payload(arguments);
    if (!payload) return fail(std::move(payload.error()));
    plan->payload = std::move(*payload);
    plan->retain = arguments.has("retain") ? Retain::Yes : Retain::No;
    return plan;
}

}  // namespace

Exit run_pub(const Invocation& invocation) {
    using namespace device;
    const auto flags = pub_flags();
    const Usage usage{.about =
                          "Publishes a message and waits until it arrived.\n"
                          "Exit status: 0 done, 1 failed, 2 wrong use, 3 refused, 4 unreachable.",
                      .flags = flags};
    const auto arguments = read_arguments(invocation, usage);
    if (!arguments) return arguments.error();
    auto plan = read_publish_plan(*arguments);
    if (!plan) return report(invocation, plan.error(), exit_of(plan.error()));
    SystemRandom random;
    const auto wish =
        read_connect_flags(*arguments, invocation.environment,
                           {.client_id = random_client_id("pub", random), .attempts_max = 1});
    if (!wish) return report(invocation, wish.error(), exit_of(wish.error()));
    const Narration narration{invocation.err, arguments->has("verbose")};
    return run_errand(invocation, *wish, narration, [&](const ErrandParts& parts) {
        return std::make_unique<Publisher>(std::move(*plan), parts.wish.plan,
                                           parts.wish.named_authorizer, parts.clock, narration);
    });
}

}  // namespace gatehouse::server
