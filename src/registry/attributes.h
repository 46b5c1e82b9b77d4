// The attributes of things and thing groups: texts by name, none of them empty.
// Source: AWS IoT API Reference, AttributePayload.
#pragma once

#include "registry/texts.h"

namespace gatehouse::registry {

enum class AttributeChange : bool { Replace, Merge };

Texts without_empty(Texts attributes);

// Replaces all, or merges: then one that is given without a value is removed.
void change_attributes(Texts& attributes, const Texts& given, AttributeChange how);

}  // namespace gatehouse::registry
