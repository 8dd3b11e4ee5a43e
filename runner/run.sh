#!/bin/sh
# Fetches one executable, checks it and becomes it: run.sh [ARG...] passes all its arguments on. It is the start of
# every pod with an image of our own, and of every replica that --local starts; stock/ does the same in images of Node.js.
# Bytes whose SHA-256 is not the one asked for are never run.
#
# Environment (the application sees it too; it holds no secret):
#   SELFSAME_NAME             file name to run as
#   SELFSAME_DIR              folder for it, one for each running copy; default /selfsame
#   SELFSAME_URL_X64          where it is, without a query        } for each architecture
#   SELFSAME_SHA256_X64       64 lower-case hex digits            } that was built;
#   SELFSAME_SIZE_X64         bytes                               } _ARM64 likewise
#   SELFSAME_PREFIX_SHA256_X64  of the first part, which many executables share; none: they are fetched whole
#   SELFSAME_PREFIX_SIZE_X64    bytes of that
#   SELFSAME_PREFIX_DIR       folder with first parts, each named by its SHA-256; default /runner/prefixes
#   SELFSAME_QUERY_FILE       file with the secret query of that URL; no such file: none is needed. Where the same name and
#                             .SHA256 is there, that holds the query of the executable of this SHA-256 alone
#   SELFSAME_SIGNED_BY        public key (Ed25519, DER in base64) that has to have signed the release; none: it need not be signed
#   SELFSAME_SIGNATURE        its signature (base64) over the two lines "linux-arm64 SHA256" and "linux-x64 SHA256"
#   SELFSAME_CA_FILE          CA certificates (PEM) to trust besides or instead of the system's
#   SELFSAME_FETCH_LIMIT      gives up after so many seconds without one more byte; default 300
#   SELFSAME_DENIED_LIMIT     gives up after so many seconds of 403; default 45: a new access policy takes up to 30
#   SELFSAME_STALL_LIMIT      drops a connection that was silent for so many seconds; default 20
#   SELFSAME_TERMINATION_LOG  file for the reason of a failure; default /dev/termination-log where that exists
#
# Exit status before the application runs (afterwards it is the application's), each with one line of reason:
#   64 wrong environment                         69 TLS: certificate or handshake refused
#   65 no executable for this architecture       71 wrong size
#   66 not found (404, 410)                      72 wrong SHA-256
#   67 denied (401, 403)                         73 cannot write: no space, or not writable
#   68 unreachable, stalled, or 5xx, to the end  74 cannot execute: format, noexec, interpreter
#   75 the store answered something else         78 not signed by the key that is asked for
#   129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM
#
# Where the image carries the first part, the rest alone is asked for, by range. The first part is not checked by itself:
# the SHA-256 of the whole decides, and where it is wrong the whole is fetched, once.
#
# The application's environment passes through untouched, hence runner_ before all names here. Added are:
#   SELFSAME_RUNNER_SHA256    what was computed here
#   SELFSAME_RUNNER_TIMES     milliseconds, e.g. "fetch=412 verify=133"; to fetch is also to copy the first part
#   SELFSAME_RUNNER_BYTES     what came over the network; 0 if the executable was there

set -u
unset runner_query # were it exported by whoever started this, the secret would be exported too
runner_child= runner_teller=

say() {
  printf 'selfsame runner: %s\n' "$*" >&2
}

# fail STATUS REASON: ends, and leaves the reason where Kubernetes looks for it.
fail() {
  trap - EXIT
  runner_status=$1
  shift
  say "$*"
  if [ -n "${SELFSAME_TERMINATION_LOG:-}" ] || [ -e /dev/termination-log ]; then
    { say "$*" 2>"${SELFSAME_TERMINATION_LOG:-/dev/termination-log}"; } 2>/dev/null
  fi
  [ -z "${runner_talk:-}" ] || rm -f "$runner_talk"
  exit "$runner_status"
}

stop() { # stop SIGNAL STATUS
  [ -z "$runner_child" ] || kill "$runner_child" 2>/dev/null
  [ -z "$runner_teller" ] || kill -KILL "$runner_teller" 2>/dev/null # not waited for: no application follows
  [ -z "${runner_talk:-}" ] || rm -f "$runner_talk"
  say "ended by $1"
  exit "$2"
}
trap 'stop SIGHUP 129' HUP
trap 'stop SIGINT 130' INT
trap 'stop SIGTERM 143' TERM

