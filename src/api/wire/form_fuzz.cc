// Anything may come as a form: it becomes an object or is refused, and what is decoded or refused
// is answered in XML whose text holds no markup of the sender's.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/shapes/iam/create_role.h"
#include "api/shapes/iam/create_user.h"
#include "api/shapes/iam/list_users.h"
#include "api/shapes/sts/assume_role.h"
#include "api/wire/form.h"
#include "api/wire/xml_writer.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::api;

template <class Shape>
void decode(const wire::RequestParts& parts) {
    const auto request = Shape::decode(parts);
    if (request) return;
    const auto answer = wire::query_error({"ValidationError"}, request.error().error.message);
    const auto begin = answer.body.find("<Message>") + 9;
    const auto end = answer.body.find("</Message>");
    const std::string_view text = std::string_view(answer.body).substr(begin, end - begin);
    if (text.find('<') != text.npos) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    const wire::Fields fields = wire::form_fields(body);
    const auto tree = wire::form_tree(fields);
    if (tree && !tree->is_object()) std::abort();
    const wire::RequestParts parts{.labels = {}, .query = fields, .headers = {}, .body = body};
    decode<iam::CreateRoleShape>(parts);
    decode<iam::CreateUserShape>(parts);
    decode<iam::ListUsersShape>(parts);
    decode<sts::AssumeRoleShape>(parts);
    return 0;
}
