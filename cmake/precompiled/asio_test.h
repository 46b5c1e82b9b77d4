#pragma once

#include "asio_library.h"
#include "test.h"