# wait_for_child [PID]: default the one that was started last. A shell obeys its traps at once in `wait`, but only afterwards
# while a program runs in the foreground.
wait_for_child() {
  runner_child=${1:-$!}
  wait "$runner_child"
  runner_status=$?
  runner_child=
  return "$runner_status"
}

now_ms() {
  runner_now=$(date +%s%N)
  case $runner_now in *[!0-9]*) runner_now=$(date +%s)000000000 ;; esac # macOS knows no %N
  echo "$((runner_now / 1000000))"
}

# lap: leaves in runner_lap the milliseconds since it was called last.
lap() {
  runner_lap=${runner_clock:-}
  runner_clock=$(now_ms)
  runner_lap=$((runner_clock - ${runner_lap:-$runner_clock}))
}

seconds() { # seconds MS: with one decimal
  echo "$(($1 / 1000)).$(($1 % 1000 / 100))"
}

megabytes() {
  echo "$(($1 / 1000000)).$(($1 % 1000000 / 100000))"
}

size_of() { # 0 if there is no such file
  if [ -f "$1" ]; then echo "$(($(wc -c <"$1")))"; else echo 0; fi
}

# False on an emulated processor: it shows what its host is.
is_native() {
  [ -r /proc/cpuinfo ] || return 0
  while read -r runner_line; do
    case $runner_line in
      flags*) [ "$runner_arch" = X64 ] && return ;;
      Features*) [ "$runner_arch" = ARM64 ] && return ;;
      *) continue ;;
    esac
    return 1
  done </proc/cpuinfo
}

# tell_progress PID: says each second how far the .part file has come, if that is a twentieth more: whoever looks on reads it.
# Until stop_telling, or as long as there is that process: a shell that has just been forked may lose a signal.
tell_progress() {
  (
    runner_nap='' runner_told=0
    trap '[ -z "$runner_nap" ] || { kill "$runner_nap"; wait "$runner_nap"; } 2>/dev/null; exit 0' TERM
    while kill -0 "$1" 2>/dev/null; do
      sleep 1 >/dev/null 2>&1 &
      runner_nap=$!
      wait "$runner_nap" || exit 0
      runner_has=$(size_of "$runner_part")
      runner_percent=$((runner_has * 100 / (runner_size + 1)))
      [ "$runner_percent" -ge "$((runner_told + 5))" ] || continue
      runner_told=$runner_percent
      say "$(megabytes "$runner_has") of $(megabytes "$runner_size") MB are here ($runner_percent %)"
    done
  ) &
  runner_teller=$!
}

# Waited for, since whatever is left becomes the application's child, which does not expect one.
stop_telling() {
  [ -n "$runner_teller" ] || return 0
  kill "$runner_teller" 2>/dev/null
  wait "$runner_teller" 2>/dev/null # here and there the shell would say "Terminated"
  runner_teller=
}

# hash_of FILE: leaves its SHA-256 in runner_found. OpenSSL first: it uses the processor's own instructions, and is five times
# as fast; half as fast where those are emulated. To read the file again costs less than to hash it in a pipe on its way.
hash_of() {
  for runner_hash in 'openssl dgst -sha256 -r' sha256sum 'shasum -a 256'; do
    command -v "${runner_hash%% *}" >/dev/null || continue
    case $runner_hash in openssl*) is_native || continue ;; esac
    $runner_hash "$1" >"$runner_talk" 2>/dev/null &
    wait_for_child && read -r runner_found _ <"$runner_talk" && return
  done
  fail 73 "cannot check $1: reading it or writing $runner_talk failed"
}

# hash_open FILE: opens it and hashes that. Leaves in runner_open a name of the open file, whoever else may write to the folder: what is
# executed is what was hashed. macOS, where there is none, runs it by its name.
hash_open() {
  runner_open=$1
  if [ -d /proc/self/fd ]; then
    command exec 9<"$1" || fail 73 "cannot read $1"
    runner_open=/proc/self/fd/9
  fi
  hash_of "$runner_open"
}

check_sha256() { # check_sha256 TEXT NAME
  case $1 in
    *[!0-9a-f]*) fail 64 "$2 is no SHA-256 in lower-case hex digits" ;;
  esac
  [ "${#1}" = 64 ] || fail 64 "$2 has not 64 digits"
}

