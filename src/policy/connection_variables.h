// The variables of one device connection out of the facts about it, each with its value or the
// reason why it has none.
// Sources: AWS IoT Developer Guide, "Basic AWS IoT Core policy variables", "Thing policy
// variables", "X.509 Certificate AWS IoT Core policy variables" (limits and escapes).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/variables.h"

namespace gatehouse::policy {

struct ThingFacts {
    std::string name;
    std::string type;                                             // empty: the thing has none
    std::vector<std::pair<std::string, std::string>> attributes;  // name, value
};

struct CertificateFacts {
    std::string id;  // 64 hexadecimal digits
    std::string serial_number;
    // What follows "iot:Certificate." ("Subject.CommonName", "Issuer.AlternativeName.DNSName") and
    // its values, in the order of the certificate.
    std::vector<std::pair<std::string, std::vector<std::string>>> names;
};

struct ConnectionFacts {
    std::optional<std::string> client_id;  // absent over HTTP
    std::string source_ip;
    std::string domain_name;               // SNI; empty if the client sent none
    std::optional<bool> secure_transport;  // whether over TLS; absent if that is not known
    // The thing that the client id names and that is attached to the principal.
    std::optional<ThingFacts> thing;
    // A clause for people, if there is no thing: "the client id 'x' is not the name of a thing
    // attached to the certificate".
    std::string no_thing_because =
        "the client id is not the name of a thing attached to the principal";
    std::optional<CertificateFacts> certificate;
};

// Values of certificates that are longer than 1024 bytes or hold one of `* $ + ? #` are left out;
// `, " \ + = < > ;` are escaped with a backslash; the first 5 values of a name count, the second
// as NAME.1 and so on, all of them as NAME.List.
Variables connection_variables(const ConnectionFacts& facts);

}  // namespace gatehouse::policy
