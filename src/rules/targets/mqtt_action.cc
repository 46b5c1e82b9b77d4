#include "rules/targets/mqtt_action.h"

#include <utility>
#include <vector>

#include "async/task_group.h"
#include "mqtt/topic.h"
#include "rules/targets/mqtt_door.h"

namespace gatehouse::rules {
namespace {

// So that an acknowledgement is not waited for by each message.
constexpr BatchTerms mqtt_batch{.jobs_max = 64, .bytes_max = 1024UL * 1024};

struct MqttMembers {
    std::string target;
    Text topic;
    mqtt::Qos qos = mqtt::Qos::AtLeastOnce;
    bool retain = false;
};

class MqttAction final : public Action {
public:
    MqttAction(MqttMembers members, MqttDoor* brokers)
        : members_(std::move(members)), brokers_(brokers) {}

    std::string_view name() const override { return "MqttAction"; }
    std::string resource(const Job& job) const override {
        return std::string(job.text(members_.topic));
    }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job& job) const override {
        return {{"Target", members_.target}, {"MqttTopic", resource(job)}};
    }

    async::Task<Result<Done>> perform(const Job& job, Deadline deadline) const override {
        MqttMessage message{.topic = resource(job),
                            .payload = *job.payload,
                            .qos = members_.qos,
                            .retain = members_.retain};
        if (mqtt::check_topic_name(message.topic) != mqtt::TopicProblem::None) {
            co_return fail(ErrorKind::InvalidInput, "topic comes to what is no topic");
        }
        auto published = co_await brokers_->publish(members_.target, std::move(message), deadline);
        if (!published) co_return fail(std::move(published.error()));
        co_return Done{};
    }

    BatchTerms batch_terms() const override { return mqtt_batch; }
    async::Task<std::vector<Result<Done>>> perform_all(std::span<const Job* const> jobs,
                                                       Deadline deadline) const override {
        std::vector<Result<Done>> outcomes(jobs.size());
        async::TaskGroup publishing(*async::EventLoop::current(), "publishes of a batch");
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            publishing.start(perform_into(*jobs[i], deadline, outcomes[i]));
        }
        co_await publishing.join(Deadline::never());
        co_return outcomes;
    }

private:
    async::Task<void> perform_into(const Job& job, Deadline deadline, Result<Done>& outcome) const {
        outcome = co_await perform(job, deadline);
    }

    const MqttMembers members_;
    MqttDoor* const brokers_;
};

}  // namespace

Result<ActionPtr> make_mqtt_action(Parameters& parameters, const ActionParts& parts) {
    MqttMembers members{.target = parameters.literal("target"), .topic = parameters.text("topic")};
    if (members.topic.is_constant() && !members.topic.constant().empty() &&
        mqtt::check_topic_name(members.topic.constant()) != mqtt::TopicProblem::None) {
        parameters.refuse("topic", "cannot be a topic");
    }
    members.qos = static_cast<mqtt::Qos>(parameters.number("qos", 0, 1, 1));
    members.retain = parameters.truth("retain", false);
    MqttDoor* const brokers = parts.declared.mqtt;
    if (brokers != nullptr && !members.target.empty()) {
        if (auto may = brokers->may_use(parts.tenant.account, members.target); !may) {
            parameters.refuse("target", may.error().message);
        }
    }
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return std::make_shared<MqttAction>(std::move(members), brokers);
}

}  // namespace gatehouse::rules
