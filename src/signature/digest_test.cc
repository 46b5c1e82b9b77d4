#include "signature/digest.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/encoding.h"
#include "signature/scope.h"

namespace gatehouse::signature {
namespace {

// FIPS 180-4 example and RFC 4231 test cases 1, 2 and 6.
TEST(Digest, PublishedVectors) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex(""), empty_payload_hash);
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha256(std::string(20, 0x0b), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(hmac_sha256(std::string(131, static_cast<char>(0xaa)),
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// About the size of a block a key is used in another way.
TEST(Digest, KeysOfEveryLengthAreOpenSslsToo) {
    for (std::size_t length = 0; length <= 130; ++length) {
        const std::string key(length, static_cast<char>('a' + length % 26));
        const std::string message(3 * length, 'm');
        Digest wanted;
        unsigned int bytes = 0;
        ASSERT_NE(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                       reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                       wanted.data(), &bytes),
                  nullptr);
        EXPECT_EQ(hmac_sha256(key, message), wanted) << length;
    }
}

TEST(Scope, DerivesTheSigningKey) {
    const Scope scope{"20150830", Region("us-east-1"), "iam"};
    EXPECT_EQ(scope.text(), "20150830/us-east-1/iam/aws4_request");
    EXPECT_EQ(to_hex(signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", scope)),
              "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

TEST(Credential, ParsesAndWritesTheSameText) {
    const auto text = "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request";
    const auto credential = Credential::parse(text);
    ASSERT_TRUE(credential);
    EXPECT_EQ(credential->access_key_id, AccessKeyId("AKIDEXAMPLE"));
    EXPECT_EQ(credential->text(), text);
}

TEST(Credential, RefusesOtherForms) {
    for (const auto* text :
         {"", "AKID", "AKID/20150830/us-east-1/iam", "AKID/20150830/us-east-1/iam/aws4",
          "AKID/2015083/us-east-1/iam/aws4_request", "/20150830/us-east-1/iam/aws4_request",
          "AKID/20150830//iam/aws4_request", "A/K/20150830/us-east-1/iam/aws4_request"}) {
        EXPECT_FALSE(Credential::parse(text)) << text;
    }
}

}  // namespace
}  // namespace gatehouse::signature
