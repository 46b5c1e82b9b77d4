#include "api/iot/attach_thing_principal.h"
#include "api/iot/create_thing.h"
#include "api/iot/create_thing_type.h"
#include "api/iot/delete_thing.h"
#include "api/iot/delete_thing_type.h"
#include "api/iot/deprecate_thing_type.h"
#include "api/iot/describe_thing.h"
#include "api/iot/describe_thing_type.h"
#include "api/iot/detach_thing_principal.h"
#include "api/iot/list_principal_things.h"
#include "api/iot/list_principal_things_v2.h"
#include "api/iot/list_thing_principals.h"
#include "api/iot/list_thing_principals_v2.h"
#include "api/iot/list_thing_types.h"
#include "api/iot/list_things.h"
#include "api/iot/operations.h"
#include "api/iot/register_thing.h"
#include "api/iot/registration_tasks.h"
#include "api/iot/update_thing.h"
#include "api/iot/update_thing_type.h"

namespace gatehouse::api {
namespace {

void serve_things(Service& service, const IotParts& parts) {
    service.handle(iot::AttachThingPrincipal{parts.things})
        .handle(iot::CreateThing{parts.things})
        .handle(iot::DeleteThing{parts.things})
        .handle(iot::DescribeThing{parts.things})
        .handle(iot::DetachThingPrincipal{parts.things})
        .handle(iot::ListPrincipalThings{parts.things})
        .handle(iot::ListPrincipalThingsV2{parts.things})
        .handle(iot::ListThingPrincipals{parts.things})
        .handle(iot::ListThingPrincipalsV2{parts.things})
        .handle(iot::ListThings{parts.things})
        .handle(iot::RegisterThing{parts.provisionings})
        .handle(iot::UpdateThing{parts.things});
}

void serve_thing_types(Service& service, const IotParts& parts) {
    service.handle(iot::CreateThingType{parts.thing_types})
        .handle(iot::DeleteThingType{parts.thing_types})
        .handle(iot::DeprecateThingType{parts.thing_types})
        .handle(iot::DescribeThingType{parts.thing_types})
        .handle(iot::ListThingTypes{parts.thing_types})
        .handle(iot::UpdateThingType{parts.thing_types});
}

void serve_registration_tasks(Service& service, const IotParts& parts) {
    const RegistrationParts& registrations = parts.registrations;
    service.handle(iot::DescribeThingRegistrationTask{registrations.tasks})
        .handle(iot::ListThingRegistrationTaskReports{registrations.tasks, registrations.reports})
        .handle(iot::ListThingRegistrationTasks{registrations.tasks})
        .handle(iot::StartThingRegistrationTask{registrations.tasks, registrations.has_buckets,
                                                registrations.wake})
        .handle(iot::StopThingRegistrationTask{registrations.tasks});
}

}  // namespace

void add_thing_operations(Service& service, const IotParts& parts) {
    serve_things(service, parts);
    serve_thing_types(service, parts);
    serve_registration_tasks(service, parts);
}

}  // namespace gatehouse::api
