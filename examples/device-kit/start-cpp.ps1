if (-not (Get-Command g++ -ErrorAction SilentlyContinue)) {
    throw 'g++ is missing: install MSYS2 (winget install MSYS2.MSYS2) and, in its shell, pacman -S mingw-w64-ucrt-x86_64-gcc mingw-w64-ucrt-x86_64-mosquitto'
}
& g++ -std=c++17 -O2 sample.cc -o sample.exe -lmosquitto
if ($LASTEXITCODE -ne 0) { throw 'sample.cc was not built: is libmosquitto installed?' }
& .\sample.exe @words