check_environment() {
  runner_cpu=$(uname -m)
  case $runner_cpu in
    x86_64 | amd64)
      runner_arch=X64 runner_machine='3e 00'
      runner_url=${SELFSAME_URL_X64:-} runner_sha256=${SELFSAME_SHA256_X64:-} runner_size=${SELFSAME_SIZE_X64:-}
      runner_prefix_sha256=${SELFSAME_PREFIX_SHA256_X64:-} runner_prefix_size=${SELFSAME_PREFIX_SIZE_X64:-0}
      ;;
    aarch64 | arm64)
      runner_arch=ARM64 runner_machine='b7 00'
      runner_url=${SELFSAME_URL_ARM64:-} runner_sha256=${SELFSAME_SHA256_ARM64:-} runner_size=${SELFSAME_SIZE_ARM64:-}
      runner_prefix_sha256=${SELFSAME_PREFIX_SHA256_ARM64:-} runner_prefix_size=${SELFSAME_PREFIX_SIZE_ARM64:-0}
      ;;
    *) fail 65 "no executable for this architecture ($runner_cpu)" ;;
  esac
  [ -n "$runner_url" ] || fail 65 "no executable for this architecture ($runner_cpu): SELFSAME_URL_$runner_arch is not set"
  case $runner_url in
    *\?*) fail 64 "SELFSAME_URL_$runner_arch has a query: it belongs into SELFSAME_QUERY_FILE" ;;
    *[[:space:][:cntrl:]\"\\]*) fail 64 "SELFSAME_URL_$runner_arch is no URL" ;;
    http://?* | https://?*) ;;
    *) fail 64 "SELFSAME_URL_$runner_arch is no http or https URL" ;;
  esac
  check_sha256 "$runner_sha256" "SELFSAME_SHA256_$runner_arch"
  [ -z "$runner_prefix_sha256" ] || check_sha256 "$runner_prefix_sha256" "SELFSAME_PREFIX_SHA256_$runner_arch"
  case ${SELFSAME_NAME:-} in
    '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9._-]*) fail 64 "SELFSAME_NAME is no file name" ;;
  esac
  runner_fetch_limit=${SELFSAME_FETCH_LIMIT:-300}
  runner_denied_limit=${SELFSAME_DENIED_LIMIT:-45}
  runner_stall_limit=${SELFSAME_STALL_LIMIT:-20}
  for runner_number in "$runner_size" "$runner_prefix_size" "$runner_fetch_limit" "$runner_denied_limit" "$runner_stall_limit"; do
    case $runner_number in
      '' | *[!0-9]*) fail 64 "SELFSAME_SIZE_$runner_arch, SELFSAME_PREFIX_SIZE_$runner_arch or a limit is no whole number: \"$runner_number\"" ;;
    esac
  done
  [ -z "${SELFSAME_CA_FILE:-}" ] || [ -r "$SELFSAME_CA_FILE" ] || fail 64 "cannot read SELFSAME_CA_FILE $SELFSAME_CA_FILE"
  command -v curl >/dev/null || fail 64 "cannot find curl"

  runner_dir=${SELFSAME_DIR:-/selfsame}
  [ -w "$runner_dir/." ] || fail 73 "cannot write to the folder $runner_dir"
  runner_file=$runner_dir/$SELFSAME_NAME
  runner_part=$runner_file.part
  runner_talk=$runner_file.talk # what a program said that had to run in the background
}

