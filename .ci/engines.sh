#!/bin/bash
# Puts real engines on a Debian 12 machine (root; apt, npm and PyPI), for tests/engines. About 5 minutes, 1.6 GB; a second run takes a second.
#   .ci/engines.sh               everything
#   .ci/engines.sh --no-godot    without the Debian sid chroot that holds Godot 4 (900 MB)
# Nothing lands in the repository: all of it is in $ASSETGEN_ENGINES_CACHE (default ~/.cache/assetgen-engines).
# Each step looks whether its result is there, so that a run that was cut off is simply started again.
set -euo pipefail

CACHE="${ASSETGEN_ENGINES_CACHE:-$HOME/.cache/assetgen-engines}"
mkdir -p "$CACHE/node"
export DEBIAN_FRONTEND=noninteractive

exec 9>"$CACHE/.lock"
flock 9

# Debian packages: Tiled with its rasteriser, LÖVE, a screen without a screen, Chromium
wanted=()
for pair in tiled:tiled tmxrasterizer:tiled love:love xvfb-run:xvfb xauth:xauth chromium:chromium debootstrap:debootstrap; do
  command -v "${pair%%:*}" >/dev/null || wanted+=("${pair##*:}")
done
if [ ${#wanted[@]} -gt 0 ]; then
  apt-get update -q
  apt-get install -y -q --no-install-recommends "${wanted[@]}" libgl1-mesa-dri
fi

# npm: what runs in Chromium. Versions are pinned: they are what the results were proven with.
node_wanted="phaser@4.2.1 phaser3@npm:phaser@3.90.0 pixi.js@8.22.0 playwright-core@1.65.1"
if [ "$(cat "$CACHE/node/.installed" 2>/dev/null)" != "$node_wanted" ]; then
  echo '{"private": true}' > "$CACHE/node/package.json"
  # shellcheck disable=SC2086  # a list of words
  (cd "$CACHE/node" && npm install --no-audit --no-fund $node_wanted)
  echo "$node_wanted" > "$CACHE/node/.installed"
fi

# PyPI: the two readers of Tiled maps, in an environment of their own
python_wanted="pytmx==3.32 pygame-ce==2.5.8"
if [ "$(cat "$CACHE/venv/.installed" 2>/dev/null)" != "$python_wanted" ]; then
  "${PYTHON:-python3}" -m venv "$CACHE/venv"
  # shellcheck disable=SC2086
  "$CACHE/venv/bin/python" -m pip install -q --disable-pip-version-check $python_wanted
  echo "$python_wanted" > "$CACHE/venv/.installed"
fi

# Godot 4: Debian 12 has 3.2 only, sid has 4.6; a chroot keeps the machine's own libraries as they are
if [ "${1:-}" != --no-godot ] && [ ! -f "$CACHE/sid/.installed" ]; then
  # the mirror that this machine's apt already uses
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -n 1)
  if [ ! -f "$CACHE/sid/etc/debian_version" ] || [ -d "$CACHE/sid/debootstrap" ]; then
    rm -rf "$CACHE/sid"
    debootstrap --variant=minbase sid "$CACHE/sid" "$mirror"
  fi
  cp /etc/resolv.conf "$CACHE/sid/etc/resolv.conf"
  cp -r /etc/apt/apt.conf.d/. "$CACHE/sid/etc/apt/apt.conf.d/"
  chroot "$CACHE/sid" sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends godot xvfb xauth libgl1 libglx-mesa0 \
    libegl1 libgl1-mesa-dri libxcursor1 libxinerama1 libxrandr2 libxi6 libxkbcommon0 && apt-get clean'
  touch "$CACHE/sid/.installed"
fi

godot=none
[ -x "$CACHE/sid/usr/bin/godot" ] && godot=$(chroot "$CACHE/sid" godot --headless --version 2>/dev/null | tail -n 1)
echo "engines: $(QT_QPA_PLATFORM=offscreen tiled --version 2>/dev/null), $(love --version)," \
  "chromium $(chromium --version 2>/dev/null | cut -d' ' -f2), godot $godot"
