#include <chrono>
#include <utility>

#include "server/commands/table.h"
#include "server/device/publish_flags.h"
#include "server/device/publisher.h"
#include "server/device/run_errand.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view default_message = R"({"time":"{time}","n":{n}})";

std::vector<Flag> device_flags() {
    using namespace device;
    std::vector<Flag> flags = connect_flags();
    flags.insert(flags.end(), {{"topic", "TOPIC", "Where to publish; by default test/topic."},
                               {"message", "TEMPLATE",
                                "What to publish, with {time}, {n} and {client_id} filled in."},
                               {"interval", "TIME", "The time between messages; by default 2s."},
                               {"count", "N", "Stop after N messages."},
                               {"qos", "0|1|2", "The quality of service; by default 1."}});
    return flags;
}

Result<device::PublishPlan> read_device_plan(const Arguments& arguments) {
    using namespace device;
    auto message =
        MessageTemplate::parse(arguments.value("message").value_or(std::string(default_message)));
    if (!message) return fail(std::move(message.error()));
    return read_publish_flags(arguments, {.topic = "test/topic",
                                          .message = std::move(*message),
                                          .interval = std::chrono::seconds(2)});
}

}  // namespace

Exit run_device(const Invocation& invocation) {
    using namespace device;
    const auto flags = device_flags();
    const Usage usage{
        .about =
            "Behaves like a device: connects with user name and password, publishes a message "
            "every\ninterval, comes back when the connection is lost, and says what to look at "
            "when refused.\nExit status: 0 done, 1 failed, 2 wrong use, 3 refused, 4 unreachable.",
        .flags = flags};
    const auto arguments = read_arguments(invocation, usage);
    if (!arguments) return arguments.error();
    auto plan = read_device_plan(*arguments);
    if (!plan) return report(invocation, plan.error(), Exit::WrongUse);
    const auto wish = read_connect_flags(*arguments, invocation.environment,
                                         {.client_id = "gatehouse-device", .attempts_max = 10});
    if (!wish) return report(invocation, wish.error(), exit_of(wish.error()));
    const Narration narration{invocation.out};
    return run_errand(invocation, *wish, narration, [&](const ErrandParts& parts) {
        return std::make_unique<Publisher>(std::move(*plan), parts.wish.plan,
                                           parts.wish.named_authorizer, parts.clock, narration);
    });
}

}  // namespace gatehouse::server