# Where a key is named, nothing is fetched or run unless it has signed the executables of both architectures.
check_signature() {
  [ -n "${SELFSAME_SIGNED_BY:-}" ] || return 0
  check_sha256 "${SELFSAME_SHA256_ARM64:-}" SELFSAME_SHA256_ARM64
  check_sha256 "${SELFSAME_SHA256_X64:-}" SELFSAME_SHA256_X64
  runner_unsigned='SELFSAME_SIGNATURE is no signature by SELFSAME_SIGNED_BY over this release'
  case $SELFSAME_SIGNED_BY in MCowBQYDK2VwAyEA*) ;; *) fail 78 "$runner_unsigned" ;; esac # an Ed25519 key
  command -v openssl >/dev/null || fail 64 "cannot find openssl, which SELFSAME_SIGNED_BY needs"
  runner_release=$runner_file.release
  rm -f "$runner_release" "$runner_release.key" "$runner_release.sig"
  { printf 'linux-arm64 %s\nlinux-x64 %s\n' "$SELFSAME_SHA256_ARM64" "$SELFSAME_SHA256_X64" >"$runner_release" &&
    printf %s "$SELFSAME_SIGNED_BY" | openssl base64 -d -A >"$runner_release.key" &&
    printf %s "${SELFSAME_SIGNATURE:-}" | openssl base64 -d -A >"$runner_release.sig"; } 2>/dev/null ||
    fail 73 "cannot write $runner_release"
  openssl pkeyutl -verify -rawin -in "$runner_release" -sigfile "$runner_release.sig" \
    -pubin -keyform DER -inkey "$runner_release.key" >/dev/null 2>&1
  runner_status=$?
  rm -f "$runner_release" "$runner_release.key" "$runner_release.sig"
  [ "$runner_status" = 0 ] || fail 78 "$runner_unsigned"
}

# Read anew for each request: a renewed Secret counts at once. The secret goes from here into curl's standard input.
read_query() {
  runner_query='' runner_query_file=${SELFSAME_QUERY_FILE:-}
  [ -n "$runner_query_file" ] || return
  [ ! -e "$runner_query_file.$runner_sha256" ] || runner_query_file=$runner_query_file.$runner_sha256
  [ -e "$runner_query_file" ] || return
  [ -r "$runner_query_file" ] || fail 64 "cannot read SELFSAME_QUERY_FILE $runner_query_file"
  IFS= read -r runner_query <"$runner_query_file" # false if no line end follows, and read all the same
  runner_query=${runner_query#\?}
  case $runner_query in
    *[[:space:][:cntrl:]\"\\]*) fail 64 "what SELFSAME_QUERY_FILE $runner_query_file holds is no query" ;;
  esac
}

# One request, for what is missing of the .part file. Leaves curl's exit status in runner_curl, the answer's status
# in runner_code, and in runner_why what happened, in words.
request() {
  read_query
  # One block more than its size, and the kernel lets no transfer write on, whatever length the server announced.
  printf 'url = "%s"\n' "$runner_url${runner_query:+?$runner_query}" | (
    trap '' XFSZ
    ulimit -f "$((runner_size / 512 + 1))"
    exec curl -q --config - --silent --globoff --fail --proto '=http,https' --tlsv1.2 \
      --location --max-redirs 5 --proto-redir '=https' --user-agent selfsame-runner \
      --connect-timeout 10 --speed-limit 1000 --speed-time "$runner_stall_limit" --max-filesize "$runner_size" \
      ${SELFSAME_CA_FILE:+--cacert "$SELFSAME_CA_FILE"} --continue-at - --output "$runner_part" \
      --write-out '%{http_code} %{size_download} %header{x-ms-error-code}\n%{errormsg}\n'
  ) >"$runner_talk" 2>/dev/null &
  runner_child=$!
  tell_progress "$runner_child"
  wait_for_child "$runner_child"
  runner_curl=$?
  stop_telling
  runner_code=000 runner_came=0 runner_detail='' runner_why=''
  { read -r runner_code runner_came runner_detail && read -r runner_why; } <"$runner_talk"
  runner_came=${runner_came%%[!0-9]*}
  runner_bytes=$((runner_bytes + ${runner_came:-0}))
  case $runner_detail in *[!A-Za-z]*) runner_detail='' ;; esac # curl before 7.84 cannot read headers
  case $runner_curl in
    0 | 22) runner_why="$runner_code${runner_detail:+ $runner_detail}" ;;
    *)
      runner_why=${runner_why%%\?*} # no query in an output, should curl ever quote the URL
      runner_why=${runner_why:-curl ended with status $runner_curl}
      ;;
  esac
}

# again SINCE LIMIT: waits, longer each time, or is false if LIMIT seconds have passed since SINCE.
again() {
  runner_left=$(($1 + $2 - $(date +%s)))
  [ "$runner_left" -gt 0 ] || return 1
  [ "$runner_pause" -le "$runner_left" ] || runner_pause=$runner_left
  say "$runner_why; trying again in $runner_pause s, from $(megabytes "$(size_of "$runner_part")") of $(megabytes "$runner_size") MB on"
  sleep "$runner_pause" &
  wait_for_child
  runner_pause=$((runner_pause * 2))
  [ "$runner_pause" -le 8 ] || runner_pause=8
}

