#include "api/data/data_service.h"

#include "api/data/delete_connection.h"
#include "api/data/errors.h"
#include "api/data/get_connection.h"
#include "api/data/get_retained_message.h"
#include "api/data/list_retained_messages.h"
#include "api/data/list_subscriptions.h"
#include "api/data/permissions.h"
#include "api/data/publish.h"
#include "api/data/send_direct_message.h"
#include "api/shapes/data/model.h"

namespace gatehouse::api {
namespace {

// More than a payload may have, so that the sentence about it is the data plane's own.
constexpr std::size_t data_body_bytes_max = 1024 * 1024;

}  // namespace

Service make_data_service(const DataParts& parts) {
    Service service(data::model(), data::error_table(), data_body_bytes_max);
    service.needs(&data::permission_of);
    service.handle(data::Publish{parts.publisher});
    service.handle(data::GetRetainedMessage{parts.retained});
    service.handle(data::ListRetainedMessages{parts.retained});
    service.handle(data::DeleteConnection{parts.connections});
    service.handle(data::GetConnection{parts.connections});
    service.handle(data::ListSubscriptions{parts.connections});
    service.handle(data::SendDirectMessage{parts.connections});
    return service;
}

}  // namespace gatehouse::api
