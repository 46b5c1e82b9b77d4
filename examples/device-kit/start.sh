#!/bin/sh
# Starts the sample as device {{NAME}}. Words that follow go to the sample: ./start.sh --count 3
# ENDPOINT and PORT of the environment take the place of those of the kit.
set -eu
cd "$(dirname "$0")"
endpoint=${ENDPOINT:-{{ENDPOINT}}}
port=${PORT:-{{PORT}}}
# unzip of some systems gives everybody rights to what the device alone may know.
chmod 600 {{SECRET}}
if [ -f root-CA.crt ]; then set -- --ca_file root-CA.crt "$@"; fi
set -- --endpoint "$endpoint" --port "$port" {{LOGIN_SH}} \
    --client_id {{NAME}} --topic {{TOPIC}} "$@"
{{START_SH}}
