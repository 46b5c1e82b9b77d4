#include "server/device/publish_flags.h"

#include <utility>

#include "server/device/connect_flags.h"

namespace gatehouse::server::device {

Result<PublishPlan> read_publish_flags(const Arguments& arguments, PublishPlan plan) {
    plan.topic = arguments.value("topic").value_or(std::move(plan.topic));
    if (plan.topic.empty()) {
        return fail(ErrorKind::InvalidInput, "say where to publish: --topic TOPIC");
    }
    auto topic = parse_topic_name(std::move(plan.topic));
    if (!topic) return fail(std::move(topic.error()));
    plan.topic = std::move(*topic);
    if (const auto text = arguments.value("count")) {
        const auto count = parse_count("--count", *text);
        if (!count) return fail(count.error());
        plan.count = *count;
    }
    if (const auto text = arguments.value("interval")) {
        const auto interval = parse_interval("--interval", *text);
        if (!interval) return fail(interval.error());
        plan.interval = *interval;
    }
    if (const auto text = arguments.value("qos")) {
        const auto qos = parse_qos(*text);
        if (!qos) return fail(qos.error());
        plan.qos = *qos;
    }
    return plan;
}

}  // namespace gatehouse::server::device
