#!/bin/sh
# Installs what the tests need through the system's package manager: a browser,
# a Chinese font, PostgreSQL, a reader of PDF. Does nothing where they are present.
set -eu
need=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || need="$need chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || need="$need fonts-noto-cjk fontconfig"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || need="$need postgresql"
command -v pdftotext >/dev/null 2>&1 || need="$need poppler-utils"
[ -n "$need" ] || exit 0

run=""
[ "$(id -u)" = 0 ] || run="sudo"
if command -v apt-get >/dev/null 2>&1; then
	$run apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends $need >/dev/null
elif command -v dnf >/dev/null 2>&1; then
	$run dnf install -y $(echo "$need" | sed 's/fonts-noto-cjk/google-noto-sans-cjk-fonts/; s/postgresql/postgresql-server/')
else
	echo "Install these yourself:$need" >&2
	exit 1
fi
