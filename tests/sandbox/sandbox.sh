#!/usr/bin/env bash
# A throwaway real server for tests and for trying things out. `sandbox.sh help` lists the verbs.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

SANDBOX_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly SANDBOX_DIR

# shellcheck source=lib/common.sh
source "$SANDBOX_DIR/lib/common.sh"
# shellcheck source=lib/requirements.sh
source "$SANDBOX_DIR/lib/requirements.sh"
require_root_on_linux
# shellcheck source=lib/images.sh
source "$SANDBOX_DIR/lib/images.sh"
# shellcheck source=lib/network.sh
source "$SANDBOX_DIR/lib/network.sh"
# shellcheck source=lib/keys.sh
source "$SANDBOX_DIR/lib/keys.sh"
# shellcheck source=lib/hosts.sh
source "$SANDBOX_DIR/lib/hosts.sh"
# shellcheck source=lib/blocks.sh
source "$SANDBOX_DIR/lib/blocks.sh"
# shellcheck source=lib/snapshots.sh
source "$SANDBOX_DIR/lib/snapshots.sh"
# shellcheck source=lib/hub.sh
source "$SANDBOX_DIR/lib/hub.sh"
# shellcheck source=lib/client.sh
source "$SANDBOX_DIR/lib/client.sh"
# shellcheck source=lib/verbs.sh
source "$SANDBOX_DIR/lib/verbs.sh"

verb=${1:-help}
shift || true
case $verb in
  up | down | status | ssh | reset | reboot | crash | save | restore | copy | powercut | forget | cut | mend | dns | commit)
    "verb_$verb" "$@"
    ;;
  help | -h | --help)
    verb_help
    ;;
  *)
    usage_error "unknown verb '$verb'"
    ;;
esac
