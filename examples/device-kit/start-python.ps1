$python = Get-Command py, python, python3 -ErrorAction SilentlyContinue | Select-Object -First 1
if (-not $python) { throw 'Python is missing: winget install Python.Python.3.12' }
& $python.Source sample.py @words
