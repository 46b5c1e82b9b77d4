#include "api/data/get_connection.h"

#include "api/data/question.h"

namespace gatehouse::api::data {

async::Task<wire::Outcome<GetConnectionResponse>> GetConnection::handle(
    const Caller& caller, GetConnectionRequest request) const {
    auto found = co_await connections.find(question_of(caller, request.client_id));
    if (!found) co_return std::unexpected(wire::Failure(std::move(found.error())));
    const auto known = [](std::int64_t time) {
        return time == 0 ? std::nullopt : std::optional(time);
    };
    GetConnectionResponse response;
    response.client_id = std::move(request.client_id);
    response.connected = found->is_connected;
    response.clean_session = found->has_clean_session;
    response.keep_alive_duration = static_cast<std::int32_t>(found->keep_alive_seconds);
    response.connected_since = known(found->connected_since);
    response.disconnected_since = known(found->disconnected_since);
    if (!found->disconnect_reason.empty()) {
        response.disconnect_reason = std::move(found->disconnect_reason);
    }
    response.session_expiry = found->session_expiry_seconds;
    if (!request.include_socket_information.value_or(false)) co_return response;
    if (!found->source_ip.empty()) {
        response.source_ip = std::move(found->source_ip);
        response.source_port = found->source_port;
    }
    if (!found->target_ip.empty()) {
        response.target_ip = std::move(found->target_ip);
        response.target_port = found->target_port;
    }
    co_return response;
}

}  // namespace gatehouse::api::data
