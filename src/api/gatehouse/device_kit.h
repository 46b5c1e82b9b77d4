// A zip with all that a device needs to connect: what identifies it, a sample in
// the language it is written in, and what starts that. The files are those of examples/device-kit.
//
// Pure; threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse::api::gatehouse {

enum class KitLanguage : std::uint8_t { Python, Cpp, Node };
enum class KitPlatform : std::uint8_t { Linux, MacOs, Windows };

struct KitCertificate {
    std::string certificate_pem;
    std::string private_key_pem;
};
// Checked by a custom authorizer, for which the kit asks by ALPN "mqtt", as AWS wants it.
struct KitPassword {
    std::string authorizer;
    std::string password;
};

struct DeviceKit {
    std::string name;  // [a-zA-Z0-9_-]+: thing and client id; parts of file names and commands
    KitLanguage language = KitLanguage::Python;
    KitPlatform platform = KitPlatform::Linux;
    std::string endpoint;  // a host name
    std::uint16_t port = 8883;
    std::string root_ca_pem;  // empty: the system trusts it already
    std::variant<KitCertificate, KitPassword> login;
    std::string policy_document;
};

// "pump-Policy"
std::string kit_policy_name(const std::string& device);
// Allows to connect by its own name alone, and to publish, subscribe and receive below
// devices/NAME/.
std::string kit_policy_document(const Tenant& tenant, const std::string& device);

// The package of a function that lets in one device by its password (examples/device-kit/
// authorizer.py says which variables it wants).
Result<std::string> pack_kit_authorizer();

// The zip. Everything is in a folder that has the device's name; the mode of key and password is
// 0600.
Result<std::string> pack_kit(const DeviceKit& kit);

}  // namespace gatehouse::api::gatehouse
