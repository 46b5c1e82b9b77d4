// The API's data plane on top of the devices' gateway: messages, those that are retained, and
// connections.
#pragma once

#include "api/data/connections.h"
#include "api/data/message_publisher.h"
#include "api/data/retained_messages.h"
#include "gateway/gateway.h"

namespace gatehouse::server {

// Threads: any loop; it publishes on the gateway's first, which is the API's.
class DataPlane final : public api::data::MessagePublisher {
public:
    // The gateway must outlive it.
    explicit DataPlane(gateway::Gateway& gateway) : gateway_(gateway) {}

    async::Task<Result<void>> publish(api::data::Asker asker, api::data::Message message,
                                      Deadline deadline) override;

private:
    gateway::Gateway& gateway_;
};

// Threads: any.
class RetainedPlane final : public api::data::RetainedMessages {
public:
    // The gateway must outlive it.
    explicit RetainedPlane(gateway::Gateway& gateway) : gateway_(gateway) {}

    Result<api::data::RetainedMessage> find(const api::data::Asker& asker,
                                            const std::string& topic) const override;
    std::vector<Summary> list(const api::data::Asker& asker, const std::string& after,
                              std::size_t limit) const override;

private:
    gateway::Gateway& gateway_;
};

// Threads: any loop; it asks on that of the client's session.
class ConnectionPlane final : public api::data::Connections {
public:
    // The gateway must outlive it.
    explicit ConnectionPlane(gateway::Gateway& gateway) : gateway_(gateway) {}

    async::Task<Result<void>> end(api::data::ConnectionQuestion question, SessionFate session,
                                  WillFate will) override;
    async::Task<Result<api::data::ConnectionState>> find(
        api::data::ConnectionQuestion question) override;
    async::Task<Result<std::vector<api::data::SubscriptionOfSession>>> subscriptions(
        api::data::ConnectionQuestion question) override;
    async::Task<Result<void>> send(api::data::ConnectionQuestion question,
                                   api::data::Message message,
                                   std::optional<std::chrono::seconds> confirmed_within) override;

private:
    // The loop on which the client's session lives.
    gateway::LoopGateway& home_of(const api::data::ConnectionQuestion& question);
    // Runs on that loop, and writes the call into the log.
    template <class T>
    async::Task<Result<T>> ask(logs::EventType type, api::data::ConnectionQuestion question,
                               std::move_only_function<async::Task<Result<T>>(
                                   gateway::LoopGateway&, const api::data::ConnectionQuestion&)>
                                   work);

    gateway::Gateway& gateway_;
};

}  // namespace gatehouse::server
