if (-not (Get-Command node -ErrorAction SilentlyContinue)) {
    throw 'Node.js is missing: winget install OpenJS.NodeJS.LTS'
}
& node sample.js @words
