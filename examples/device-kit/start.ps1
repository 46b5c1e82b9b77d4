# Starts the sample as device {{NAME}}. Words that follow go to the sample: .\start.ps1 --count 3
# ENDPOINT and PORT of the environment take the place of those of the kit.
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot
$endpoint = if ($env:ENDPOINT) { $env:ENDPOINT } else { '{{ENDPOINT}}' }
$port = if ($env:PORT) { $env:PORT } else { '{{PORT}}' }
$words = @('--endpoint', $endpoint, '--port', $port, {{LOGIN_PS1}},
           '--client_id', '{{NAME}}', '--topic', '{{TOPIC}}')
if (Test-Path -LiteralPath 'root-CA.crt') { $words += @('--ca_file', 'root-CA.crt') }
$words += $args
{{START_PS1}}
exit $LASTEXITCODE
