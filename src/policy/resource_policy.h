// Resource policies of functions: who may invoke one, and the statements that AddPermission and
// RemovePermission write.
// Source: AWS Lambda API Reference, AddPermission, GetPolicy, RemovePermission; AWS Lambda
// Developer Guide, "Working with resource-based IAM policies in Lambda".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/document.h"
#include "policy/explanation.h"

namespace gatehouse::policy {

// A service that wants to use a resource on behalf of one of its own resources.
struct ServiceCall {
    std::string service;         // "iot.amazonaws.com"
    std::string action;          // "lambda:InvokeFunction"
    std::string resource;        // the function's ARN
    std::string source_arn;      // the authorizer's or rule's ARN
    std::string source_account;  // 12 digits
};

struct ServiceAnswer {
    Explanation explanation;
    // What to do, if it is not allowed: the AddPermission call that is missing.
    std::string advice;

    bool allowed() const { return explanation.allowed(); }
};

// `document` null: the resource has no policy.
ServiceAnswer allows_service(const DocumentPointer& document, const ServiceCall& call);

// The members of AddPermission that make a statement. Their patterns and bounds are checked where
// the request enters.
struct Permission {
    std::string statement_id;
    std::string action;     // "lambda:InvokeFunction"
    std::string principal;  // a service, an account id, an ARN or "*"
    std::string resource;   // the function's ARN, with the qualifier if there is one
    std::string source_arn;
    std::string source_account;
    std::string event_source_token;
    std::string principal_org_id;
};

// An empty policy as Lambda keeps it: Version 2012-10-17, Id "default".
Document empty_function_policy();
// Returns the statement as written to the document. Errors: Conflict when the id is taken,
// LimitExceeded over 20 KB.
Result<Statement> add_permission(Document& document, const Permission& permission);
// Errors: NotFound.
Result<void> remove_permission(Document& document, std::string_view statement_id);

}  // namespace gatehouse::policy
