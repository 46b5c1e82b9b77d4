if ! command -v node >/dev/null; then
    echo "Node.js is missing. Debian, Ubuntu: sudo apt-get install nodejs; macOS: brew install node" >&2
    exit 1
fi
exec node sample.js "$@"
