if ! command -v python3 >/dev/null; then
    echo "python3 is missing. Debian, Ubuntu: sudo apt-get install python3; macOS: brew install python" >&2
    exit 1
fi
exec python3 sample.py "$@"
