// TransferCertificate and how it ends. The caller is one account; the others act on the store.
#include "api/iot/iot_fixture.h"
#include "registry/certificate_records.h"

namespace gatehouse::api {
namespace {

class TransferOperations : public IotFixture {
protected:
    static constexpr const char* other = "210987654321";

    std::string make(const std::string& query = "") {
        return text(
            parsed(call("iot", "POST", "/keys-and-certificate" + query)).at("certificateId"));
    }
    json::value describe(const std::string& id) {
        return parsed(call("iot", "GET", "/certificates/" + id)).at("certificateDescription");
    }
    net::HttpResponse transfer(const std::string& id, const std::string& to = other) {
        return call("iot", "PATCH", "/transfer-certificate/" + id + "?targetAwsAccount=" + to,
                    R"({"transferMessage":"yours now"})");
    }
    net::HttpResponse end(const std::string& how, const std::string& id,
                          const std::string& body = "{}") {
        return call("iot", "PATCH", "/" + how + "-certificate-transfer/" + id, body);
    }
    std::size_t outgoing() {
        return parsed(call("iot", "GET", "/certificates-out-going"))
            .at("outgoingCertificates")
            .as_array()
            .size();
    }
    // One that the other account sent to the caller's.
    std::string receive() {
        const std::string id = make();
        const auto theirs = records.describe(us, registry::CertificateId(id)).value();
        records.remove(us, theirs.id, registry::Deletion::Careful).value();
        records.add(them, {.pem = theirs.pem}).value();
        sender.start(them, theirs.id, us.account, "for you").value();
        return id;
    }
    registry::CertificateStatus status_there(const std::string& id) {
        return records.describe(them, registry::CertificateId(id)).value().status;
    }

    const Tenant us{AccountId("123456789012"), Region("us-east-1")};
    const Tenant them{AccountId(other), Region("us-east-1")};
    registry::CertificateRecords::Parts record_parts{clock, random};
    registry::CertificateRecords records{memory, record_parts};
    registry::CertificateTransferRecords::Parts sender_parts{clock};
    registry::CertificateTransferRecords sender{memory, sender_parts};
};

TEST_F(TransferOperations, WhatMayLeave) {
    const std::string id = make("?setAsActive=true");
    expect_refused(transfer(id), 406, "CertificateStateException");
    EXPECT_EQ(call("iot", "PUT", "/certificates/" + id + "?newStatus=INACTIVE").status, 200u);
    expect_refused(transfer(id, "123456789012"), 400, "InvalidRequestException");
    parsed(call("iot", "POST", "/policies/Lamp",
                R"({"policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":)"
                R"(\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"}]}"})"));
    const std::string target = R"({"target":")" + text(describe(id).at("certificateArn")) + R"("})";
    parsed(call("iot", "PUT", "/target-policies/Lamp", target));
    expect_refused(transfer(id), 409, "TransferConflictException");
    parsed(call("iot", "POST", "/target-policies/Lamp", target));
    EXPECT_EQ(parsed(transfer(id)).at("transferredCertificateArn"),
              describe(id).at("certificateArn"));
    expect_refused(transfer(id), 406, "CertificateStateException");
    expect_refused(transfer(std::string(64, 'a')), 404, "ResourceNotFoundException");
}

TEST_F(TransferOperations, CancelledByWhoSentIt) {
    const std::string id = make();
    parsed(transfer(id));
    EXPECT_EQ(describe(id).at("status"), "PENDING_TRANSFER");
    EXPECT_EQ(describe(id).at("transferData").at("transferMessage"), "yours now");
    EXPECT_EQ(outgoing(), 1u);
    EXPECT_EQ(status_there(id), registry::CertificateStatus::PendingTransfer);
    expect_refused(call("iot", "PUT", "/certificates/" + id + "?newStatus=ACTIVE"), 406,
                   "CertificateStateException");
    expect_refused(call("iot", "DELETE", "/certificates/" + id), 406, "CertificateStateException");
    expect_refused(end("accept", id), 410, "TransferAlreadyCompletedException");
    parsed(end("cancel", id));
    EXPECT_EQ(describe(id).at("status"), "INACTIVE");
    EXPECT_EQ(outgoing(), 0u);
    EXPECT_FALSE(records.describe(them, registry::CertificateId(id)));
    expect_refused(end("cancel", id), 410, "TransferAlreadyCompletedException");
}

TEST_F(TransferOperations, AcceptedByWhoGetsIt) {
    const std::string id = receive();
    EXPECT_EQ(describe(id).at("ownedBy"), other) << "until it is accepted";
    EXPECT_EQ(outgoing(), 0u) << "it comes in";
    parsed(call("iot", "PATCH", "/accept-certificate-transfer/" + id + "?setAsActive=true"));
    const auto ours = describe(id);
    EXPECT_EQ(ours.at("status"), "ACTIVE");
    EXPECT_EQ(ours.at("ownedBy"), "123456789012");
    EXPECT_EQ(ours.at("previousOwnedBy"), other);
    EXPECT_TRUE(ours.at("transferData").as_object().contains("acceptDate"));
    EXPECT_FALSE(records.describe(them, registry::CertificateId(id)));
    const auto late = sender.cancel(them, registry::CertificateId(id));
    EXPECT_EQ(late.error().refusal, registry::Refusal::TransferAlreadyCompleted);
    expect_refused(end("reject", id), 410, "TransferAlreadyCompletedException");
}

TEST_F(TransferOperations, RejectedByWhoWouldGetIt) {
    const std::string id = receive();
    parsed(call("iot", "POST", "/things/lamp"));
    parsed(call("iot", "PUT", "/things/lamp/principals", "",
                {{"x-amzn-principal", text(describe(id).at("certificateArn"))}}));
    parsed(end("reject", id, R"({"rejectReason":"not ours"})"));
    expect_refused(call("iot", "GET", "/certificates/" + id), 404, "ResourceNotFoundException");
    EXPECT_EQ(call("iot", "DELETE", "/things/lamp").status, 200u) << "nothing is attached to it";
    const auto back = records.describe(them, registry::CertificateId(id)).value();
    EXPECT_EQ(back.status, registry::CertificateStatus::Inactive);
    EXPECT_EQ(back.transfer->reject_reason, "not ours");
    EXPECT_TRUE(back.transfer->rejected);
}

}  // namespace
}  // namespace gatehouse::api
