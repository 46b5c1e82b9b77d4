// Lists come from elsewhere, over plain HTTP even; certificates from anybody.
#include "certificates/revocation_lists.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse;
    const BytesView bytes(data, size);
    const std::size_t half = size == 0 ? 0 : data[0] % size;
    const certificates::RevocationFile file{"fuzzed", std::string(text_of(bytes.subspan(half)))};
    const auto lists = certificates::RevocationLists::parse({&file, 1});
    if (lists) (void)(*lists)->find(bytes.first(half));
    return 0;
}
