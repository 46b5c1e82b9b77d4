#include "api/wire/failure.h"

namespace gatehouse::api::wire {

std::unexpected<Failure> fail_as(const ErrorShape& shape, std::string message,
                                 std::vector<std::pair<std::string, std::string>> members) {
    // The kind is of no consequence where a shape is named; the status tells whose fault it is.
    Failure failure(Error{shape.status >= 500 ? ErrorKind::Internal : ErrorKind::InvalidInput,
                          std::move(message),
                          {}});
    failure.shape = &shape;
    failure.members = std::move(members);
    return std::unexpected(std::move(failure));
}

}  // namespace gatehouse::api::wire
