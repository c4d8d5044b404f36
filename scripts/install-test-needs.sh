#!/bin/sh
# Installs what the tests need of the system and npm does not bring: a real InfluxDB, a browser, a stock MQTT client,
# and a font with Chinese characters for screenshots. From Debian's packages; says so and fails where it cannot.
# A service that a package starts by itself does no harm: the tests run servers of their own on free ports.
set -eu

have_font() {
  for file in /usr/share/fonts/opentype/noto/NotoSansCJK-*.ttc /usr/share/fonts/noto-cjk/NotoSansCJK-*.ttc; do
    [ -e "$file" ] && return 0
  done
  return 1
}

missing=''
command -v influxd >/dev/null 2>&1 || missing="$missing influxdb"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v mosquitto_pub >/dev/null 2>&1 || missing="$missing mosquitto-clients"
have_font || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0

cannot() {
  echo "The tests need$missing and it could not be installed ($1): run 'sudo apt-get install$missing' on Debian, or install the same by other means, then run npm test again." >&2
  exit 1
}

command -v apt-get >/dev/null 2>&1 || cannot 'no apt-get here'
if [ "$(id -u)" = 0 ]; then
  as_root=''
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root='sudo -n'
else
  cannot 'not root, and sudo asks for a password'
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing for the tests:$missing"
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1; }
# shellcheck disable=SC2086 # a list of packages
if ! { apt update && apt install -y --no-install-recommends $missing; }; then
  tail -n 5 "$log" >&2
  cannot 'apt-get failed, its last words are above'
fi
