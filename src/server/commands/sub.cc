#include <utility>

#include "server/commands/table.h"
#include "server/device/run_errand.h"
#include "server/device/subscriber.h"

namespace gatehouse::server {
namespace {

std::vector<Flag> sub_flags() {
    using namespace device;
    std::vector<Flag> flags = connect_flags();
    flags.insert(flags.end(),
                 {{"topic", "FILTER", "What to subscribe to, with + and #; repeatable."},
                  {"count", "N", "Stop after N messages."},
                  {"qos", "0|1|2", "The highest quality of service; by default 1."},
                  {"payload-only", "", "Print messages without their topics."},
                  {"verbose", "", "Print QoS and retained flag, and tell each step."}});
    return flags;
}

Result<device::SubscribePlan> read_subscribe_plan(const Arguments& arguments) {
    using namespace device;
    SubscribePlan plan;
    for (std::string& text : arguments.values("topic")) {
        auto filter = parse_topic_filter(std::move(text));
        if (!filter) return fail(std::move(filter.error()));
        plan.filters.push_back(std::move(*filter));
    }
    if (plan.filters.empty()) {
        return fail(ErrorKind::InvalidInput, "say what to subscribe to: --topic FILTER");
    }
    if (const auto text = arguments.value("count")) {
        const auto count = parse_count("--count", *text);
        if (!count) return fail(count.error());
        plan.count = *count;
    }
    const auto qos = parse_qos(arguments.value("qos").value_or("1"));
    if (!qos) return fail(qos.error());
    plan.qos = *qos;
    plan.payload_only = arguments.has("payload-only");
    plan.verbose = arguments.has("verbose");
    return plan;
}

}  // namespace

Exit run_sub(const Invocation& invocation) {
    using namespace device;
    const auto flags = sub_flags();
    const Usage usage{
        .about =
            "Subscribes, and prints each message as a line: its topic and what it says.\n"
            "Exit status: 0 done, 1 failed, 2 wrong use, 3 refused, 4 unreachable.",
        .flags = flags};
    const auto arguments = read_arguments(invocation, usage);
    if (!arguments) return arguments.error();
    auto plan = read_subscribe_plan(*arguments);
    if (!plan) return report(invocation, plan.error(), Exit::WrongUse);
    SystemRandom random;
    const auto wish =
        read_connect_flags(*arguments, invocation.environment,
                           {.client_id = random_client_id("sub", random), .attempts_max = 10});
    if (!wish) return report(invocation, wish.error(), exit_of(wish.error()));
    const Narration narration{invocation.err, arguments->has("verbose")};
    return run_errand(invocation, *wish, narration, [&](const ErrandParts& parts) {
        return std::make_unique<Subscriber>(std::move(*plan), parts.wish.plan,
                                            parts.wish.named_authorizer, invocation.out, narration);
    });
}

}  // namespace gatehouse::server
