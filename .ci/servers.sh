#!/bin/bash
# Puts nginx on a Debian machine (root; apt), for the tests of a team's store. Elsewhere they skip where it is missing.
set -euo pipefail
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends nginx-light
