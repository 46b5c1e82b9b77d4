compiler=${CXX:-c++}
if ! command -v "$compiler" >/dev/null; then
    echo "a C++ compiler is missing. Debian, Ubuntu: sudo apt-get install g++; macOS: xcode-select --install" >&2
    exit 1
fi
if ! "$compiler" -std=c++17 -O2 ${CXXFLAGS:-} sample.cc -o sample ${LDFLAGS:-} -lmosquitto; then
    echo "libmosquitto is missing? Debian, Ubuntu: sudo apt-get install libmosquitto-dev;" \
        "macOS: brew install mosquitto, and give its folders in CXXFLAGS and LDFLAGS" >&2
    exit 1
fi
exec ./sample "$@"