# Requests until the server has given all it has, or fails.
fetch() {
  runner_cannot="cannot fetch $runner_url"
  runner_pause=1 runner_most=0 runner_since=$((runner_clock / 1000)) runner_denied_since='' runner_resumed=''
  while :; do
    runner_had=$(size_of "$runner_part")
    [ "$runner_had" -le "$runner_size" ] || { rm -f "$runner_part"; runner_had=0; }
    [ "$runner_had" -lt "$runner_size" ] || break
    [ "$runner_had" = 0 ] || runner_resumed=yes
    request
    case $runner_curl:$runner_code in 0:2??) break ;; esac
    runner_has=$(size_of "$runner_part")
    if [ "$runner_has" -gt "$runner_most" ] && [ "$runner_has" -gt "$runner_had" ]; then
      runner_most=$runner_has runner_since=$(date +%s) runner_pause=1
    fi
    case $runner_code in 401 | 403) ;; *) runner_denied_since='' ;; esac

    case $runner_curl:$runner_code in
      22:401 | 22:403)
        runner_denied_since=${runner_denied_since:-$(date +%s)}
        again "$runner_denied_since" "$runner_denied_limit" ||
          fail 67 "$runner_cannot: denied ($runner_why) for $runner_denied_limit s: the access may be revoked or expired"
        ;;
      22:404 | 22:410) fail 66 "$runner_cannot: not found ($runner_why)" ;;
      # The server sends no ranges, or has fewer bytes than we: begin again, without asking for a range.
      33:* | 22:416 | 0:416)
        [ "$runner_had" != 0 ] || fail 75 "$runner_cannot: unexpected answer ($runner_why)"
        say "$runner_why: fetching the whole"
        rm -f "$runner_part"
        runner_resumed=''
        ;;
      # 501 lasts: the server does not know how.
      22:408 | 22:429 | 22:50[!1] | 22:5[!0]?) again_or_unreachable ;;
      22:* | 0:* | 1:3?? | 47:*) # also a redirect away from TLS
        rm -f "$runner_part"
        fail 75 "$runner_cannot: unexpected answer ($runner_why)"
        ;;
      1:* | 3:*) fail 64 "$runner_cannot: $runner_why" ;;
      63:* | 23:*)
        if [ "$runner_curl" = 63 ] || [ "$runner_has" -gt "$runner_size" ]; then
          rm -f "$runner_part"
          fail 71 "wrong size: $runner_url has more than $runner_size bytes"
        fi
        fail 73 "cannot write $runner_part after $(megabytes "$runner_has") of $(megabytes "$runner_size") MB: no space left?"
        ;;
      35:*) # a handshake can also be cut off, as any connection
        case $runner_why in
          *reset* | *SYSCALL* | *eof* | *imeout* | *"timed out"*) again_or_unreachable ;;
          *) fail 69 "$runner_cannot: TLS: $runner_why" ;;
        esac
        ;;
      5[13489]:* | 60:* | 66:* | 77:* | 8[0123]:* | 9[01]:*) fail 69 "$runner_cannot: TLS: $runner_why" ;;
      *) again_or_unreachable ;;
    esac
  done
}

again_or_unreachable() {
  again "$runner_since" "$runner_fetch_limit" ||
    fail 68 "$runner_cannot: nothing came for $runner_fetch_limit s ($runner_why)"
}

# True if the .part file is what was asked for; otherwise runner_wrong and runner_wrong_status say why not.
is_right() {
  runner_found=''
  [ ! -f "$runner_part" ] || hash_open "$runner_part"
  [ "$runner_found" != "$runner_sha256" ] || return 0
  runner_has=$(size_of "$runner_part")
  runner_wrong_status=72 runner_wrong="wrong SHA-256: $runner_url has $runner_found, not $runner_sha256"
  [ "$runner_has" = "$runner_size" ] ||
    runner_wrong_status=71 runner_wrong="wrong size: $runner_url has $runner_has bytes, not $runner_size"
  return 1
}

