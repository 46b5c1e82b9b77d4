#include "registry/registered_certificate_record.h"

#include "base/json.h"
#include "registry/creation_order.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr const char* transfer_member = "transfer";
constexpr const char* previous_owner_member = "previousOwner";

json::object to_object(const Transfer& transfer) {
    json::object body{
        {"from", transfer.from.value()},
        {"to", transfer.to.value()},
        {"message", transfer.message},
        {"started", milliseconds_of(transfer.started)},
        {"rejectReason", transfer.reject_reason},
    };
    if (transfer.accepted) body["accepted"] = milliseconds_of(*transfer.accepted);
    if (transfer.rejected) body["rejected"] = milliseconds_of(*transfer.rejected);
    return body;
}

// Of a record that was never transferred there is nothing.
std::optional<Transfer> read_transfer(RecordReader& record, const json::object& body) {
    const auto* value = body.if_contains(transfer_member);
    if (value == nullptr) return std::nullopt;
    record.note(value->is_object());
    if (!value->is_object()) return std::nullopt;
    const json::object& object = value->get_object();
    RecordReader reader(object);
    const auto time = [&](const char* name) {
        return object.contains(name) ? std::optional(reader.time(name)) : std::nullopt;
    };
    Transfer transfer{.from = AccountId(reader.text("from")),
                      .to = AccountId(reader.text("to")),
                      .message = reader.text("message"),
                      .started = reader.time("started"),
                      .accepted = time("accepted"),
                      .rejected = time("rejected"),
                      .reject_reason = reader.text("rejectReason")};
    record.note(reader.is_whole());
    return transfer;
}

}  // namespace

storage::RecordKey key_of(const Tenant& tenant, const CertificateId& id) {
    return {tenant, certificate_kind, id.value()};
}

std::vector<storage::Link> listing_links(const RegisteredCertificate& certificate) {
    const auto key = key_of(certificate.tenant, certificate.id);
    std::vector<storage::Link> links{creation_link(key, certificate.created)};
    if (!certificate.authority.empty()) {
        links.push_back(creation_link(key, certificate.created, certificate.authority.view()));
    }
    if (certificate.is_outgoing()) {
        links.push_back(creation_link(key, certificate.created, outgoing_certificates));
    }
    return links;
}

std::string encode(const RegisteredCertificate& certificate) {
    json::object body{
        {"status", name_of_choice(certificate.status)},
        {"mode", name_of_choice(certificate.mode)},
        {"pem", certificate.pem},
        {"authority", certificate.authority.value()},
        {"generationId", certificate.generation_id},
        {"customerVersion", certificate.customer_version},
        {"notBefore", milliseconds_of(certificate.not_before)},
        {"notAfter", milliseconds_of(certificate.not_after)},
        {"created", milliseconds_of(certificate.created)},
    };
    if (certificate.transfer) body[transfer_member] = to_object(*certificate.transfer);
    if (!certificate.previous_owner.empty()) {
        body[previous_owner_member] = certificate.previous_owner.value();
    }
    return to_text(body);
}

Result<RegisteredCertificate> decode_certificate(const storage::Record& record) {
    const auto body = body_of(record, certificate_words.what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    const auto status = parse_choice<CertificateStatus>(reader.text("status"));
    const auto mode = parse_choice<CertificateMode>(reader.text("mode"));
    RegisteredCertificate certificate{.tenant = record.key.tenant,
                                      .id = CertificateId(record.key.name),
                                      .status = status.value_or(CertificateStatus::Inactive),
                                      .mode = mode.value_or(CertificateMode::Default),
                                      .pem = reader.text("pem"),
                                      .authority = CertificateId(reader.text("authority")),
                                      .generation_id = reader.text("generationId"),
                                      .customer_version = reader.number("customerVersion"),
                                      .not_before = reader.time("notBefore"),
                                      .not_after = reader.time("notAfter"),
                                      .created = reader.time("created"),
                                      .modified = record.modified,
                                      .transfer = read_transfer(reader, *body)};
    if (body->contains(previous_owner_member)) {
        certificate.previous_owner = AccountId(reader.text(previous_owner_member));
    }
    if (!status || !mode || !reader.is_whole()) return unreadable(record, certificate_words.what);
    return certificate;
}

}  // namespace gatehouse::registry
