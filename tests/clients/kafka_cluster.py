"""Mock brokers of Apache Kafka, as librdkafka brings them, and a consumer of their records."""

import ctypes
import time

PRODUCER, CONSUMER = 0, 1
BEGINNING = -2
TEXT_BYTES = 512


class Message(ctypes.Structure):
    """rd_kafka_message_t, whose members are the library's public ones."""
    _fields_ = [("error", ctypes.c_int), ("topic", ctypes.c_void_p), ("partition", ctypes.c_int32),
                ("payload", ctypes.c_void_p), ("size", ctypes.c_size_t), ("key", ctypes.c_void_p),
                ("key_size", ctypes.c_size_t), ("offset", ctypes.c_int64),
                ("private", ctypes.c_void_p)]


class Partition(ctypes.Structure):
    """The beginning of rd_kafka_topic_partition_t."""
    _fields_ = [("topic", ctypes.c_char_p), ("partition", ctypes.c_int32),
                ("offset", ctypes.c_int64)]


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("librdkafka.so.1")
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    for name, answer, parameters in (
            ("new", pointer, (ctypes.c_int, pointer, text, ctypes.c_size_t)),
            ("destroy", None, (pointer,)),
            ("conf_new", pointer, ()),
            ("conf_set", ctypes.c_int, (pointer, text, text, text, ctypes.c_size_t)),
            ("poll_set_consumer", ctypes.c_int, (pointer,)),
            ("topic_partition_list_new", pointer, (ctypes.c_int,)),
            ("topic_partition_list_add", ctypes.POINTER(Partition),
             (pointer, text, ctypes.c_int32)),
            ("topic_partition_list_destroy", None, (pointer,)),
            ("assign", ctypes.c_int, (pointer, pointer)),
            ("consumer_poll", ctypes.POINTER(Message), (pointer, ctypes.c_int)),
            ("message_destroy", None, (ctypes.POINTER(Message),)),
            ("message_headers", ctypes.c_int,
             (ctypes.POINTER(Message), ctypes.POINTER(pointer))),
            ("header_get_all", ctypes.c_int,
             (pointer, ctypes.c_size_t, ctypes.POINTER(text), ctypes.POINTER(pointer),
              ctypes.POINTER(ctypes.c_size_t))),
            ("mock_cluster_new", pointer, (pointer, ctypes.c_int)),
            ("mock_cluster_destroy", None, (pointer,)),
            ("mock_cluster_bootstraps", text, (pointer,)),
            ("mock_topic_create", ctypes.c_int,
             (pointer, text, ctypes.c_int, ctypes.c_int)),
            ("mock_topic_set_error", None, (pointer, text, ctypes.c_int))):
        function = getattr(library, "rd_kafka_" + name)
        function.restype, function.argtypes = answer, parameters
    return library


class KafkaCluster:
    """One broker on a free port of loopback, until close()."""
    UNKNOWN_TOPIC = 3

    def __init__(self):
        self.library = _library()
        self.owner = self.library.rd_kafka_new(PRODUCER, None, None, 0)
        self.cluster = self.library.rd_kafka_mock_cluster_new(self.owner, 1)
        self.brokers = self.library.rd_kafka_mock_cluster_bootstraps(self.cluster).decode()

    def close(self):
        self.library.rd_kafka_mock_cluster_destroy(self.cluster)
        self.library.rd_kafka_destroy(self.owner)

    def make_topic(self, name: str, partitions: int):
        self.library.rd_kafka_mock_topic_create(self.cluster, name.encode(), partitions, 1)

    def lose_topic(self, name: str):
        """The broker says from now on that there is none."""
        self.library.rd_kafka_mock_topic_set_error(self.cluster, name.encode(),
                                                   self.UNKNOWN_TOPIC)

    def _consumer(self):
        why = ctypes.create_string_buffer(TEXT_BYTES)
        terms = self.library.rd_kafka_conf_new()
        for name, value in (("bootstrap.servers", self.brokers), ("group.id", "test")):
            self.library.rd_kafka_conf_set(terms, name.encode(), value.encode(), why, TEXT_BYTES)
        made = self.library.rd_kafka_new(CONSUMER, terms, why, TEXT_BYTES)
        assert made, why.value
        self.library.rd_kafka_poll_set_consumer(made)
        return made

    def _record(self, message) -> dict:
        headers, record = ctypes.c_void_p(), {}
        self.library.rd_kafka_message_headers(message, ctypes.byref(headers))
        name, value, size = ctypes.c_char_p(), ctypes.c_void_p(), ctypes.c_size_t()
        while headers and not self.library.rd_kafka_header_get_all(
                headers, len(record), ctypes.byref(name), ctypes.byref(value),
                ctypes.byref(size)):
            record[name.value.decode()] = ctypes.string_at(value, size.value)
        of = message.contents
        return {"partition": of.partition, "payload": ctypes.string_at(of.payload, of.size),
                "key": ctypes.string_at(of.key, of.key_size) if of.key else None,
                "headers": record}

    def read(self, topic: str, partitions: int, count: int, seconds: float = 30) -> list[dict]:
        """The first records of the topic, whichever their partitions."""
        reader = self._consumer()
        parts = self.library.rd_kafka_topic_partition_list_new(partitions)
        for number in range(partitions):
            self.library.rd_kafka_topic_partition_list_add(
                parts, topic.encode(), number).contents.offset = BEGINNING
        self.library.rd_kafka_assign(reader, parts)
        self.library.rd_kafka_topic_partition_list_destroy(parts)
        records, end = [], time.monotonic() + seconds
        while len(records) < count and time.monotonic() < end:
            message = self.library.rd_kafka_consumer_poll(reader, 100)
            if not message:
                continue
            if message.contents.error == 0:
                records.append(self._record(message))
            self.library.rd_kafka_message_destroy(message)
        self.library.rd_kafka_destroy(reader)
        return records
