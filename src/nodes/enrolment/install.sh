#!/bin/sh
# Turns this machine into a node of a panel: installs Docker when it is missing, downloads the daemon, fetches its
# configuration with a token that works once, and runs it under systemd. Holds no secret itself.
#
#   install.sh --panel-url https://panel.example.com --node 1 --token <one-time token>
#
# WINGS_ROOT puts everything below another folder than / (image builds).
set -eu
umask 077

PANEL_URL=''
NODE=''
TOKEN=''
ROOT=${WINGS_ROOT:-}
CONFIG_DIR="$ROOT/etc/pterodactyl"
BINARY="$ROOT/usr/local/bin/wings"
UNIT="$ROOT/etc/systemd/system/wings.service"

say() { printf '%s\n' "wings: $*" >&2; }
die() {
  say "$*"
  exit 1
}

usage() { die 'usage: install.sh --panel-url <address> --node <id> --token <one-time token>'; }

# Everything is in functions that the last line calls: a download that breaks off half-way does nothing.
read_arguments() {
  while [ "$#" -gt 0 ]; do
    [ "$#" -ge 2 ] || usage
    case $1 in
      --panel-url) PANEL_URL=${2%/} ;;
      --node) NODE=$2 ;;
      --token) TOKEN=$2 ;;
      *) usage ;;
    esac
    shift 2
  done
  case $PANEL_URL in http://?* | https://?*) ;; *) usage ;; esac
  case $NODE in '' | *[!0-9a-fA-F-]*) usage ;; esac
  case $TOKEN in '' | *[!0-9a-zA-Z]*) usage ;; esac
}

check_machine() {
  [ "$(uname -s)" = Linux ] || die 'the daemon runs on Linux only'
  case $(uname -m) in
    x86_64 | amd64) ARCH=x86_64 ;;
    aarch64 | arm64) ARCH=aarch64 ;;
    *) die "there is no daemon for this machine: $(uname -m)" ;;
  esac
  [ "$(id -u)" -eq 0 ] || die 'run this as root (sudo)'
  command -v curl >/dev/null 2>&1 || die 'curl is missing: install it first'
  command -v systemctl >/dev/null 2>&1 || die 'systemd is missing: install the daemon by hand'
}

install_docker() {
  if command -v docker >/dev/null 2>&1; then
    say 'Docker is there'
  else
    say 'installing Docker'
    curl -fsSL --retry 3 -o "$WORK/docker.sh" https://get.docker.com || die 'Docker could not be downloaded'
    sh "$WORK/docker.sh" || die 'Docker could not be installed'
  fi
  systemctl enable --now docker || die 'Docker could not be started'
}

download_daemon() {
  say "downloading the daemon for $ARCH"
  curl -fsSL --retry 3 -o "$WORK/wings" "$PANEL_URL/api/wings/download?arch=$ARCH" ||
    die 'the daemon could not be downloaded: does the panel offer it (WINGS_BUILD_DIR, WINGS_DOWNLOAD_URL)?'
  mkdir -p "$(dirname "$BINARY")"
  chmod 0755 "$WORK/wings"
  mv -f "$WORK/wings" "$BINARY"
}

# Last of all that can fail: the token works once. It is given on standard input, where no list of processes shows it.
fetch_configuration() {
  say 'fetching the configuration'
  printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" |
    curl -fsS -K - -o "$WORK/config.yml" "$PANEL_URL/api/wings/nodes/$NODE/configuration" ||
    die 'the configuration was refused: make a new install command in the panel'
  mkdir -p "$CONFIG_DIR"
  if [ -f "$CONFIG_DIR/config.yml" ]; then cp -p "$CONFIG_DIR/config.yml" "$CONFIG_DIR/config.yml.before"; fi
  mv -f "$WORK/config.yml" "$CONFIG_DIR/config.yml"
}

start_daemon() {
  mkdir -p "$(dirname "$UNIT")"
  cat >"$WORK/unit" <<'UNIT_END'
[Unit]
Description=Wings
After=docker.service network-online.target
Wants=network-online.target
Requires=docker.service
PartOf=docker.service

[Service]
User=root
WorkingDirectory=/etc/pterodactyl
LimitNOFILE=4096
ExecStart=/usr/local/bin/wings
Restart=on-failure
RestartSec=5s

[Install]
WantedBy=multi-user.target
UNIT_END
  chmod 0644 "$WORK/unit"
  mv -f "$WORK/unit" "$UNIT"
  systemctl daemon-reload
  systemctl enable wings
  systemctl restart wings
}

main() {
  read_arguments "$@"
  check_machine
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  trap 'exit 1' HUP INT TERM
  install_docker
  download_daemon
  fetch_configuration
  start_daemon
  say 'done: the panel shows the node as online within half a minute'
}

main "$@"
