// One question to one authorizer, from choice to answer. For the sources of CustomAuthorizer only.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authentication/custom_authorizer.h"
#include "functions/scrubber.h"

namespace gatehouse::authentication {

// What the function prints and answers is scrubbed of these.
std::vector<std::string> secrets_of(const Credentials& credentials, const TokenFacts& token);

struct CustomAuthorizer::Call {
    std::shared_ptr<const Credentials> credentials;
    CertificateProofPtr certificate = nullptr;  // beside which it decides
    Purpose purpose = Purpose::Connect;
    logs::TraceStore::Recorder trace;
    // Copied: the directory may be replaced while the function runs.
    registry::Authorizer authorizer;
    TokenFacts token;
    std::string site;  // the client's, Address::site_key()
    std::shared_ptr<Gate> gate;
    Circuit::Client client{};
    bool is_pair = false;          // it says to be two users
    bool had_little_time = false;  // since the client waited before the function was called
    std::shared_ptr<bool> is_failure_told = std::make_shared<bool>(false);  // to the circuit
    // One of them, where no function decides.
    std::shared_ptr<HttpAuthorizer> http;
    std::shared_ptr<TokenAuthorizer> tokens;
    std::vector<std::string> secrets =
        secrets_of(*credentials, token);  // the function's, once asked
    // For what the function answers: a handler may put a password into its error or its answer.
    functions::Scrubber scrubber{secrets};
    std::chrono::microseconds duration{0};
    std::optional<functions::StartKind> start;
    std::string permission_problem;

    functions::FunctionRef function() const;
    // "the function of authorizer 'x'", or what is asked instead.
    std::string answerer() const;
    Refusal refuse(Refusal::Kind kind, std::string reason, std::string sentence) const;
    // What is shown of an answer.
    std::string shown(std::string_view answer) const;
};

}  // namespace gatehouse::authentication
