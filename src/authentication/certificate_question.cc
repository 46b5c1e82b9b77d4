#include "authentication/certificate_question.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"
#include "certificates/certificate.h"
#include "certificates/issuer.h"

namespace gatehouse::authentication {
namespace {

// What TLS took for a certificate is one.
void add_pem(json::array& chain, BytesView der) {
    chain.emplace_back(certificates::pem_of(der).value_or(""));
}

}  // namespace

std::string make_certificate_event(const Credentials& credentials) {
    const net::PeerFacts& peer = credentials.peer;
    json::array chain;
    add_pem(chain, peer.client_certificate);
    if (peer.client_chain) {
        for (const Bytes& der : *peer.client_chain) add_pem(chain, der);
    }
    const std::string_view server_name = peer.server_name.empty() && credentials.domain
                                             ? credentials.domain->domain_name
                                             : peer.server_name;
    return to_text(json::object{
        {"connectionMetadata", json::object{{"id", credentials.trace_id.view()}}},
        {"principalId", certificates::certificate_id_of(peer.client_certificate).view()},
        {"serverName", server_name},
        {"clientCertificateChain", std::move(chain)}});
}

Result<bool> read_certificate_answer(std::string_view payload) {
    const auto value =
        parse_json(payload, "the function's answer", {.depth_max = passing_depth_max});
    if (!value) return fail(ErrorKind::InvalidInput, value.error().describe());
    if (!value->is_object()) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("it is {}, not an object", kind_name(*value)));
    }
    const json::value* const decision = value->as_object().if_contains("isAuthenticated");
    if (decision == nullptr) return fail(ErrorKind::InvalidInput, "isAuthenticated is missing");
    if (!decision->is_bool()) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("isAuthenticated is {}, and has to be true or false",
                                kind_name(*decision)));
    }
    return decision->as_bool();
}

}  // namespace gatehouse::authentication