# Where the image has the first part, begins with it. Leaves in runner_joined whether it did, in words.
begin() {
  runner_joined=''
  runner_prefix=${SELFSAME_PREFIX_DIR:-/runner/prefixes}/$runner_prefix_sha256
  [ -n "$runner_prefix_sha256" ] && [ "$runner_prefix_size" -lt "$runner_size" ] || return
  [ -d "${runner_prefix%/*}" ] || return
  if [ "$(size_of "$runner_prefix")" != "$runner_prefix_size" ]; then
    say "the first part that is here is another one: fetching the whole"
  elif [ "$(size_of "$runner_part")" -ge "$runner_prefix_size" ]; then
    runner_joined=yes # a container that restarts goes on
  else
    cat "$runner_prefix" >"$runner_part" &
    if wait_for_child; then runner_joined=yes; else rm -f "$runner_part"; fi
  fi
}

# Leaves the right bytes in the file, executable.
provide() {
  runner_bytes=0 runner_fetch_ms=0 runner_verify_ms=0
  lap
  if [ -f "$runner_file" ]; then
    if [ "$(size_of "$runner_file")" = "$runner_size" ] && hash_open "$runner_file" && [ "$runner_found" = "$runner_sha256" ]; then
      lap
      runner_verify_ms=$runner_lap
      say "found $SELFSAME_NAME, verified ${runner_sha256%"${runner_sha256#????????????}"} in $(seconds "$runner_lap") s"
      return
    fi
    say "found $SELFSAME_NAME, but it is not the one asked for: fetching it"
    rm -f "$runner_file" || fail 73 "cannot replace $runner_file"
  fi
  begin
  say "fetching $runner_url ($(megabytes "$runner_size") MB${runner_joined:+, of which $(megabytes "$runner_prefix_size") MB are here})"
  if ! fetch_and_verify; then
    [ -n "$runner_resumed" ] || fail "$runner_wrong_status" "$runner_wrong"
    # Pieces from two origins need not fit together. The whole, once, decides.
    say "$runner_wrong; it came in pieces: fetching the whole"
    fetch_and_verify || fail "$runner_wrong_status" "$runner_wrong"
  fi
  if ! { chmod 755 "$runner_part" && mv -f "$runner_part" "$runner_file"; }; then fail 73 "cannot write $runner_file"; fi
  say "verified ${runner_sha256%"${runner_sha256#????????????}"} in $(seconds "$runner_verify_ms") s"
}

# False, and nothing is left, if the whole is not what was asked for.
fetch_and_verify() {
  fetch
  lap
  runner_fetch_ms=$((runner_fetch_ms + runner_lap))
  say "fetched $(megabytes "$runner_bytes") MB in $(seconds "$runner_fetch_ms") s"
  if is_right; then runner_right=yes; else
    runner_right=''
    rm -f "$runner_part"
  fi
  lap
  runner_verify_ms=$((runner_verify_ms + runner_lap))
  [ -n "$runner_right" ]
}

# Asked before exec, because a shell takes a file of a format unknown to the kernel for a script, and runs that.
check_executable() {
  # shellcheck disable=SC2046 # each byte a word
  set -- $(od -An -v -tx1 -N20 "$runner_file")
  case "$*" in
    "7f 45 4c 46 "*" $runner_machine" | "23 21 "* | "cf fa ed fe "*) ;; # ELF for this machine, #!, Mach-O
    "7f 45 4c 46 "*) fail 74 "cannot execute $runner_file: it is built for another architecture than $runner_cpu" ;;
    *) fail 74 "cannot execute $runner_file: it has no executable format" ;;
  esac
  [ -x "$runner_file" ] || fail 74 "cannot execute $runner_file: $runner_dir is mounted noexec"
}

check_environment
check_signature
provide
check_executable
rm -f "$runner_talk"
cannot_execute() {
  fail 74 "cannot execute $runner_file: its interpreter or loader is missing, or the system refuses it"
}
trap cannot_execute EXIT # where exec fails, dash ends with its trap; bash, the sh of macOS, goes on if told so
# shellcheck disable=SC3044 # a word of bash alone
shopt -s execfail 2>/dev/null
# Not a copy of what was asked for: the application reports it beside what it finds itself.
export SELFSAME_RUNNER_SHA256="$runner_found"
export SELFSAME_RUNNER_TIMES="fetch=$runner_fetch_ms verify=$runner_verify_ms" SELFSAME_RUNNER_BYTES="$runner_bytes"
[ -d /proc/self/fd ] || runner_open=$runner_file
exec "$runner_open" "$@" || cannot_execute
