// What most unit tests include from outside.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library.h"
