// librdkafka, loaded when the first rule with a kafka action is made and not before: whoever has
// none needs neither it nor the OpenSSL that comes with it.
#pragma once

#include <librdkafka/rdkafka.h>

#include "base/result.h"

namespace gatehouse::rules {

// The functions of the library that are used, each under its name without "rd_kafka_".
// Threads: any, as the library says.
struct KafkaLibrary {
    decltype(&::rd_kafka_new) create;
    decltype(&::rd_kafka_destroy) destroy;
    decltype(&::rd_kafka_poll) poll;
    decltype(&::rd_kafka_purge) purge;
    decltype(&::rd_kafka_produceva) produceva;
    decltype(&::rd_kafka_err2str) err2str;
    decltype(&::rd_kafka_error_code) error_code;
    decltype(&::rd_kafka_error_destroy) error_destroy;
    decltype(&::rd_kafka_conf_new) conf_new;
    decltype(&::rd_kafka_conf_destroy) conf_destroy;
    decltype(&::rd_kafka_conf_set) conf_set;
    decltype(&::rd_kafka_conf_set_opaque) conf_set_opaque;
    decltype(&::rd_kafka_conf_set_dr_msg_cb) conf_set_dr_msg_cb;
    decltype(&::rd_kafka_conf_set_error_cb) conf_set_error_cb;
    decltype(&::rd_kafka_conf_set_log_cb) conf_set_log_cb;
    decltype(&::rd_kafka_conf_set_connect_cb) conf_set_connect_cb;
    decltype(&::rd_kafka_queue_get_main) queue_get_main;
    decltype(&::rd_kafka_queue_destroy) queue_destroy;
    decltype(&::rd_kafka_queue_io_event_enable) queue_io_event_enable;
};

// It stays loaded until the program ends. Unavailable, with the package to install, when it is not
// there.
Result<KafkaLibrary> load_kafka_library();

}  // namespace gatehouse::rules
