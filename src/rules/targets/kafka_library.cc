#include "rules/targets/kafka_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/library_functions.h"

namespace gatehouse::rules {
namespace {

constexpr const char* kafka_file_name = "librdkafka.so.1";

void find_all(LibraryFunctions& functions, KafkaLibrary& library) {
    functions.find("rd_kafka_new", library.create);
    functions.find("rd_kafka_destroy", library.destroy);
    functions.find("rd_kafka_poll", library.poll);
    functions.find("rd_kafka_purge", library.purge);
    functions.find("rd_kafka_produceva", library.produceva);
    functions.find("rd_kafka_err2str", library.err2str);
    functions.find("rd_kafka_error_code", library.error_code);
    functions.find("rd_kafka_error_destroy", library.error_destroy);
    functions.find("rd_kafka_conf_new", library.conf_new);
    functions.find("rd_kafka_conf_destroy", library.conf_destroy);
    functions.find("rd_kafka_conf_set", library.conf_set);
    functions.find("rd_kafka_conf_set_opaque", library.conf_set_opaque);
    functions.find("rd_kafka_conf_set_dr_msg_cb", library.conf_set_dr_msg_cb);
    functions.find("rd_kafka_conf_set_error_cb", library.conf_set_error_cb);
    functions.find("rd_kafka_conf_set_log_cb", library.conf_set_log_cb);
    functions.find("rd_kafka_conf_set_connect_cb", library.conf_set_connect_cb);
    functions.find("rd_kafka_queue_get_main", library.queue_get_main);
    functions.find("rd_kafka_queue_destroy", library.queue_destroy);
    functions.find("rd_kafka_queue_io_event_enable", library.queue_io_event_enable);
}

}  // namespace

Result<KafkaLibrary> load_kafka_library() {
    // Local: the OpenSSL that it brings must not answer for ours.
    void* const handle = ::dlopen(kafka_file_name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the Kafka client library {} cannot be loaded; on Debian, `apt-get "
                                "install librdkafka1` brings it ({})",
                                kafka_file_name, ::dlerror()));
    }
    KafkaLibrary library{};
    LibraryFunctions functions(handle);
    find_all(functions, library);
    if (functions.missing() != nullptr) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the Kafka client library {} has no {}; version 2.0 is needed",
                                kafka_file_name, functions.missing()));
    }
    return library;
}

}  // namespace gatehouse::rules
