// Certificates and signing requests arrive from anybody.
#include "certificates/certificate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const gatehouse::BytesView bytes(data, size);
    (void)gatehouse::certificates::parse_certificate_der(bytes);
    (void)gatehouse::certificates::parse_certificate_pem(gatehouse::text_of(bytes));
    (void)gatehouse::certificates::parse_request_pem(gatehouse::text_of(bytes));
    return 0;
}
