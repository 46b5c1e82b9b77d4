#include "api/data/delete_connection.h"

#include "api/data/question.h"

namespace gatehouse::api::data {

async::Task<wire::Outcome<DeleteConnectionResponse>> DeleteConnection::handle(
    const Caller& caller, DeleteConnectionRequest request) const {
    const bool ends_session = request.clean_session.value_or(false);
    const bool discards_will = request.prevent_will_message.value_or(false);
    auto ended = co_await connections.end(
        question_of(caller, std::move(request.client_id)),
        ends_session ? Connections::SessionFate::Ended : Connections::SessionFate::Kept,
        discards_will ? Connections::WillFate::Discarded : Connections::WillFate::Published);
    if (!ended) co_return std::unexpected(wire::Failure(std::move(ended.error())));
    co_return DeleteConnectionResponse();
}

}  // namespace gatehouse::api::data
