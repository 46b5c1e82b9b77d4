#!/usr/bin/env bash
# The whole way of a device with the AWS CLI: deploy the authorizer, try it, connect with the right
# and with a wrong password, and read the log. Leaves nothing behind unless KEEP=1.
#
# Needs a running server (`gatehouse serve`), the AWS CLI version 2 and python3. GATEHOUSE names
# the program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
gatehouse=${GATEHOUSE:-gatehouse}

# Version 1 has no `logs tail`, and reads binary values in another way.
case $(aws --version 2>&1) in
    aws-cli/2.*) ;;
    *) echo "this takes the AWS CLI version 2; 'aws --version' says: $(aws --version 2>&1)" && exit 1 ;;
esac

function=custom-authorizer
authorizer=AutoCustom
user=alice
password=correct-horse
client_id=basicPubSub

environment=$("$gatehouse" env)
eval "$environment" # the addresses and keys of the server, and an `aws` that goes there

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }

remove() {
    aws iot update-authorizer --authorizer-name "$authorizer" --status INACTIVE || true
    aws iot delete-authorizer --authorizer-name "$authorizer" || true
    aws lambda delete-function --function-name "$function" || true
} >/dev/null 2>&1

work=$(mktemp -d)
leave() {
    rm -rf "$work"
    [ "${KEEP:-}" = 1 ] || remove
}
trap leave EXIT
remove # what an earlier run kept

say "the function"
(cd function && python3 -m zipfile -c "$work/function.zip" ./*.py devices.json)
function_arn=$(aws lambda create-function --function-name "$function" --runtime python3.11 \
    --handler lambda_function.lambda_handler --role arn:aws:iam::000000000000:role/authorizer \
    --zip-file "fileb://$work/function.zip" --query FunctionArn --output text)
echo "$function_arn"

say "the authorizer"
authorizer_arn=$(aws iot create-authorizer --authorizer-name "$authorizer" \
    --authorizer-function-arn "$function_arn" --signing-disabled --status ACTIVE \
    --query authorizerArn --output text)
echo "$authorizer_arn"

say "it may call the function"
aws lambda add-permission --function-name "$function" --statement-id iot \
    --action lambda:InvokeFunction --principal iot.amazonaws.com --source-arn "$authorizer_arn" \
    --output text

say "what it answers for $user"
# The AWS CLI takes binary values in base64.
aws iot test-invoke-authorizer --authorizer-name "$authorizer" --mqtt-context \
    "username=$user,password=$(printf %s "$password" | base64),clientId=$client_id"

say "the device, with the right password"
DEVICE_PASSWORD=$password "$gatehouse" device --authorizer "$authorizer" --username "$user" \
    --client-id "$client_id" --topic test/topic --interval 500ms --count 3

say "the device, with a wrong password"
status=0
DEVICE_PASSWORD=guess "$gatehouse" device --authorizer "$authorizer" --username "$user" \
    --client-id "$client_id" --count 1 || status=$?
[ "$status" = 3 ] || { echo "it should have been refused (3), but ended with $status"; exit 1; }

say "the function's log"
aws logs tail "/aws/lambda/$function" --since 5m --format short

say "the log of the connections"
aws logs tail AWSIotLogsV2 --since 5m --format short
