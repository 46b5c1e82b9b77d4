#include "api/data/data_service.h"

#include "api/data/errors.h"
#include "api/data/publish.h"
#include "api/shapes/data/model.h"

namespace gatehouse::api {
namespace {

// More than a payload may have, so that the sentence about it is the data plane's own.
constexpr std::size_t body_bytes_max = 1024 * 1024;

}  // namespace

Service make_data_service(const DataParts& parts) {
    Service service(data::model(), data::error_table(), body_bytes_max);
    service.handle(data::Publish{parts.publisher});
    return service;
}

}  // namespace gatehouse::api
