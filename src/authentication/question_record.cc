#include "authentication/question_record.h"

namespace gatehouse::authentication {

void record_question(logs::EventSink& events, const logs::LevelResolver& levels,
                     const Credentials& credentials, const QuestionRecord& question) {
    const Refusal* const refusal = question.refusal;
    const logs::Status status = refusal == nullptr ? logs::Status::Success : logs::Status::Failure;
    const std::string source_ip = credentials.peer.remote.host();
    const std::string_view client_id =
        credentials.mqtt ? std::string_view(credentials.mqtt->client_id) : std::string_view();
    const logs::Level level = levels.level_for(
        {.tenant = credentials.tenant, .client_id = client_id, .source_ip = source_ip});
    if (!events.keeps(level, question.type, status)) return;
    events.record(
        {.tenant = credentials.tenant,
         .type = question.type,
         .status = status,
         .trace_id = credentials.trace_id.view(),
         .origin = {.protocol = credentials.mqtt ? "MQTT" : "HTTP",
                    .client_id = client_id,
                    .source_ip = source_ip,
                    .source_port = credentials.peer.remote.port()},
         .reason = refusal == nullptr ? std::string_view() : std::string_view(refusal->reason),
         .details = refusal == nullptr ? std::string_view() : std::string_view(refusal->sentence),
         .authentication_type =
             name_of(question.authentication.value_or(credentials.type_with_authorizer())),
         .server_name_indication = credentials.peer.server_name,
         .authorizer_name = question.authorizer_name,
         .function_name = question.function_name,
         .domain_configuration = credentials.domain ? credentials.domain->name.view() : "",
         .explanation = question.explanation,
         .duration_ms = static_cast<double>(question.duration.count()) / 1000,
         .cold_start = question.cold_start});
}

}  // namespace gatehouse::authentication
