#include "net/client_certificate.h"

#include <gtest/gtest.h>

#include "net/test_identity.h"

namespace gatehouse::net {
namespace {

// That a server is shown it, tests/clients/rule_mqtt_test.py proves with another program's.
TEST(ClientCertificate, BelongsToItsKey) {
    const TestIdentity one = make_identity();
    const TestIdentity other = make_identity();
    const auto trust = [&] { return TlsTrust::of(one.certificate).value(); };
    EXPECT_TRUE(with_client_certificate(trust(), one.certificate, one.key));
    EXPECT_TRUE(with_client_certificate(trust(), one.certificate + other.certificate, one.key));
    const auto mixed = with_client_certificate(trust(), one.certificate, other.key);
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().kind, ErrorKind::InvalidInput);
    EXPECT_EQ(mixed.error().message, "the private key is not that of the certificate");
    EXPECT_FALSE(with_client_certificate(trust(), "nothing", one.key));
    EXPECT_FALSE(with_client_certificate(trust(), one.certificate, "nothing"));
}

}  // namespace
}  // namespace gatehouse::net
