#include "authentication/credentials.h"

namespace gatehouse::authentication {

std::string_view name_of(AuthenticationType type) {
    switch (type) {
        case AuthenticationType::CustomAuth: return "CUSTOM_AUTH";
        case AuthenticationType::X509: return "AWS_X509";
        case AuthenticationType::SigV4: return "AWS_SIGV4";
        case AuthenticationType::CustomAuthX509: return "CUSTOM_AUTH_X509";
        case AuthenticationType::Anonymous: return "ANONYMOUS";
    }
    return "ANONYMOUS";
}

}  // namespace gatehouse::authentication
