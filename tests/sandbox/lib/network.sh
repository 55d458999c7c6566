# shellcheck shell=bash
# One bridge, and for each host a network namespace of its own with one leg on it.

readonly BRIDGE=hdsandbox$SUFFIX

network_namespace_of() {
  printf '%s-%s\n' "$BRIDGE" "$1"
}

make_bridge() {
  [[ ! -e /sys/class/net/$BRIDGE ]] || return 0
  ip link add "$BRIDGE" type bridge
  ip address add "$NETWORK.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
}

remove_bridge() {
  [[ ! -e /sys/class/net/$BRIDGE ]] || ip link delete "$BRIDGE"
}

hardware_address_of() {
  local address
  address=$(address_of "$1")
  printf '02:00:0a:4e:00:%02x\n' "${address##*.}"
}

attach_network() {
  local host=$1 namespace address
  namespace=$(network_namespace_of "$host")
  address=$(address_of "$host")
  make_bridge
  detach_network "$host"
  ip netns add "$namespace"
  # The same hardware address each time: with a new one, everybody who talked to the host before would keep sending to
  # the old one until their neighbour caches give up, half a minute later.
  ip link add "hds$SUFFIX-$host" type veth \
    peer name eth0 address "$(hardware_address_of "$host")" netns "$namespace"
  ip link set "hds$SUFFIX-$host" master "$BRIDGE" up
  ip -n "$namespace" -batch - <<BATCH
address add $address/24 dev eth0
link set eth0 up
link set lo up
route add default via $NETWORK.1
BATCH
}

# The link first: a namespace is taken apart in the background, and its link would keep the name for a while.
detach_network() {
  local host=$1 namespace
  namespace=$(network_namespace_of "$host")
  [[ ! -e /sys/class/net/hds$SUFFIX-$host ]] || ip link delete "hds$SUFFIX-$host"
  [[ ! -e /run/netns/$namespace ]] || ip netns delete "$namespace"
}

# A black hole: the bridge neither takes nor gives the host's packets. No interface goes down and no address becomes
# unknown, so that neither side is told, and only what it does not hear can make it suspicious.
cut_network() {
  ip neighbour replace "$(address_of "$1")" lladdr "$(hardware_address_of "$1")" nud permanent dev "$BRIDGE"
  bridge link set dev "hds$SUFFIX-$1" state 0
}

mend_network() {
  bridge link set dev "hds$SUFFIX-$1" state 3
  ip neighbour replace "$(address_of "$1")" lladdr "$(hardware_address_of "$1")" nud reachable dev "$BRIDGE"
}
